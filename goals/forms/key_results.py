"""A key result as people enter it, with its plan of interim targets as rows of day and value."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.days import DayField
from goals.actions.interim_targets import MOST_INTERIM_TARGETS
from goals.actions.refusals import Refused
from goals.forms.plan import Difference, PlanForm
from goals.forms.plan_fields import NumberField, form_field, tell_tags
from goals.models import KeyResult, Kpi

ROW_NAME = re.compile(r"interim_([0-9]{1,2})_(?:on|value)\Z")
EMPTY_ROWS = 3
Row = tuple[date, Decimal]


class KpiField(forms.ModelChoiceField):
    """One of the KPIs that may give the value; those in `kpis` alone."""

    def __init__(self, kpis: Any) -> None:
        help_text = _("Entered there, once for both; of the same unit")
        super().__init__(
            Kpi.objects.none() if kpis == () else kpis,
            label=_("Value from KPI"),
            help_text=help_text,
            required=False,
            empty_label=_("none: reported here"),
        )

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.title}" + (f" ({obj.unit})" if obj.unit else "")


class KeyResultForm(PlanForm):
    """Which fields show follows the kind; what stands in the others is not read."""

    KINDS_OF = {
        "start_value": {"reach"},
        "commit_value": {"reach"},
        "target_value": {"reach"},
        "stretch_value": {"reach"},
        "lower_bound": {"guardrail"},
        "upper_bound": {"guardrail"},
        "kpi": {"reach", "guardrail"},
    }
    constraint_fields = {
        "key_result_start_differs_from_target": "target_value",
        "key_result_commit_before_target": "commit_value",
        "key_result_stretch_beyond_target": "stretch_value",
        "key_result_guardrail_has_bound": "upper_bound",
        "key_result_bounds_in_order": "upper_bound",
        "key_result_weight_not_negative": "weight",
        "key_result_rhythm_in_days": "check_in_every_days",
        "key_result_of_kpi_is_measured": "kpi",
    }
    reason_help = gettext_lazy(
        "Needed when kind, start, commit, target, stretch, bounds, weight, due day or interim targets "
        "change: the cycle has begun. It is kept, marked on the chart and shown."
    )

    class Meta:
        model = KeyResult
        fields = [
            "title",
            "kind",
            "metric",
            "unit",
            "kpi",
            "start_value",
            "commit_value",
            "target_value",
            "stretch_value",
            "lower_bound",
            "upper_bound",
            "owner",
            "due_on",
            "weight",
            "check_in_every_days",
            "visibility",
            "source_note",
            "tags",
            "position",
        ]
        widgets = {"kind": forms.RadioSelect}
        formfield_callback = form_field

    def __init__(
        self,
        data: Any = None,
        *,
        instance: KeyResult,
        interim_targets: list[Row] | None = None,
        kpis: Any = (),
        **options: Any,
    ) -> None:
        super().__init__(data, instance=instance, **options)
        if interim_targets is None:
            known = instance.known_interim_targets if instance.pk else []
            interim_targets = [(row.on, row.value) for row in known]
        self.fields["kpi"] = KpiField(kpis)
        self.fields["metric"].help_text = _("What is counted, and how")
        self.fields["unit"].help_text = _("Like tok/s, % or days")
        self.fields["commit_value"].help_text = _("What is promised, on the way to the target")
        self.fields["stretch_value"].help_text = _("Beyond the target; progress is measured to the target")
        self.fields["weight"].help_text = _("How much it counts in the objective; 0 counts nowhere")
        tell_tags(self)
        self.fields["source_note"].help_text = _("Where the value is read")
        if self.is_new:
            del self.fields["position"]
        else:
            self.fields["position"].label = _("Place in the list")
        self._add_rows(interim_targets)

    def _add_rows(self, known: list[Row]) -> None:
        sent = [int(match[1]) + 1 for name in self.data if (match := ROW_NAME.match(name))]
        more = EMPTY_ROWS if "more_rows" in self.data else 0
        count = max([*sent, 0]) + more if self.is_bound else len(known) + EMPTY_ROWS
        self.row_numbers = range(min(count, MOST_INTERIM_TARGETS))
        for number in self.row_numbers:
            self.fields[f"interim_{number}_on"] = DayField(label=_("Day"), required=False)
            self.fields[f"interim_{number}_value"] = NumberField(label=_("Value"), required=False)
        for number, (day, value) in enumerate(known):
            self.initial[f"interim_{number}_on"] = day
            self.initial[f"interim_{number}_value"] = value

    @property
    def interim_rows(self) -> list[tuple[int, forms.BoundField, forms.BoundField]]:
        return [
            (number + 1, self[f"interim_{number}_on"], self[f"interim_{number}_value"])
            for number in self.row_numbers
        ]

    @property
    def interim_targets_open(self) -> bool:
        """Whether there is any to be seen, or something to be said about one."""
        return bool(self._plan()) or "more_rows" in self.data or any(map(ROW_NAME.match, self.errors))

    @property
    def has_kpis(self) -> bool:
        """Whether there is a choice; the field that offers none is no question."""
        return len(self.fields["kpi"].choices) > 1 or bool(self["kpi"].errors)  # type: ignore[attr-defined]

    @property
    def more_open(self) -> bool:
        return bool({"check_in_every_days", "visibility", "position", "source_note"} & set(self.errors))

    def clean(self) -> dict[str, Any]:
        entered: dict[str, Any] = self.cleaned_data
        kind = entered.get("kind")
        for name, kinds in self.KINDS_OF.items():
            if kind is not None and kind not in kinds:
                self.errors.pop(name, None)
                entered[name] = None
        entered["interim_targets"] = self._rows() if kind in (None, KeyResult.Kind.REACH) else []
        if kind not in (None, KeyResult.Kind.REACH):
            for name in [name for name in self.errors if ROW_NAME.match(name)]:
                del self.errors[name]
        return entered

    def _rows(self) -> list[Row]:
        rows: dict[date, Decimal] = {}
        for number in self.row_numbers:
            names = f"interim_{number}_on", f"interim_{number}_value"
            day, value = (self.cleaned_data.get(name) for name in names)
            if any(name in self.errors for name in names):
                continue
            if day is not None and value is None:
                self.add_error(names[1], _("Enter the value for this day, or clear the day."))
            elif value is not None and day is None:
                self.add_error(names[0], _("Enter the day for this value, or clear the value."))
            elif day is not None and day in rows:
                self.add_error(names[0], _("This day stands twice."))
            elif day is not None and value is not None:
                rows[day] = value
        return sorted(rows.items())

    def refuse(self, refusal: Refused) -> None:
        """A sentence about an interim target stands at its row, which its day tells."""
        left = {name: found for name, found in refusal.errors.items() if name != "interim_targets"}
        for sentence in refusal.errors.get("interim_targets", []):
            self.add_error(self._row_of(sentence), sentence)
        if left:
            super().refuse(Refused(refusal.sentence, errors=left))

    def _row_of(self, sentence: str) -> str | None:
        for number in self.row_numbers:
            day = self.cleaned_data.get(f"interim_{number}_on")
            if day is not None and sentence.startswith(day.isoformat()):
                return f"interim_{number}_on"
        return None

    @property
    def entered(self) -> dict[str, Any]:
        return super().entered | {"interim_targets": self.cleaned_data["interim_targets"]}

    def _plan(self) -> list[tuple[str, str]]:
        pairs = [
            (self.as_sent(f"interim_{n}_on"), self.as_sent(f"interim_{n}_value")) for n in self.row_numbers
        ]
        return sorted(pair for pair in pairs if any(pair))

    def differences(self, theirs: PlanForm) -> list[Difference]:
        found = super().differences(theirs)
        if isinstance(theirs, KeyResultForm) and theirs._plan() != self._plan():
            told = [", ".join(" ".join(pair) for pair in form._plan()) for form in (theirs, self)]
            found.append(Difference(_("Interim targets"), *told))
        return found

    def merged_data(self, base: PlanForm | None, theirs: PlanForm) -> dict[str, Any]:
        data = super().merged_data(base, theirs)
        if not isinstance(base, KeyResultForm) or not isinstance(theirs, KeyResultForm):
            return data
        if base._plan() == self._plan():
            data = {name: value for name, value in data.items() if not ROW_NAME.match(name)}
            for number, (day, value) in enumerate(theirs._plan()):
                data |= {f"interim_{number}_on": day, f"interim_{number}_value": value}
            for number in range(len(theirs._plan()), len(theirs._plan()) + EMPTY_ROWS):
                data |= {f"interim_{number}_on": "", f"interim_{number}_value": ""}
        return data
