"""Scores, closing notes and post-mortems as people enter them, row by row; the actions judge."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goals.actions.refusals import Refused, StaleVersion
from goals.actions.scores import score_key_result, write_post_mortem
from goals.figures.scores import proposed_score_of
from goals.forms.cycles import VERSION, PlainDecimalField
from goals.models import KeyResult, Objective
from goals.values import DASH, plain_number

LONGEST = 10_000


class RowForm(forms.Form):
    """A row of a table that is saved by itself.

    `seen` tells a row that was left as it was shown, and is not touched, from one that was written in; so
    somebody else's words are not put back by who never saw them.
    """

    version = forms.RegexField(VERSION, required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    written: ClassVar[tuple[str, ...]] = ()

    def __init__(self, data: Mapping[str, Any] | None = None, *, row: Any, **kwargs: Any) -> None:
        self.row = row
        initial = self.shown(row)
        super().__init__(data, prefix=row.code, initial=initial | {"version": row.version}, **kwargs)
        self.initial["seen"] = _digest(initial[name] for name in self.written)
        self.refusal: Refused | None = None

    def shown(self, row: Any) -> dict[str, str]:
        raise NotImplementedError

    def act(self, *, by: Any, now: datetime, version: int | None) -> None:
        raise NotImplementedError

    @property
    def is_entered(self) -> bool:
        seen = self.data.get(self.add_prefix("seen"))
        sent = [self.data.get(self.add_prefix(name)) for name in self.written]
        if seen is None or None in sent:
            return False
        return _digest(map(str, sent)) != seen

    def record(self, *, by: Any, now: datetime) -> bool:
        """Whether it is saved; else the sentences stand at the fields."""
        if not self.is_valid():
            return False
        version = self.cleaned_data["version"]
        try:
            self.act(by=by, now=now, version=int(version) if version else None)
        except Refused as refusal:
            self._refuse(refusal)
            return False
        return True

    def _refuse(self, refusal: Refused) -> None:
        self.refusal = refusal
        if not isinstance(refusal, StaleVersion):
            for name, sentences in refusal.errors.items():
                self.add_error(self.field_of(name), sentences)
            return
        now_there = type(self.row).objects.get(pk=self.row.pk)
        shown = self.shown(now_there)
        self.add_error(None, self._both(now_there, shown))
        told = {"version": str(now_there.version), "seen": _digest(shown[name] for name in self.written)}
        self.data = dict(self.data.items()) | {self.add_prefix(name): text for name, text in told.items()}

    def field_of(self, name: str) -> str | None:
        return name if name in self.fields else None

    def _both(self, row: Any, shown: dict[str, str]) -> str:
        who = row.history.latest("history_id").history_user
        words = " · ".join(shown[name] or DASH for name in self.written)
        return _("%(who)s saved this meanwhile: %(words)s. Save again to put yours in its place.") % {
            "who": who.name if who else _("Somebody"),
            "words": words,
        }


class ScoreForm(RowForm):
    """The score of one key result, why it differs from the proposed one, and the closing note."""

    score = PlainDecimalField(label=gettext_lazy("Score"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why it differs"), required=False, max_length=LONGEST, widget=forms.TextInput
    )
    closing_note = forms.CharField(
        label=gettext_lazy("Closing note"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    written = ("score", "reason", "closing_note")

    def shown(self, row: KeyResult) -> dict[str, str]:
        score = "" if row.final_score is None else f"{row.final_score:.1f}"
        return {"score": score, "reason": row.score_reason, "closing_note": row.closing_note}

    @property
    def proposed(self) -> Any:
        return proposed_score_of(self.row)

    def take_proposed(self) -> None:
        """For a row without a score: the proposed one."""
        name = self.add_prefix("score")
        if not str(self.data.get(name) or "").strip() and self.proposed is not None:
            self.data = dict(self.data.items()) | {name: plain_number(self.proposed)}

    def act(self, *, by: Any, now: datetime, version: int | None) -> None:
        entered = self.cleaned_data
        score_key_result(
            self.row,
            by=by,
            now=now,
            score=entered["score"],
            reason=_lines(entered["reason"]),
            closing_note=_lines(entered["closing_note"]),
            version=version,
        )

    def field_of(self, name: str) -> str | None:
        names = {"final_score": "score", "score_reason": "reason"}
        # A constraint says nothing of its field; the one that speaks of the proposal asks for a reason.
        return super().field_of(names.get(name, name))


class PostMortemForm(RowForm):
    """What a committed objective that fell short leaves behind."""

    post_mortem = forms.CharField(
        label=gettext_lazy("Post-mortem"),
        help_text=gettext_lazy("What came in between, and what is done differently next time. Markdown"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    written = ("post_mortem",)

    def shown(self, row: Objective) -> dict[str, str]:
        return {"post_mortem": row.post_mortem}

    def act(self, *, by: Any, now: datetime, version: int | None) -> None:
        text = _lines(self.cleaned_data["post_mortem"])
        write_post_mortem(self.row, by=by, now=now, text=text, version=version)


def _lines(text: str) -> str:
    """Browsers end lines with CR LF; what is kept ends them with LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _digest(texts: Any) -> str:
    joined = "\x1f".join(_lines(text).strip() for text in texts)
    return hashlib.sha256(joined.encode(errors="replace")).hexdigest()[:32]
