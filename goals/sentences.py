"""Figures in the reader's words: reasons, paces, and values with the words that stand for some of them.

What is said of figures in a sentence is said here, in the language that is active; which case it is say
goals.pace and goals.reasons, how its numbers are written goals.values.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from goals.notation import NotReadable
from goals.pace import AT_RISK, BEHIND, DONE, NO_DATA, NOT_STARTED, ON_TRACK
from goals.progress import Kind, Mark, clamp, round_half_up
from goals.reasons import Case, Distance, Reason, Way
from goals.values import DASH, format_number, format_share, format_value, round_rate

PACE_WORDS = {
    DONE: gettext_lazy("Done"),
    NOT_STARTED: gettext_lazy("Not started"),
    NO_DATA: gettext_lazy("No data"),
    ON_TRACK: gettext_lazy("On track"),
    BEHIND: gettext_lazy("Behind"),
    AT_RISK: gettext_lazy("At risk"),
}
GUARDRAIL_WORDS = PACE_WORDS | {ON_TRACK: gettext_lazy("Kept"), AT_RISK: gettext_lazy("Violated")}


def pace_word(pace: str, *, kind: Kind = "reach") -> str:
    """The word shown for a pace; a guardrail is kept or violated."""
    return str((GUARDRAIL_WORDS if kind == "guardrail" else PACE_WORDS)[pace])


def reason_text(reason: Reason) -> str:
    """The sentence beside the colour; it has no full stop, so that it can stand in a table."""
    sentence = _CASES[reason.case](reason)
    if reason.held_back_by:
        sentence = _("held back by the violated guardrail %(code)s; %(reason)s") % {
            "code": reason.held_back_by,
            "reason": sentence,
        }
    if reason.silent_days is not None:
        silence = ngettext(
            "no check-in for %(number)d day", "no check-in for %(number)d days", reason.silent_days
        )
        sentence = f"{sentence}; {silence % {'number': reason.silent_days}}"
    return sentence


def distance_text(distance: Distance) -> str:
    """The distance from what is expected: "16 points behind", "over target"."""
    number = {"number": distance.points}
    if distance.way is Way.AHEAD:
        return ngettext("%(number)d point ahead", "%(number)d points ahead", distance.points) % number
    if distance.way is Way.BEHIND:
        return ngettext("%(number)d point behind", "%(number)d points behind", distance.points) % number
    words = {
        Way.TARGET_MET: _("target met"),
        Way.OVER_TARGET: _("over target"),
        Way.ON_TRACK: _("on track"),
        Way.AS_EXPECTED: _("as expected"),
    }
    return words[distance.way]


def mark_text(mark: Mark | None) -> str:
    """The furthest mark that was reached: "commit reached"; empty where nothing leads to a mark."""
    if mark is None:
        return ""
    words = {
        Mark.NONE: _("no mark reached yet"),
        Mark.COMMIT: _("commit reached"),
        Mark.TARGET: _("target reached"),
        Mark.STRETCH: _("stretch reached"),
    }
    return words[mark]


def bounds_text(lower: Decimal | None, upper: Decimal | None, *, unit: str = "") -> str:
    """The bounds of a guardrail: "between 1 and 2", "at most 12.85"; empty when there are none."""
    bounds = {"lower": format_value(lower, unit=unit), "upper": format_value(upper, unit=unit)}
    if lower is not None and upper is not None:
        return _("between %(lower)s and %(upper)s") % (bounds | {"lower": format_value(lower)})
    if lower is not None:
        return _("at least %(lower)s") % bounds
    return _("at most %(upper)s") % bounds if upper is not None else ""


def value_text(value: Decimal | None, *, unit: str = "", kind: Kind = "reach") -> str:
    """A value with its unit, or a milestone's word; a dash when there is none."""
    if value is None or kind != "milestone":
        return format_value(value, unit=unit)
    return _("done") if value >= 1 else _("not done")


def points_text(ratio: Decimal | None) -> str:
    """A difference of two ratios in whole percentage points, with its sign: "+6 points"."""
    if ratio is None:
        return DASH
    points = round_half_up(ratio * 100, 0)
    sign = "+" if points > 0 else ""
    text = ngettext("%(number)s point", "%(number)s points", int(abs(points)))
    return text % {"number": f"{sign}{format_number(points)}"}


def rate_text(rate: Decimal, *, unit: str = "") -> str:
    """A change per week, short. Percent changes by points."""
    if unit == "%":
        rounded = round_rate(rate)
        # A fraction is many in English, and in German too: "0.5 points".
        number = int(abs(rounded)) if rounded == int(rounded) else 2
        text = ngettext("%(number)s point", "%(number)s points", number)
        return text % {"number": format_number(rounded)}
    return format_value(round_rate(rate), unit=unit)


