"""Why a write was refused: a stable code for programs, a sentence for people."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from goals.models import CheckIn, Dependency, KpiEntry
from goals.sentences import value_text


class Refused(Exception):
    """Nothing was written. `errors` maps a field, or "" for the whole, to sentences."""

    code = "refused"

    def __init__(self, sentence: str, *, field: str = "", errors: dict[str, list[str]] | None = None):
        super().__init__(sentence)
        self.sentence = sentence
        self.errors = errors if errors is not None else {field: [sentence]}


class CycleClosed(Refused):
    """The numbers of a closed cycle are frozen."""

    code = "cycle_closed"

    def __init__(self, cycle_name: str):
        super().__init__(_("%(cycle)s is closed; its numbers are frozen.") % {"cycle": cycle_name})


class CycleNotActive(Refused):
    """Check-ins are made in an active or closing cycle."""

    code = "cycle_not_active"

    def __init__(self, cycle_name: str):
        super().__init__(
            _("%(cycle)s is being planned; check-ins open when it is active.") % {"cycle": cycle_name}
        )


class WrongState(Refused):
    """A cycle or a row is not in the state that this step begins from."""

    code = "wrong_state"


class Archived(Refused):
    """What is archived or dropped is not changed; restore it first."""

    code = "archived"


class ReasonNeeded(Refused):
    """What was agreed on is changed, given up or opened again with a reason only."""

    code = "reason_needed"

    def __init__(self, sentence: str):
        super().__init__(sentence, field="reason")


class StaleVersion(Refused):
    """Somebody else changed the row in between."""

    code = "stale_version"

    def __init__(self, name: str):
        super().__init__(_("%(name)s was changed by somebody else in the meantime.") % {"name": name})


class ReportedMeanwhile(Refused):
    """Another check-in arrived since the form was opened; its sender has not seen it."""

    code = "reported_meanwhile"

    def __init__(self, check_in: CheckIn, *, is_own: bool):
        key_result = check_in.key_result
        names = {
            "who": check_in.author.name,
            "value": value_text(check_in.value, unit=key_result.unit, kind=key_result.formula_kind),
            "day": formats.date_format(check_in.effective_on, "j M"),
        }
        sentence = _("You reported %(value)s on %(day)s meanwhile; save again to keep both.")
        if not is_own:
            sentence = _("%(who)s reported %(value)s on %(day)s meanwhile; save again to keep both.")
        super().__init__(sentence % names, field="value")
        self.check_in = check_in


class EnteredMeanwhile(Refused):
    """Another value of the KPI arrived since the form was opened; its sender has not seen it."""

    code = "reported_meanwhile"

    def __init__(self, entry: KpiEntry, *, is_own: bool):
        names = {
            "who": entry.author.name,
            "value": value_text(entry.value, unit=entry.kpi.unit),
            "day": formats.date_format(entry.effective_on, "j M"),
        }
        sentence = _("You reported %(value)s on %(day)s meanwhile; save again to keep both.")
        if not is_own:
            sentence = _("%(who)s reported %(value)s on %(day)s meanwhile; save again to keep both.")
        super().__init__(sentence % names, field="value")


class NumberTaken(Refused):
    """Numbers are part of codes and never used twice."""

    code = "number_taken"


class AlignmentLoop(Refused):
    """An objective would support itself, through others."""

    code = "alignment_loop"

    def __init__(self, code: str, steps: Sequence[str]):
        sentence = _("%(code)s would support itself: %(steps)s.") % {"code": code, "steps": " → ".join(steps)}
        super().__init__(sentence, field="supported")


class NeedLoop(Refused):
    """An objective would wait for itself, through others."""

    code = "need_loop"

    def __init__(self, code: str, steps: Sequence[str], *, field: str):
        sentence = _("%(code)s would wait for itself: %(steps)s.") % {
            "code": code,
            "steps": " → ".join(steps),
        }
        super().__init__(sentence, field=field)


class AnsweredBefore(Refused):
    """Somebody else answered in between, or this answer stands already."""

    code = "answered_before"

    def __init__(self, need: Dependency):
        names = {
            "who": need.answered_by.name if need.answered_by else _("somebody"),
            "day": formats.date_format(timezone.localdate(need.answered_at), "j M"),
        }
        sentence = _("%(who)s accepted this on %(day)s already.")
        if need.answer == Dependency.Answer.DECLINED:
            sentence = _("%(who)s declined this on %(day)s already.")
        super().__init__(sentence % names)


class Invalid(Refused):
    """One or more fields do not hold what they should."""

    code = "invalid"

    @classmethod
    def from_validation(cls, error: ValidationError) -> Invalid:
        if not hasattr(error, "error_dict"):
            return cls(" ".join(error.messages))
        errors = {
            "" if field == NON_FIELD_ERRORS else field: list(sentences)
            for field, sentences in error.message_dict.items()
        }
        return cls(
            " ".join(sentence for sentences in errors.values() for sentence in sentences), errors=errors
        )


class TakesFromKpi(Invalid):
    """The value of this key result is entered at a KPI, once for both."""

    code = "takes_from_kpi"

    def __init__(self, code: str, kpi_code: str):
        sentence = _("%(code)s takes its value from a KPI: enter it there, or report “no change” here.")
        if kpi_code:
            sentence = _("%(code)s takes its value from %(kpi)s: enter it there, or report “no change” here.")
        super().__init__(sentence % {"code": code, "kpi": kpi_code}, field="value")
