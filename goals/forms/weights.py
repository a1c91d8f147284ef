"""The weights of an objective's key results, or of a roadmap's objectives, in one form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goals.actions.refusals import Refused
from goals.actions.weights import Wanted
from goals.forms.plan import VERSION
from goals.forms.plan_fields import NumberField
from goals.models import KeyResult, Objective, Share
from goals.progress import EXACT

REASON_HELP = gettext_lazy("Needed when a weight changes: the cycle has begun. It is kept and shown.")


@dataclass(frozen=True)
class WeightRow:
    """One line: `share` is the part of its mean's weight, None where it counts in none."""

    row: Any
    field: forms.BoundField
    version: forms.BoundField
    share: Decimal | None
    left_out_because: str
    saved: Decimal | None = None  # what somebody else saved meanwhile


@dataclass(frozen=True)
class FixedRow:
    """A line of the same mean that is weighed elsewhere: an objective that another area plans."""

    owned: Share
    share: Decimal | None
    left_out_because: str

    @property
    def row(self) -> Objective:
        return self.owned.objective


@dataclass(frozen=True)
class WeightGroup:
    """The lines of one mean, and what its shares add up to: 1, or nothing."""

    title: str
    rows: list[WeightRow]
    fixed: list[FixedRow]

    @property
    def total(self) -> Decimal | None:
        shares = [line.share for line in self.rows] + [line.share for line in self.fixed]
        return Decimal(1) if any(share is not None for share in shares) else None


class WeightsForm(forms.Form):
    """`rows` in their order. What cannot be read counts as 0 in the shares, until it is mended.

    `shared` are objectives that other areas plan and that count in the same mean, each with its weight here.
    """

    reason = forms.CharField(
        label=gettext_lazy("Why they change"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        max_length=2000,
    )

    def __init__(
        self, data: Any = None, *, rows: Iterable[Any], asks_reason: bool, shared: Iterable[Share] = ()
    ) -> None:
        super().__init__(data)
        self.rows = list(rows)
        self.shared = list(shared)
        self.conflicting: dict[int, Decimal] = {}
        if asks_reason:
            self.fields["reason"].help_text = REASON_HELP
        else:
            del self.fields["reason"]
        for row in self.rows:
            label = _("Weight of %(code)s") % {"code": row.short_code}
            self.fields[f"weight-{row.code}"] = NumberField(label=label, initial=row.weight)
            self.fields[f"version-{row.code}"] = forms.RegexField(
                VERSION, required=False, widget=forms.HiddenInput, initial=row.version
            )

    @property
    def wanted(self) -> dict[int, Wanted]:
        entered = self.cleaned_data
        return {
            row.pk: Wanted(entered[f"weight-{row.code}"], int(entered[f"version-{row.code}"] or 0))
            for row in self.rows
        }

    def refuse(self, refusal: Refused) -> None:
        for field, sentences in refusal.errors.items():
            place = f"weight-{field}" if f"weight-{field}" in self.fields else field
            self.add_error(place if place in self.fields else None, sentences)

    def over_what_is_saved(self, seen: dict[int, Decimal]) -> WeightsForm:
        """This form over the rows as they are now: what was not changed in it is theirs.

        `rows` have been read anew; `seen` are the weights this form's reader saw, by primary key.
        """
        data = {name: self.data.get(name) for name in self.data}
        conflicting = {}
        for row in self.rows:
            entered = self.cleaned_data[f"weight-{row.code}"]
            if entered == seen.get(row.pk):
                data[f"weight-{row.code}"] = NumberField().prepare_value(row.weight)
            elif entered != row.weight:
                conflicting[row.pk] = row.weight
            data[f"version-{row.code}"] = str(row.version)
        form = WeightsForm(data, rows=self.rows, asks_reason="reason" in self.fields, shared=self.shared)
        form.conflicting = conflicting
        form.is_valid()
        return form

    def groups(self) -> list[WeightGroup]:
        """What is weighed against each other: focus objectives and excellence have means of their own."""
        if not self.rows or isinstance(self.rows[0], KeyResult):
            return [self._group("", self.rows)]
        kinds = ((Objective.Kind.FOCUS, _("Focus")), (Objective.Kind.EXCELLENCE, _("Engineering excellence")))
        groups = [self._group(title, [row for row in self.rows if row.kind == kind]) for kind, title in kinds]
        return [group for group in groups if group.rows]

    def _group(self, title: str, rows: list[Any]) -> WeightGroup:
        weights = {row.pk: self._weight(row) for row in rows if not _left_out(row)}
        fixed = [share for share in self.shared if rows and share.objective.kind == rows[0].kind]
        weights |= {share.objective_id: share.weight for share in fixed if not _left_out(share.objective)}
        total = sum(weights.values(), Decimal(0))

        def share_of(row: Any) -> tuple[Decimal | None, str]:
            weight = weights.get(row.pk)
            share = EXACT.divide(weight, total) if weight and total else None
            return share, _left_out(row) or ("" if weight else _("0 counts nowhere"))

        lines = [
            WeightRow(
                row,
                self[f"weight-{row.code}"],
                self[f"version-{row.code}"],
                *share_of(row),
                self.conflicting.get(row.pk),
            )
            for row in rows
        ]
        return WeightGroup(title, lines, [FixedRow(each, *share_of(each.objective)) for each in fixed])

    def _weight(self, row: Any) -> Decimal:
        if not self.is_bound:
            weight: Decimal = row.weight
            return weight
        self.is_valid()
        return max(self.cleaned_data.get(f"weight-{row.code}") or Decimal(0), Decimal(0))


def _left_out(row: Any) -> str:
    """Why no weight makes it count; empty where one does."""
    if isinstance(row, KeyResult) and row.kind == KeyResult.Kind.GUARDRAIL:
        return _("a guardrail counts in no mean")
    if row.completion is None:
        is_key_result = isinstance(row, KeyResult)
        return _("it has no start or no target") if is_key_result else _("none of its key results counts")
    return ""
