"""What the check-in pages show of a key result beside the fields to fill in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from goals import pace
from goals.actions.what_if import figures_after
from goals.figures import KeyResultFigures, key_result_figures
from goals.figures.expected import expected_text
from goals.figures.key_result import Points, points_of
from goals.forms.check_ins import CheckInForm
from goals.models import CheckInDraft, KeyResult, Kpi
from goals.progress import Mark
from goals.reasons import distance
from goals.sentences import distance_text, value_text
from goals.values import format_share

TREND_LENGTH = 12


@dataclass(frozen=True)
class Effect:
    """What a value makes of a key result: the badge, and a few words beside it."""

    badge: str
    word: str
    text: str
    is_entered: bool = False  # else it is what stands now


@dataclass
class CheckInRow:
    """A key result with the fields to report about it."""

    figures: KeyResultFigures
    points: Points
    form: CheckInForm
    today: date

    @property
    def key_result(self) -> KeyResult:
        return self.figures.key_result

    @property
    def seen_kpi(self) -> Kpi | None:
        """The KPI its value comes from; a restricted one is named on the page of the key result alone."""
        kpi = self.key_result.kpi
        return kpi if kpi is not None and kpi.visibility == Kpi.Visibility.INTERNAL else None

    @property
    def due_on(self) -> date | None:
        return self.key_result.check_in_due_on

    @property
    def trend(self) -> list[Decimal]:
        """The last values by the day they are of, oldest first; of each day what was said last."""
        by_day = dict(self.points)
        return [by_day[day] for day in sorted(by_day)[-TREND_LENGTH:]]

    @property
    def trend_text(self) -> str:
        trend, key_result = self.trend, self.key_result
        if len(trend) < 2:
            return ""
        first, last = (
            value_text(value, unit=key_result.unit, kind=key_result.formula_kind)
            for value in (trend[0], trend[-1])
        )
        return _("From %(first)s to %(last)s in %(count)d check-ins") % {
            "first": first,
            "last": last,
            "count": len(trend),
        }

    @property
    def expected(self) -> str:
        return expected_text(self.figures)

    @property
    def effect(self) -> Effect:
        """Of what was entered, where it can be read; else of what there is."""
        if self.form.is_bound:
            return effect_of_entry(self.form, self.figures, self.points, today=self.today)
        return effect_now(self.figures)


def check_in_rows(
    key_results: Iterable[KeyResult],
    *,
    today: date,
    forms: dict[str, CheckInForm] | None = None,
    drafts: dict[int, CheckInDraft] | None = None,
) -> list[CheckInRow]:
    """Rows in the order given, with one query for all of their values.

    `forms`: those filled in, by code; `drafts`: what the others are filled in with, by key result.
    """
    listed, forms, drafts = list(key_results), forms or {}, drafts or {}
    points = points_of([key_result.pk for key_result in listed], today=today)
    return [
        CheckInRow(
            figures=key_result_figures(key_result, today=today, points=points.get(key_result.pk, ())),
            points=points.get(key_result.pk, ()),
            form=forms.get(key_result.code)
            or CheckInForm(key_result=key_result, draft=drafts.get(key_result.pk)),
            today=today,
        )
        for key_result in listed
    ]


def effect_now(figures: KeyResultFigures) -> Effect:
    word = _("Stale") if figures.stale else figures.word
    return Effect(badge=figures.badge, word=word, text=short_reason(figures))


def effect_of_entry(form: CheckInForm, figures: KeyResultFigures, points: Points, *, today: date) -> Effect:
    """What saving the form would make, or what there is until its value can be read; writes nothing."""
    form.is_valid()
    key_result, entered = figures.key_result, form.cleaned_data
    is_no_change = bool(entered.get("no_change"))
    value = key_result.current_value if is_no_change else entered.get("value")
    if value is None:
        return effect_now(figures)
    day = form.effective_day(today)
    after = figures_after(key_result, value=value, effective_on=day, today=today, points=points)
    effect, text = effect_now(after), short_reason(after)
    if is_no_change:
        reached = after.completion if after.pace == pace.DONE else after.progress
        text = (
            _("no change")
            if reached is None
            else _("no change, %(share)s") % {"share": format_share(reached)}
        )
    elif key_result.last_check_in_on and day < key_result.last_check_in_on:
        text = _("a later value stays the current one")
    return Effect(effect.badge, effect.word, text, is_entered=True)


def short_reason(figures: KeyResultFigures) -> str:
    """The reason in a few words: "42 %, 16 points behind"."""
    key_result = figures.key_result
    if key_result.kind == KeyResult.Kind.GUARDRAIL:
        return figures.reason
    if figures.completion is None:
        return _("no start or no target yet")
    if not figures.reported:
        return _("no check-in yet")
    if figures.expected is None or figures.pace == pace.NOT_STARTED:
        return ""
    if key_result.kind == KeyResult.Kind.MILESTONE:
        return figures.reason if figures.completion != 1 else format_share(figures.completion)
    parts = [format_share(figures.completion if figures.pace == pace.DONE else figures.progress)]
    if figures.completion != 1:
        parts.append(distance_text(distance(figures.completion, figures.expected, figures.pace)))
    if figures.mark != Mark.NONE:
        parts.append(figures.mark_text)
    return ", ".join(filter(None, parts))
