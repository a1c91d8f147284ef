"""Plants words and numbers nobody could guess in what is restricted; finds them in what people read."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from areas.models import Area
from goals.actions.rows import save_row
from goals.actions.subscriptions import subscribe
from goals.models import (
    ActivityMark,
    Alignment,
    Card,
    CheckIn,
    Comment,
    Cycle,
    Dashboard,
    Dependency,
    InterimTarget,
    KeyResult,
    KpiEntry,
    Mention,
    Nudge,
    Objective,
    Risk,
    Roadmap,
    RolloverDecision,
    Share,
    Visibility,
    Webhook,
)
from goals.reminders.comments import KIND as COMMENTS
from goals.reminders.due import new_mail
from goals.reminders.nudges import owe_nudge
from goals.tests.factories import (
    CardFactory,
    DependencyFactory,
    InitiativeFactory,
    KeyResultFactory,
    KpiFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    check_in,
    enter,
)
from okrtracker.tests.permissions.world import World, date_back

# What a search finds all of them by.
MARK = "zq7"
BETWEEN_DIGITS = re.compile(r"(?<=\d)(?:[\s,'\u00a0\u202f]|&nbsp;)(?=\d)")
GIVEN_BY_CODE = {"code", "version"}


class Canaries:
    """The planted values, each with the place it stands in."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}

    def text(self, place: str) -> str:
        return self._keep(MARK + secrets.token_hex(6), place)

    def number(self, place: str) -> Decimal:
        return Decimal(self._keep(str(7 * 10**9 + secrets.randbelow(10**9)), place))

    def rising(self, *places: str) -> list[Decimal]:
        """Numbers in their order, for what has to stand in it."""
        numbers = sorted(7 * 10**9 + secrets.randbelow(10**9) for _place in places)
        kept = zip(numbers, places, strict=True)
        return [Decimal(self._keep(str(number), place)) for number, place in kept]

    def texts_of(self, model: type[models.Model], place: str) -> dict[str, str]:
        """A value for every field of a model that holds text of people."""
        return {
            field.name: self.text(f"{place}: {field.name}")
            for field in model._meta.concrete_fields
            if isinstance(field, (models.CharField, models.TextField))
            and not field.choices
            and field.name not in GIVEN_BY_CODE
        }

    def found_in(self, text: str) -> set[str]:
        """The places whose values stand in a text, whatever the case and however digits are grouped."""
        text = text.lower()
        if MARK not in text and "7" not in text:
            return set()
        packed = BETWEEN_DIGITS.sub("", text)
        return {place for value, place in self.places.items() if value in text or value in packed}

    def _keep(self, value: str, place: str) -> str:
        self.places[value] = place
        return value


