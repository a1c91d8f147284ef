"""The address of every route for every row; for each that takes a POST a form that does something there.

What has to be the case first, like a cycle that is closing, is in BEFORE.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core import signing
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.mails import ONE_CLICK, stop_address
from accounts.models import ApiToken, Invitation, User
from accounts.models.invitation import token_of
from accounts.sign_in.strength import SALT
from areas.models import Area
from areas.tests.factories import AreaFactory
from goals.actions.rollover import Decision, roll_over
from goals.models import (
    Acknowledgement,
    Alignment,
    CheckIn,
    Comment,
    Concern,
    Cycle,
    Dependency,
    Initiative,
    KeyResult,
    Kpi,
    Mitigation,
    Objective,
    ObjectiveTemplate,
    Risk,
    Roadmap,
    Share,
    Webhook,
)
from goals.tests.factories import RoadmapFactory
from okrtracker.tests.permissions.world import BROWSER, NONCE, PASSWORD, PERSON, ROWS, SERIALS, TOKEN
from okrtracker.tests.test_walk import ANSWER_QUERY, ROUTES, SAMPLES, SAMPLES_OF, somebody_is_asked

# Of somebody who is invited and signs in nowhere: a link in a mail, to whoever opens it.
STOP_QUERY = f"?{stop_address(User(pk=PERSON), 'check_ins_due').partition('?')[2]}"
QUERIES = {
    "goals:mail_answer": ANSWER_QUERY,
    "accounts:mail_stop": STOP_QUERY,
    "accounts:mail_snooze": STOP_QUERY,
    "api:progress": "?cycle=24H2",
    "api:progress-explain": "?cycle=24H2",
    "api:area-series": "?cycle=24H2",
    "api:area-explain": "?cycle=24H2",
    "accounts:invitation": f"?token={token_of(NONCE)}",
    "cycles:cycle_roll_over": "?into=25H2",
    "goals:card_create": "?kind=kpis",
    "cycles:cycle_compare": "?with=25H2",
    "cycles:cycle_compare_csv": "?with=25H2",
}
# A cycle in which no area has a plan yet.
PARTS = {"goals:roadmap_create": {"cycle_key": "25H2"}, "trusted_browser_forget": {"pk": BROWSER}}
NEW_PASSWORD = "another password of nobody"
REPORT = {"value": "4", "status": "on_track"}
WHY = "because it is better so"
Form = dict[str, Any]

FORMS: dict[str, Form] = {
    "people:person_add": {"addresses": "new.comer@example.org", "role": "viewer"},
    "people:person_role": {"area": "EDGE", "role": "viewer"},
    "people:person_role_end": {"area": "CORE"},
    "people:person_org_role": {"org_role": "manager"},
    "people:person_anonymise": {"address": "in.vited@example.org", "reason": "asked for it"},
    "accounts:preferences": {
        "name": "A New Name",
        "time_zone": "Europe/Berlin",
        "language": "en",
        "reminder_rhythm": "monthly",
        "reminder_weekday": "2",
        "reminder_hour": "10",
    },
    "accounts:mail_stop": dict([ONE_CLICK]),
    "accounts:mail_snooze": {"until": str(timezone.localdate() + dt.timedelta(days=9))},
    "accounts:token_list": {"name": "for a script", "scope": "read", "days": "30"},
    "accounts:token_rotate": {"overlap": "1"},
    "accounts:invitation": {
        "token": token_of(NONCE),
        "name": "In Vited",
        "new_password1": NEW_PASSWORD,
        "new_password2": NEW_PASSWORD,
    },
    "accounts:sign_in": {"username": "lea.lead@example.org", "password": PASSWORD},
    "account_login": {"username": "lea.lead@example.org", "password": PASSWORD},
    "account_reset_password": {"email": "lea.lead@example.org"},
    "account_change_password": {
        "oldpassword": PASSWORD,
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    },
    "account_reauthenticate": {"password": PASSWORD},
    "password_strength": {"ticket": signing.dumps(None, salt=SALT), "password1": NEW_PASSWORD},
    "cycles:cycle_reopen": {"reason": WHY},
    "goals:my_check_ins": {"row": "EDGE-24H2-O1-KR1"},
    "goals:key_result_create": {
        "title": "A new one",
        "kind": "reach",
        "start_value": "0",
        "target_value": "10",
        "weight": "1",
        "visibility": "inherit",
    },
    "goals:objective_create": {
        "kind": "focus",
        "title": "A new one",
        "commitment": "committed",
        "visibility": "internal",
        "weight": "1",
    },
    "goals:activity_seen": {"until": "1728900000000000-0-1"},
    "goals:tag_rename": {"name": "latency"},
    "api:tag-rename": {"name": "latency"},
    "goals:objective_comment": {"text": "Well done."},
    "goals:check_in_comment": {"text": "Well done."},
    "goals:check_in_ask_back": {"text": "How so?"},
    "goals:comment_edit": {"text": "Very well done."},
    "goals:risk_create": {
        "kind": "known",
        "title": "A new one",
        "likelihood": "2",
        "impact": "2",
        "response": "mitigate",
        "state": "open",
        "visibility": "internal",
    },
    "goals:kpi_create": {
        "title": "Another one",
        "aim": "up",
        "check_in_every_days": "7",
        "visibility": "internal",
    },
    "api:follow-list": {"area": "CORE"},
    "api:activity-list": {"seen_until": "2024-10-14T10:00:00Z"},
    "goals:saved_filter_create": {"page": "risk_list", "name": "Late steps", "query": "show=overdue"},
    "goals:dashboard_create": {"title": "A dashboard"},
    "goals:card_create": {"width": "1"},
    "goals:card_arrange": {"to": "down"},
    "api:dashboard-list": {"title": "A dashboard"},
    "goals:template_save": {"name": "A template", "of": "area"},
    "api:template-list": {"objective": "EDGE-24H2-O1"},
    "goals:webhook_create": {"url": "https://hooks.example.org/new", "events": "cycle.closed"},
    "api:webhook-list": {
        "area": "EDGE",
        "address": "https://hooks.example.org/new",
        "events": ["cycle.closed"],
    },
    "api:kpi-list": {"area": "EDGE", "title": "Another one"},
    "api:kpi-entries": {"value": "4"},
    "goals:initiative_create": {"title": "Another one", "state": "planned"},
    "goals:initiative_move": {"to": "down"},
    "goals:mitigation_create": {"text": "Another step", "state": "planned"},
    "goals:need_create": {"partner": "Another partner", "state": "asked"},
    "goals:roadmap_create": {"title": "A new one", "visibility": "internal"},
    "goals:objective_restore": {"reason": WHY},
    "goals:key_result_restore": {"reason": WHY},
    "api:area-list": {"key": "NEWS", "name": "News"},
    "api:area-restore": {"reason": WHY},
    "api:cycle-list": {"key": "30H1", "name": "2030 H1", "starts_on": "2030-01-01", "ends_on": "2030-06-30"},
    "api:roadmap-list": {"area": "EDGE", "cycle": "25H2"},
    "api:roadmap-objectives": {"title": "A new one"},
    "api:objective-key-results": {"title": "A new one", "start_value": "0", "target_value": 10},
    "api:objective-drop": {"reason": WHY},
    "api:objective-restore": {"reason": WHY},
    "api:key-result-drop": {"reason": WHY},
    "api:key-result-restore": {"reason": WHY},
    "api:objective-risks": {"title": "A new one", "likelihood": 2},
    "api:risk-mitigations": {"text": "Another step"},
    "api:risk-restore": {"reason": WHY},
    "api:risk-close": {"outcome": "prevented"},
    "api:risk-reopen": {"reason": WHY},
    "api:key-result-check-ins": REPORT,
    "api:check-in-bulk": {"check_ins": [REPORT | {"key_result": "EDGE-24H2-O1-KR1"}]},
    "api:key-result-initiatives": {"title": "Another one"},
    "api:cycle-reopen": {"reason": WHY},
    "api:objective-needs": {"partner": "Another partner"},
    "api:dependency-accept": {"note": "By August."},
    "api:dependency-decline": {"note": WHY},
    "api:objective-comments": {"text": "Well done."},
    "api:check-in-comments": {"text": "Well done."},
    "api:token-list": {"name": "for a script", "scope": "read", "days": 30, "area": "CORE"},
}


class Found:
    """The rows that an address is about."""

    def __init__(self, name: str, row: str) -> None:
        self.row, self.parts = row, samples_of(name, row)

    def get(self, model: Any) -> Any:
        code = self.parts.get("code", "")
        objective, _dash, part = code.partition("-O1-")
        keys = {
            Area: {"key": self.parts.get("area_key")},
            Roadmap: {"area__key": self.parts.get("area_key"), "cycle__key": self.parts.get("cycle_key")},
            Objective: {"code": f"{objective}-O1" if part else code},
            KeyResult: {"code": code},
            Risk: {"code": code},
            Kpi: {"code": code},
            Initiative: {"pk": self.parts.get("initiative_id")},
            Mitigation: {"pk": self.parts.get("mitigation_id")},
            Dependency: {"pk": self.parts.get("need_id") or self.parts.get("dependency_id")},
            Concern: {"pk": self.parts.get("concern_id")},
            Alignment: {"pk": self.parts.get("alignment_id")},
            Share: {"pk": self.parts.get("share_id")},
            Webhook: {"pk": self.parts.get("webhook_id")},
            ObjectiveTemplate: {"pk": self.parts.get("template_id")},
            Cycle: {"key": self.parts.get("cycle_key")},
        }
        return model._default_manager.get(**keys[model])


def _check_in(found: Found) -> Form:
    code = found.parts["code"]
    return {f"{code}-{field}": value for field, value in REPORT.items()} | {f"{code}-seen": "1"}


def _version(found: Found, model: Any) -> Form:
    return {"version": str(found.get(model).version)}


def _edited(name: str, model: Any, **fields: str) -> Callable[[Found], Form]:
    """What a new one would say, over one that is there."""
    return lambda found: FORMS.get(name, {}) | fields | {"reason": WHY} | _version(found, model)


def _weights(found: Found, rows: Any) -> Form:
    form = {"reason": WHY}
    for row in rows:
        form |= {f"weight-{row.code}": "3", f"version-{row.code}": str(row.version)}
    return form


def _scores(found: Found) -> Form:
    code = f"{found.parts['area_key']}-{found.parts['cycle_key']}-O1-KR1"
    told = {"score": "0.5", "reason": WHY, "closing_note": "", "seen": "something else"}
    told["version"] = str(KeyResult.objects.get(code=code).version)
    return {f"{code}-{field}": value for field, value in told.items()}


def _cycle(found: Found) -> Form:
    days = (timezone.localdate() + dt.timedelta(days=days) for days in (400, 580))
    names = {"key": "30H1", "name": "2030 H1", "reason": WHY, "check_in_every_days": "7"}
    thresholds = {"on_track_gap": "0.05", "on_track_ratio": "0.9"}
    thresholds |= {"at_risk_gap": "0.15", "at_risk_ratio": "0.7"}
    return names | thresholds | dict(zip(("starts_on", "ends_on"), map(str, days), strict=True))


def _edited_cycle(found: Found) -> Form:
    cycle = found.get(Cycle)
    days = {"starts_on": str(cycle.starts_on), "ends_on": str(cycle.ends_on)}
    return _cycle(found) | days | {"version": str(cycle.version)}


def _rollover(found: Found) -> Form:
    """The plan that was shown, to be carried out."""
    cycle, into = found.get(Cycle), Cycle.objects.get(key="25H2")
    code = f"EDGE-{cycle.key}-O1-KR1"
    report = roll_over(
        cycle,
        into=into,
        by=User.objects.get(name="Mana Ger"),
        now=timezone.now(),
        today=timezone.localdate(),
        decisions={code: Decision(choice="keep")},
        dry_run=True,
    )
    return {"row": code, f"{code}-choice": "keep", "carry_out": "1", "fingerprint": report.fingerprint}


def _absence(found: Found) -> Form:
    days = {name: str(timezone.localdate() + dt.timedelta(days=3)) for name in ("first_on", "last_on")}
    return days | {"stand_in": str(User.objects.get(name="Stan Din").pk)}


# What depends on the row: its codes and versions.
FORMS_OF_ROWS: dict[str, Callable[[Found], Form]] = {
    "goals:absence_list": _absence,
    "api:absence-list": lambda found: _absence(found) | {"stand_in": User.objects.get(name="Stan Din").email},
    "goals:check_in_create": _check_in,
    "goals:key_result_pause": lambda found: (
        {"until": str(timezone.localdate() + dt.timedelta(days=5)), "reason": WHY}
        | _version(found, KeyResult)
    ),
    "api:key-result-pause": lambda found: {
        "until": str(timezone.localdate() + dt.timedelta(days=5)),
        "reason": WHY,
    },
    "goals:key_result_rhythm": lambda found: {"days": "5"} | _version(found, KeyResult),
    "areas:area_rhythm": lambda found: {"days": "5"} | _version(found, Area),
    "goals:roadmap_edit": lambda found: (
        {"title": "Another one", "visibility": found.get(Roadmap).visibility} | _version(found, Roadmap)
    ),
    "goals:roadmap_publish": lambda found: {"state": "draft" if found.row == "own" else "published"},
    "goals:roadmap_weights": lambda found: _weights(found, found.get(Roadmap).objectives.all()),
    "goals:objective_edit": _edited("goals:objective_create", Objective, position="1"),
    "goals:objective_remove": _edited("", Objective, way="drop"),
    "goals:objective_weights": lambda found: _weights(found, found.get(Objective).key_results.all()),
    "goals:key_result_edit": _edited("goals:key_result_create", KeyResult, position="1"),
    "goals:key_result_remove": _edited("", KeyResult, way="drop"),
    "goals:need_edit": _edited("", Dependency, note="Another note", state="at_risk"),
    "goals:need_answer": _edited("", Dependency, answer="declined", answer_note=WHY),
    "goals:need_ask_again": _edited("", Dependency),
    "goals:need_withdraw": _edited("", Dependency),
    "goals:risk_edit": _edited("goals:risk_create", Risk),
    "goals:risk_review": _edited("", Risk),
    "goals:risk_close": _edited("", Risk, outcome="prevented", closed_on=str(timezone.localdate())),
    "goals:risk_reopen": _edited("", Risk),
    "goals:concern_create": lambda found: {"objective": found.parts["code"].replace("-O1-R1", "-B2")},
    "goals:kpi_enter": lambda found: {
        f"{found.parts['code']}-value": "4",
        f"{found.parts['code']}-seen": "1",
    },
    "goals:kpi_edit": _edited("goals:kpi_create", Kpi),
    "goals:initiative_edit": _edited("goals:initiative_create", Initiative),
    "goals:initiative_state": _edited("", Initiative, state="doing"),
    "goals:mitigation_edit": _edited("goals:mitigation_create", Mitigation),
    "cycles:cycle_add": _cycle,
    "cycles:cycle_edit": _edited_cycle,
    "cycles:cycle_roll_over": _rollover,
    "cycles:roadmap_scores": _scores,
}


def _supports(found: Found) -> Form:
    """What the objective of the row may come to support: B2 of its roadmap."""
    code = found.parts["code"].replace("-O1", "-B2")
    return {"supported": code, "reason": WHY}


def _shares(found: Found) -> Form:
    """With the area of the other row."""
    return {"area": "EDGE" if found.parts["code"].startswith("CORE") else "CORE", "reason": WHY}


FORMS_OF_ROWS |= {
    "goals:alignment_create": _supports,
    "goals:alignment_edit": _edited("", Alignment, weight="3"),
    "goals:alignment_end": _edited("", Alignment),
    "api:risk-concerns": lambda found: {"objective": found.parts["code"].replace("-O1-R1", "-B2")},
    "goals:share_create": lambda found: _shares(found) | {"weight": "2"},
    "goals:share_edit": _edited("", Share, weight="3"),
    "goals:share_end": _edited("", Share),
    "api:objective-shares": _shares,
    "api:objective-supports": lambda found: {"objective": _supports(found)["supported"], "reason": WHY},
}


def _moves(found: Found) -> Form:
    """To B2 of its roadmap."""
    code = found.parts["code"].replace("-O1-KR1", "-B2")
    return {"place": code, "reason": WHY, "move": "1"} | _version(found, KeyResult)


def _moves_to_a_team(found: Found) -> Form:
    """To the roadmap of the team below its area."""
    code = f"T{found.parts['code'].replace('-O1', '')}"
    return {"place": code, "reason": WHY, "move": "1"} | _version(found, Objective)


FORMS_OF_ROWS |= {
    "goals:key_result_move": _moves,
    "goals:objective_move": _moves_to_a_team,
    "api:key-result-move": lambda found: {"objective": _moves(found)["place"], "reason": WHY},
    "api:objective-move": lambda found: {"roadmap": _moves_to_a_team(found)["place"], "reason": WHY},
}


def _copied(place: str) -> Form:
    return {"place": place, "values": "start_over", "days": "shifted"}


def _own(found: Found) -> str:
    """The roadmap of the row."""
    return found.parts["code"].replace("-O1", "")


def _next_one(found: Found) -> str:
    """A roadmap that is not there yet."""
    area = found.parts.get("area_key") or found.parts["code"].partition("-")[0]
    return f"{area}-25H2"


FORMS_OF_ROWS |= {
    "goals:key_result_copy": lambda found: _copied(found.parts["code"].removesuffix("-KR1")),
    "goals:objective_copy": lambda found: _copied(_own(found)),
    "goals:roadmap_copy": lambda found: _copied(_next_one(found)),
    "api:key-result-copy": lambda found: {"objective": found.parts["code"].removesuffix("-KR1")},
    "api:objective-copy": lambda found: {"roadmap": _own(found)},
    "api:roadmap-copy": lambda found: {"roadmap": _next_one(found)},
}


def _card(found: Found) -> Form:
    return {"width": "2", "title": "Another title", "version": "1"}


FORMS_OF_ROWS |= {
    "goals:dashboard_edit": lambda found: {"title": "Another title", "version": "1"},
    "goals:card_edit": _card,
}


def _template(found: Found) -> Form:
    return {"name": "Another name", "title": "Another title"} | _version(found, ObjectiveTemplate)


def _begun(found: Found) -> Form:
    return {"title": "A new one", "kr1-take": "on", "kr1-title": "Speed", "kr1-target_value": "10"}


def _webhook(found: Found) -> Form:
    told = {"url": "https://hooks.example.org/other", "events": "cycle.closed"}
    return told | _version(found, Webhook)


FORMS_OF_ROWS |= {
    "goals:webhook_edit": _webhook,
    "goals:template_edit": _template,
    "goals:template_begin": _begun,
    # In a roadmap that everybody reads; the template is of the row.
    "api:template-begin": lambda found: {"roadmap": f"{found.get(ObjectiveTemplate).area.key}-24H2"},
}


def every_area_has_a_team() -> None:
    """With a roadmap in each cycle that its area has one in."""
    for roadmap in list(Roadmap.objects.select_related("area", "cycle")):
        key = f"T{roadmap.area.key}"
        team = Area.objects.filter(key=key).first() or AreaFactory(key=key, parent=roadmap.area)
        RoadmapFactory(area=team, cycle=roadmap.cycle)


def all_cycles_are(state: str) -> Callable[[], Any]:
    return lambda: Cycle.objects.update(state=state)


def removed(model: Any) -> Callable[[], Any]:
    return lambda: model.objects.update(dropped_at=timezone.now())


def every_roadmap_is(state: str) -> Callable[[], Any]:
    return lambda: Roadmap.objects.update(state=state)


def everybody_took_note() -> None:
    Acknowledgement.objects.bulk_create(
        Acknowledgement(check_in=check_in, person=person)
        for check_in in CheckIn.objects.all()
        for person in User.objects.filter(is_active=True)
    )


def everything_is_reviewed() -> None:
    """By the leads of its area, who reported nothing."""
    for key, name in (("EDGE", "Lea Lead"), ("CORE", "Olea Lead")):
        Objective.objects.filter(roadmap__area__key=key).update(
            reviewer=User.objects.get(name=name), reviewer_since=timezone.now() - dt.timedelta(days=100)
        )


def everything_is_paused() -> None:
    today = timezone.localdate()
    KeyResult.objects.update(
        paused_on=today - dt.timedelta(1), paused_until=today + dt.timedelta(5), pause_reason=WHY
    )


def everything_is_owned_by_somebody_else() -> None:
    """By nobody who asks: nobody nudges themselves."""
    KeyResult.objects.update(owner=User.objects.get(name="Stan Din"))


def everything_is_accepted() -> None:
    moment = {"answered_at": timezone.now()}
    Dependency.objects.update(answer="accepted", state="agreed", **moment)


def archived(model: Any) -> Callable[[], Any]:
    return lambda: model.objects.update(archived_at=timezone.now())


def every_risk_has_ended() -> None:
    Risk.objects.update(state="closed", outcome="prevented", closed_on=timezone.localdate())


def every_webhook_is_stopped() -> None:
    Webhook.objects.update(stopped_at=timezone.now(), stopped_because="a pause")


BEFORE: dict[str, Callable[[], Any]] = {
    "goals:mail_answer": somebody_is_asked,
    "goals:key_result_nudge": everything_is_owned_by_somebody_else,
    "goals:webhook_start": every_webhook_is_stopped,
    "api:webhook-start": every_webhook_is_stopped,
    "cycles:cycle_activate": all_cycles_are("planning"),
    "api:cycle-activate": all_cycles_are("planning"),
    "cycles:cycle_close": all_cycles_are("closing"),
    "api:cycle-close": all_cycles_are("closing"),
    "cycles:cycle_reopen": all_cycles_are("closed"),
    "api:cycle-reopen": all_cycles_are("closed"),
    "cycles:roadmap_scores": all_cycles_are("closing"),
    "goals:objective_restore": removed(Objective),
    "goals:key_result_restore": removed(KeyResult),
    "goals:risk_reopen": every_risk_has_ended,
    "api:area-restore": lambda: Area.objects.filter(children=None).update(archived_at=timezone.now()),
    "api:roadmap-publish": every_roadmap_is("draft"),
    "api:roadmap-unpublish": every_roadmap_is("published"),
    "api:objective-restore": removed(Objective),
    "api:key-result-restore": removed(KeyResult),
    "api:risk-restore": archived(Risk),
    "api:risk-reopen": every_risk_has_ended,
    "goals:tag_rename": lambda: Objective.objects.update(tags="speed"),
    "api:tag-rename": lambda: Objective.objects.update(tags="speed"),
    "goals:objective_move": every_area_has_a_team,
    "api:objective-move": every_area_has_a_team,
    "goals:kpi_restore": lambda: Kpi.objects.update(archived_at=timezone.now()),
    "goals:template_save": lambda: Roadmap.objects.update(visibility="internal"),
    "goals:template_restore": archived(ObjectiveTemplate),
    "goals:comment_edit": lambda: Comment.objects.update(created_at=timezone.now()),
    "goals:need_ask_again": everything_is_accepted,
    "api:dependency-ask-again": everything_is_accepted,
    "goals:check_in_ask_back": everything_is_reviewed,
    "api:key-result-resume": everything_is_paused,
    "api:check-in-acknowledgement-me": everybody_took_note,
    "people:person_anonymise": lambda: Invitation.objects.update(revoked_at=timezone.now()),
    "api:token-detail": lambda: ApiToken.objects.filter(pk=TOKEN).update(revoked_at=None),
}


def samples_of(name: str, row: str) -> dict[str, Any]:
    """The parts of an address, told of this row instead of the story's."""
    of_row = ROWS[row]
    serials = {part: serial[row] for part, serial in SERIALS.items()}
    parts = SAMPLES | {"person_id": PERSON, "token_id": TOKEN} | serials
    parts |= SAMPLES_OF.get(name, {}) | PARTS.get(name, {})
    return {
        part: str(parts[part]).replace("EDGE", of_row["area_key"]).replace("24H2", of_row["cycle_key"])
        for part in ROUTES[name]
    }


def address(name: str, row: str = "own") -> str:
    try:
        return reverse(name, kwargs=samples_of(name, row)) + QUERIES.get(name, "")
    except (KeyError, NoReverseMatch) as error:
        raise AssertionError(
            f"{name} needs samples for {ROUTES[name]} in okrtracker/tests/test_walk.py"
        ) from error


def rows_of(name: str) -> list[str]:
    """The kinds of rows that this address can be about."""
    return list({address(name, row): row for row in reversed(ROWS)}.values())[::-1]


def form_of(name: str, row: str) -> Form:
    """Has to be called after what is in BEFORE."""
    if name in FORMS_OF_ROWS:
        return FORMS_OF_ROWS[name](Found(name, row))
    return FORMS.get(name, {})
