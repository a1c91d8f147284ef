"""A roadmap as a document holds it: plain frozen values that know nothing of files or of the database.

Every entry brings its texts into one form when it is made (one line, or lines that end in a line feed), so
that reading what was written gives the same entry again. `line` is where an entry stood in its file, for
messages alone; two entries that differ in it are equal.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

STATES = ("draft", "published")
VISIBILITIES = ("restricted", "internal", "public")
KINDS = ("focus", "excellence")
COMMITMENTS = ("committed", "aspirational")
LEVELS = ("low", "medium", "high")
PILLARS = {
    "better_code": "Better Code",
    "better_doc": "Better Doc",
    "empowering_teams": "Empowering Teams",
    "modern_code": "Modern Code",
    "better_architecture": "Better Architecture",
}
KEY_RESULT_KINDS = ("reach", "milestone", "guardrail")
KEY_RESULT_VISIBILITIES = ("inherit", "internal", "restricted")
RISK_KINDS = ("known", "unknown")
RISK_RESPONSES = ("mitigate", "accept", "avoid", "transfer")
RISK_STATES = ("open", "mitigating", "accepted", "occurred", "closed")
RISK_OUTCOMES = ("prevented", "not_occurred", "handled", "irrelevant", "not_recorded")
STEP_STATES = ("planned", "doing", "done", "dropped")
NEED_STATES = ("asked", "agreed", "at_risk", "met")
NEED_ANSWERS = ("", "accepted", "declined")

MAX_BLOCK = 20_000  # characters of a description or a background
MIDDLE_LEVEL = 3  # of 1 to 5: what a risk has whose author gave no likelihood or impact


def clean_line(text: str) -> str:
    """The text on one line: every run of white space is one blank, control characters are gone."""
    return " ".join("".join(" " if _is_control(c) else c for c in text).split())


def clean_block(text: str) -> str:
    """The text with line feeds alone between its lines, without white space around it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or not _is_control(c)).strip()


def _is_control(character: str) -> bool:
    # Surrogates (Cs) are half characters, which no UTF-8 file can hold.
    return unicodedata.category(character) in {"Cc", "Cs"}


# Fields that hold an e-mail address or nothing.
PEOPLE = ("owner", "reviewer")


class _Entry:
    """Brings the texts of an entry into their one form."""

    _lines: tuple[str, ...] = ()
    _blocks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self._lines:
            self._set(name, clean_line(getattr(self, name)))
        for name in self._blocks:
            self._set(name, clean_block(getattr(self, name)))
        for name in PEOPLE:
            if hasattr(self, name):
                # The name a person signs in with is the same in capital and small letters.
                self._set(name, clean_line(getattr(self, name)).lower())

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


@dataclass(frozen=True)
class MitigationEntry(_Entry):
    """One step against a risk; `owner` is an e-mail address or empty."""

    text: str
    owner: str = ""
    due_on: date | None = None
    state: str = "planned"
    line: int = field(default=0, compare=False)

    _lines = ("text",)


@dataclass(frozen=True)
class NeedEntry(_Entry):
    """What an objective needs: another objective by its code, or an outside partner, one of the two.

    `answer` is what the other side said, `answer_note` its word to that; who said it, no document tells.
    """

    on_objective: str = ""
    partner: str = ""
    note: str = ""
    state: str = "asked"
    answer: str = ""
    answer_note: str = ""
    line: int = field(default=0, compare=False)

    _lines = ("on_objective", "partner", "note", "answer_note")


@dataclass(frozen=True)
class SupportEntry(_Entry):
    """An objective that is supported, by its code, and what the supporter weighs in its mean."""

    objective: str
    weight: Decimal = Decimal(1)
    line: int = field(default=0, compare=False)

    _lines = ("objective",)


@dataclass(frozen=True)
class ShareEntry(_Entry):
    """An area that owns the objective too, by its key, and what it counts there."""

    area: str
    weight: Decimal = Decimal(1)

    _lines = ("area",)


@dataclass(frozen=True)
class RiskEntry(_Entry):
    """A risk to an objective, or to the key result of it that has the number `key_result`.

    Levels go from 1 to 5. An unknown risk with a review date may lack a likelihood; any other risk without
    one gets the middle. How a closed one ended is not recorded where nobody says it. `concerns` are codes of
    other objectives of the cycle, in order.
    """

    number: int | None
    kind: str
    title: str
    description: str = ""
    likelihood: int | None = None
    impact: int = MIDDLE_LEVEL
    response: str = "mitigate"
    trigger: str = ""
    owner: str = ""
    state: str = "open"
    review_on: date | None = None
    residual_likelihood: int | None = None
    residual_impact: int | None = None
    occurred_on: date | None = None
    consequence: str = ""
    outcome: str = ""
    outcome_note: str = ""
    closed_on: date | None = None
    reviewed_on: date | None = None
    visibility: str = "internal"
    key_result: int | None = None
    concerns: tuple[str, ...] = ()
    mitigations: tuple[MitigationEntry, ...] = ()
    line: int = field(default=0, compare=False)

    _lines = ("title", "trigger")
    _blocks = ("description", "consequence", "outcome_note")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.likelihood is None and not self.may_lack_likelihood:
            self._set("likelihood", MIDDLE_LEVEL)
        if self.state == "closed" and not self.outcome:
            self._set("outcome", "not_recorded")
        self._set("concerns", tuple(sorted(set(self.concerns))))

    @property
    def may_lack_likelihood(self) -> bool:
        return self.kind == "unknown" and self.review_on is not None