class Planter:
    """Makes what is restricted, everything of it twice: what it was, kept in its history, and what it is."""

    def __init__(self, world: World) -> None:
        self.canaries = Canaries()
        self.lead, self.outsider = world.person("lead"), world.person("owner")
        self.contributor, self.other_lead = world.person("contributor"), world.person("other lead")
        # Long enough ago to be part of what is said of past days.
        self.now = timezone.now() - dt.timedelta(days=3)

    def plant(self) -> Canaries:
        area = Area.objects.get(key="EDGE")
        restricted, public = (Roadmap.objects.get(area=area, cycle__key=key) for key in ("25H1", "24H2"))
        self._tell(restricted, "roadmap")
        self.objective(restricted, "restricted roadmap")
        hidden = self.objective(public, "restricted objective", visibility=Visibility.RESTRICTED)
        shown = Objective.objects.get(code="EDGE-24H2-O1")
        key_result = self.key_result(
            shown, "restricted key result", visibility=KeyResult.Visibility.RESTRICTED
        )
        self.risk(shown, "risk to a restricted key result", key_result=key_result)
        self.risk(shown, "restricted risk", visibility=Visibility.RESTRICTED)
        elsewhere = Objective.objects.get(code="CORE-24H2-O1")
        for objective, on in ((elsewhere, hidden), (hidden, elsewhere)):
            note = self.canaries.text(f"need of {objective.code}: note")
            Dependency.objects.create(objective=objective, on_objective=on, note=note)
        self.kpi(area, key_result)
        self._share_dashboards(key_result)
        for hook in Webhook.objects.filter(area=area):
            told = self.canaries.texts_of(Webhook, "webhook")
            for name in ("events", "nonce", "former_nonce", "secret_digest", "stopped_because"):
                del self.canaries.places[told.pop(name)]
            Webhook.objects.filter(pk=hook.pk).update(**told)
            hook.deliveries.update(
                body=self.canaries.text("webhook: message"),
                answer=self.canaries.text("webhook: answer"),
                tried=[
                    {
                        "at": "2024-10-14T10:00:00Z",
                        "status": 500,
                        "error": self.canaries.text("webhook: attempt"),
                    }
                ],
            )
        self._align(hidden, elsewhere, shown)
        self._share(hidden)
        self._carry_over(shown, restricted)
        self.name_a_reviewer()
        self.follow(area, hidden, key_result)
        date_back()
        return self.canaries

    def kpi(self, area: Area, key_result: KeyResult) -> None:
        """Restricted, and given to a key result that is restricted too."""
        numbers = self.canaries.rising("KPI: at least", "KPI: at most")
        bounds = dict(zip(("lower_bound", "upper_bound"), numbers, strict=True))
        row = KpiFactory(area=area, visibility="restricted", aim="within", owner=self.lead, **bounds)
        self._tell(row, "KPI")
        texts = self.canaries.texts_of(KpiEntry, "value of a KPI")
        del self.canaries.places[texts.pop("reason")]
        texts["evidence_url"] = f"https://example.org/{texts['evidence_url']}"
        enter(row, self.canaries.number("value of a KPI: value"), author=self.lead, **texts)
        KeyResult.objects.filter(pk=key_result.pk).update(kpi=row)
        key_result.kpi = row

    def _share_dashboards(self, key_result: KeyResult) -> None:
        """With a card of every kind; what the courses are called tells of what is hidden."""
        Dashboard.objects.update(is_shared=True)
        codes = {Card.Kind.KEY_RESULT_COURSE: key_result.code, Card.Kind.KPI_COURSE: key_result.kpi.code}
        for dashboard in Dashboard.objects.filter(owner=self.lead):
            for position, kind in enumerate(Card.Kind, start=3):
                told = {"text": "A note"} if kind == Card.Kind.NOTE else {}
                title = ""
                if kind in codes:
                    told["code"] = codes[kind]
                    title = self.canaries.text(f"title of a card: {kind}")
                CardFactory(dashboard=dashboard, kind=kind, position=position, settings=told, title=title)

    def follow(self, *things: Any) -> None:
        """By people outside, who may have been inside then; what happened since is unread."""
        for person in (self.outsider, self.other_lead):
            for thing in things:
                subscribe(thing, by=person, now=self.now)
            ActivityMark.objects.update(seen_until=self.now - dt.timedelta(days=30))

    def name_a_reviewer(self) -> None:
        """Of everything in the area: somebody who may not see what is restricted there, or not any more."""
        Objective.objects.filter(roadmap__area__key="EDGE").update(
            reviewer=self.other_lead, reviewer_since=self.now - dt.timedelta(days=100)
        )

    def _align(self, hidden: Objective, elsewhere: Objective, shown: Objective) -> None:
        """What is hidden supports what everybody sees, counts there, and is supported by it."""
        Objective.objects.filter(pk=hidden.pk).update(counts_supporters=True)
        for supporter, supported in ((hidden, elsewhere), (shown, hidden)):
            place = f"alignment of {supporter.code} with {supported.code}"
            row = Alignment(supporter=supporter, supported=supported)
            for weight in (1, 2):
                row.weight = Decimal(weight)
                reason = self.canaries.text(f"{place}: reason {weight}")
                save_row(row, by=self.lead, now=self.now, reason=reason)

    def _share(self, hidden: Objective) -> None:
        """What is restricted itself is shared with others, who see it no more than before."""
        row = Share(objective=hidden, area=Area.objects.get(key="CORE"))
        for weight in (1, 2):
            row.weight = Decimal(weight)
            reason = self.canaries.text(f"share of {hidden.code}: reason {weight}")
            save_row(row, by=self.lead, now=self.now, reason=reason)

    def _carry_over(self, shown: Objective, restricted: Roadmap) -> None:
        """What is open goes on in what is restricted, and what is restricted goes on nowhere."""
        hidden = restricted.objectives.get(kind=Objective.Kind.FOCUS, number=2)
        Objective.objects.filter(pk=hidden.pk).update(predecessor=shown)
        hidden.key_results.update(predecessor=shown.key_results.get(number=1))
        RolloverDecision.objects.create(
            key_result=hidden.key_results.get(),
            into=Cycle.objects.get(key="25H2"),
            choice=RolloverDecision.Choice.DROP,
            reason=self.canaries.text("rollover: reason"),
        )

    def _comment(self, place: str, **about: Any) -> None:
        """Mentions somebody outside too, who may have been inside when it was written."""
        comment = Comment.objects.create(
            author=self.contributor,
            text=self.canaries.text(f"{place}, comment"),
            created_at=self.now,
            **about,
        )
        for person in (self.lead, self.outsider):
            Mention.objects.create(comment=comment, person=person)
            # One for each: the mail of an hour is cut.
            new_mail(person.pk, str(comment.pk), now=self.now, kind=COMMENTS).save()

    def objective(self, roadmap: Roadmap, place: str, **fields: Any) -> Objective:
        objective = ObjectiveFactory(roadmap=roadmap, owner=self.lead, **fields)
        self._tell(objective, f"{place}, objective")
        self._comment(f"{place}, objective", objective=objective)
        key_result = self.key_result(objective, f"{place}, key result")
        self.risk(objective, f"{place}, risk", key_result=key_result)
        DependencyFactory(
            objective=objective,
            **self.canaries.texts_of(Dependency, f"{place}, need of a partner"),
            answer="accepted",
            answered_at=self.now,
            state="agreed",
        )
        return objective

    def key_result(self, objective: Objective, place: str, **fields: Any) -> KeyResult:
        names = ("start_value", "commit_value", "target_value", "new target", "stretch_value")
        values = self.canaries.rising(*(f"{place}: {name}" for name in names))
        numbers = dict(zip(names, values, strict=True))
        new_target = numbers.pop("new target")
        row = KeyResultFactory(objective=objective, owner=self.lead, **numbers, **fields)
        self._tell(row, place, target_value=new_target)
        self.initiatives(row, place)
        today = timezone.localdate()
        InterimTarget.objects.create(
            key_result=row,
            on=today + dt.timedelta(10),
            value=self.canaries.number(f"{place}: interim target"),
        )
        first = self._check_in(row, place, on=today - dt.timedelta(20))
        self._comment(f"{place}, check-in", check_in=first)
        self._check_in(
            row, f"{place}, correction", on=today - dt.timedelta(20), corrects=first, with_reason=True
        )
        self._nudge(row, place)
        return row

    def _nudge(self, row: KeyResult, place: str) -> None:
        """Of somebody outside too, who may have been inside when they were asked."""
        for person in (self.lead, self.outsider):
            sentence = self.canaries.text(f"{place}, nudge")
            made = Nudge.objects.create(key_result=row, author=self.lead, person=person, sentence=sentence)
            owe_nudge(made, now=self.now)

    def _check_in(self, row: KeyResult, place: str, *, with_reason: bool = False, **fields: Any) -> CheckIn:
        texts = self.canaries.texts_of(CheckIn, f"{place}, check-in")
        reason = texts.pop("reason")
        if with_reason:
            texts["reason"] = reason
        else:
            del self.canaries.places[reason]
        texts["evidence_url"] = f"https://example.org/{texts['evidence_url']}"
        return check_in(
            row, self.canaries.number(f"{place}, check-in: value"), author=self.lead, **texts, **fields
        )

    def risk(self, objective: Objective, place: str, **fields: Any) -> Risk:
        risk = RiskFactory(objective=objective, owner=self.lead, **fields)
        self._tell(risk, place)
        ended = RiskFactory(objective=objective, owner=self.lead, state="closed", **fields)
        self._tell(ended, f"{place} that has ended")
        for owner in (self.lead, self.outsider):
            text = self.canaries.text(f"{place}: mitigation of {owner.name}")
            MitigationFactory(risk=risk, text=text, owner=owner)
        return risk

    def initiatives(self, key_result: KeyResult, place: str) -> None:
        """Of somebody outside too, who may have been inside when it was given to them."""
        for owner in (self.lead, self.outsider):
            row = InitiativeFactory(key_result=key_result, owner=owner, due_on=timezone.localdate())
            self._tell(row, f"{place}: initiative of {owner.name}")

    def _tell(self, row: Any, place: str, **numbers: Decimal) -> None:
        """What people wrote, a first time and a second one with a reason."""
        versions: dict[str, dict[str, Any]] = {"before": {}, "now": numbers}
        if isinstance(row, KeyResult):
            row.paused_on = self.now.date() - dt.timedelta(5)
            row.paused_until = self.now.date()
        for version, fields in versions.items():
            texts = self.canaries.texts_of(type(row), f"{place} {version}")
            if isinstance(row, Risk) and row.is_open:  # only what has ended has a note on it
                del self.canaries.places[texts.pop("outcome_note")]
            for name, value in (fields | texts).items():
                setattr(row, name, f"https://example.org/{value}" if name == "link" else value)
            reason = self.canaries.text(f"{place} {version}: reason")
            save_row(row, by=self.lead, now=self.now, reason=reason)