def refusal_text(refusal: NotReadable) -> str:
    """What to write instead of what cannot be read."""
    return _(refusal.pattern) % refusal.names


def _not_started(reason: Reason) -> str:
    if reason.starts_on is None:
        return _("not started")
    # Translators: how a day is written in a sentence, in the letters of Django's date filter.
    day = formats.date_format(reason.starts_on, pgettext("date format", "Y-m-d"))
    return _("not started, begins on %(day)s") % {"day": day}


def _no_check_in(reason: Reason) -> str:
    if reason.expected is None:
        return _("no check-in yet")
    return _("no check-in yet, %(share)s expected") % {"share": format_share(reason.expected)}


def _milestone_open(reason: Reason) -> str:
    return _("not done yet, %(share)s expected") % {"share": format_share(reason.expected)}


def _reached(reason: Reason) -> str:
    return _("%(reached)s reached, %(distance)s") % {
        "reached": format_share(reason.completion),
        "distance": distance_text(reason.distance),  # type: ignore[arg-type]  # this case has one
    }


def _on_the_way(reason: Reason) -> str:
    completion: Decimal = reason.completion  # type: ignore[assignment]  # this case has one
    names = {
        "expected": format_share(reason.expected),
        "reached": format_share(clamp(completion)),
        "distance": distance_text(reason.distance),  # type: ignore[arg-type]  # this case has one
    }
    if completion < 0:
        sentence = _("%(expected)s expected, %(reached)s reached, below its start: %(distance)s") % names
    else:
        sentence = _("%(expected)s expected, %(reached)s reached: %(distance)s") % names
    effort = _effort(reason.needs_per_week, reason.gave_per_week, unit=reason.unit)
    return f"{sentence}; {effort}" if effort else sentence


def _effort(needs: Decimal | None, gave: Decimal | None, *, unit: str) -> str:
    # "Needs −2.6 s" can be read as a dash and asks for less than nothing: a way down says its direction in a
    # word, and what was given then says its own, so that the two can be compared.
    falls = needs is not None and needs < 0
    parts = []
    if needs is not None:
        parts.append(_("needs %(rate)s a week") % {"rate": _directed(needs, unit=unit, falls=falls)})
        if gave is not None:
            rate = _directed(gave, unit="", falls=falls)
            parts.append(_("the last four weeks gave %(rate)s") % {"rate": rate})
    elif gave is not None:
        rate = _directed(gave, unit=unit, falls=falls)
        parts.append(_("the last four weeks gave %(rate)s a week") % {"rate": rate})
    return ", ".join(parts)


def _directed(rate: Decimal, *, unit: str, falls: bool) -> str:
    if not falls or rate == 0:
        return rate_text(rate, unit=unit)
    size = {"rate": rate_text(abs(rate), unit=unit)}
    return _("%(rate)s less") % size if rate < 0 else _("%(rate)s more") % size


def _guardrail_open(reason: Reason) -> str:
    bounds = bounds_text(reason.lower, reason.upper, unit=reason.unit)
    return _("no check-in yet, %(bounds)s") % {"bounds": bounds} if bounds else _("no check-in yet")


def _guardrail_kept(reason: Reason) -> str:
    names = {
        "value": format_value(reason.value, unit=reason.unit),
        "bounds": bounds_text(reason.lower, reason.upper, unit=reason.unit),
    }
    return (_("kept: %(value)s, %(bounds)s") if names["bounds"] else _("kept: %(value)s")) % names


def _below_bound(reason: Reason) -> str:
    return _("%(value)s is below the bound of %(bound)s") % _beside(reason, reason.lower)


def _above_bound(reason: Reason) -> str:
    return _("%(value)s is above the bound of %(bound)s") % _beside(reason, reason.upper)


def _beside(reason: Reason, bound: Decimal | None) -> dict[str, str]:
    return {
        "value": format_value(reason.value, unit=reason.unit),
        "bound": format_value(bound, unit=reason.unit),
    }


_CASES = {
    Case.NOT_STARTED: _not_started,
    Case.NOTHING_TO_MEASURE: lambda reason: _("nothing to measure yet"),
    Case.NO_CHECK_IN: _no_check_in,
    Case.MILESTONE_OPEN: _milestone_open,
    Case.MILESTONE_DONE: lambda reason: _("done"),
    Case.REACHED: _reached,
    Case.ON_THE_WAY: _on_the_way,
    Case.GUARDRAIL_OPEN: _guardrail_open,
    Case.GUARDRAIL_KEPT: _guardrail_kept,
    Case.BELOW_BOUND: _below_bound,
    Case.ABOVE_BOUND: _above_bound,
}