@dataclass(frozen=True)
class PauseEntry(_Entry):
    """The last pause of a key result: its first day, the day that asks again, and why."""

    on: date
    until: date
    reason: str

    _blocks = ("reason",)


@dataclass(frozen=True)
class InitiativeEntry(_Entry):
    """What is done for a key result; `link` is an address on the web or empty."""

    title: str
    link: str = ""
    owner: str = ""
    due_on: date | None = None
    state: str = "planned"
    line: int = field(default=0, compare=False)

    _lines = ("title", "link")


@dataclass(frozen=True)
class KeyResultEntry(_Entry):
    """How one sees that an objective is met.

    A milestone goes from 0 to 1 whatever was given. `rhythm` is days between check-ins; None is its area's or
    the cycle's. `due_on` None is the last day of the cycle. `kpi` is the code of what gives the value.
    `interim` are (day, value) pairs, kept in order of their days.
    """

    number: int | None
    title: str
    metric: str = ""
    unit: str = ""
    kind: str = "reach"
    start: Decimal | None = None
    commit: Decimal | None = None
    target: Decimal | None = None
    stretch: Decimal | None = None
    interim: tuple[tuple[date, Decimal], ...] = ()
    lower: Decimal | None = None
    upper: Decimal | None = None
    weight: Decimal = Decimal(1)
    owner: str = ""
    due_on: date | None = None
    rhythm: int | None = None
    pause: PauseEntry | None = None
    visibility: str = "inherit"
    source: str = ""
    tags: str = ""
    kpi: str = ""
    initiatives: tuple[InitiativeEntry, ...] = ()
    line: int = field(default=0, compare=False)

    _lines = ("title", "metric", "unit", "source")

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set("interim", tuple(sorted(self.interim)))
        if self.kind == "milestone":
            self._set("start", Decimal(0))
            self._set("target", Decimal(1))


@dataclass(frozen=True)
class ObjectiveEntry(_Entry):
    """One goal of a roadmap. `pillar`, `impact` and `cost` belong to engineering excellence alone."""

    kind: str
    number: int | None
    title: str
    description: str = ""
    owner: str = ""
    reviewer: str = ""
    commitment: str = "aspirational"
    priority: int | None = None
    confidence: int | None = None
    weight: Decimal = Decimal(1)
    counts_supporters: bool = False
    visibility: str = "internal"
    tags: str = ""
    shared_with: tuple[ShareEntry, ...] = ()
    pillar: str = ""
    impact: str = ""
    cost: str = ""
    key_results: tuple[KeyResultEntry, ...] = ()
    risks: tuple[RiskEntry, ...] = ()
    needs: tuple[NeedEntry, ...] = ()
    supports: tuple[SupportEntry, ...] = ()
    line: int = field(default=0, compare=False)

    _lines = ("title",)
    _blocks = ("description",)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set("shared_with", tuple(sorted(self.shared_with, key=lambda entry: entry.area)))

    @property
    def letter(self) -> str:
        return "O" if self.kind == "focus" else "B"

    @property
    def short_code(self) -> str:
        """O2, B1; just the letter while no number is given."""
        return f"{self.letter}{self.number or ''}"


@dataclass(frozen=True)
class RoadmapDocument(_Entry):
    """One area's plan for one cycle.

    `area` and `area_parent` are keys; their names stand beside them for where they are not known yet, and
    the days between check-ins that they say themselves. `name` is the file it came from, for messages alone.
    """

    area: str
    cycle: str
    area_name: str = ""
    area_parent: str = ""
    area_parent_name: str = ""
    area_rhythm: int | None = None
    area_parent_rhythm: int | None = None
    state: str = "draft"
    visibility: str = "internal"
    title: str = ""
    background: str = ""
    objectives: tuple[ObjectiveEntry, ...] = ()
    name: str = field(default="", compare=False)

    _lines = ("title", "area", "area_name", "area_parent", "area_parent_name", "cycle")
    _blocks = ("background",)

    def __post_init__(self) -> None:
        super().__post_init__()
        # A document lists its focus areas first.
        self._set("objectives", self.focus + self.excellence)

    @property
    def code(self) -> str:
        return f"{self.area}-{self.cycle}"

    @property
    def focus(self) -> tuple[ObjectiveEntry, ...]:
        return tuple(o for o in self.objectives if o.kind == "focus")

    @property
    def excellence(self) -> tuple[ObjectiveEntry, ...]:
        return tuple(o for o in self.objectives if o.kind == "excellence")

    @property
    def owners(self) -> set[str]:
        """The addresses of all who own something in it."""
        found = {objective.owner for objective in self.objectives}
        for objective in self.objectives:
            for key_result in objective.key_results:
                found |= {key_result.owner, *(step.owner for step in key_result.initiatives)}
            for risk in objective.risks:
                found |= {risk.owner, *(step.owner for step in risk.mitigations)}
        return found - {""}
