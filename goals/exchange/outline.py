"""The outline of a Markdown document: which lines belong to which part of the roadmap."""

from __future__ import annotations

from dataclasses import dataclass, field

from goals.exchange.errors import Problem
from goals.exchange.grammar import Heading, fence_of, is_rule, plain_line, read_heading

Lines = list[tuple[int, str]]  # line number and raw text
_PARTS = {"key_results", "risks", "needs", "supports"}


@dataclass
class ObjectivePart:
    """The lines of one objective: before its first section, and in each section."""

    kind: str
    number: int | None
    raw_title: str
    line: int
    intro: Lines = field(default_factory=list)
    key_results: Lines = field(default_factory=list)
    risks: Lines = field(default_factory=list)
    needs: Lines = field(default_factory=list)
    supports: Lines = field(default_factory=list)


@dataclass
class Outline:
    raw_title: str = ""
    title_line: int = 0
    background: Lines = field(default_factory=list)
    objectives: list[ObjectivePart] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_outline(lines: Lines) -> Outline:
    return _OutlineReader().read(lines)


class _OutlineReader:
    def __init__(self) -> None:
        self.outline = Outline()
        self.section = ""  # background, focus or excellence
        self.section_level = 0
        self.objective_level = 0  # of the section's objectives, 0 before the first
        self.target: Lines | None = self.outline.background
        self.is_told = False  # whether stray lines of this part were told of already

    def read(self, lines: Lines) -> Outline:
        fence = ""
        for number, line in lines:
            mark = fence_of(line)
            if fence:
                self._text(number, line)
                if mark[:1] == fence[0] and len(mark) >= len(fence):
                    fence = ""
                continue
            heading = None if mark else read_heading(line)
            if heading is not None:
                self._heading(number, line, heading)
            else:
                fence = mark
                self._text(number, line)
        return self.outline

    def _text(self, number: int, line: str) -> None:
        if self.target is not None:
            self.target.append((number, line))
        elif line.strip() and not is_rule(line) and not self.is_told:
            self.is_told = True
            self._problem(number, "this text belongs to no objective; move it to the background or below one")

    def _heading(self, number: int, line: str, heading: Heading) -> None:
        outline = self.outline
        if heading.role == "roadmap" or (heading.role == "other" and self._is_title(heading)):
            outline.raw_title, outline.title_line = heading.mark.rest, number
        elif heading.role in {"background", "focus", "excellence"}:
            self._section(heading)
        elif heading.role in _PARTS:
            self._part(number, heading)
        elif heading.role == "objective":
            self._objective(number, heading, "focus" if heading.mark.letters == "O" else "excellence")
        elif self.section == "background" and heading.level > self.section_level:
            self._text(number, line)
        elif self._is_objective(heading):
            self._objective(number, heading, self.section)
        elif self.section in {"focus", "excellence"} and heading.level > self.objective_level > 0:
            self._text(number, line)
        else:
            self._unknown(number, heading)

    def _is_title(self, heading: Heading) -> bool:
        nothing_yet = not self.section and not self.outline.objectives and not self.outline.raw_title
        return nothing_yet and not any(line.strip() for _, line in self.outline.background)

    def _is_objective(self, heading: Heading) -> bool:
        if self.section not in {"focus", "excellence"}:
            return False
        if self.objective_level:
            return heading.level == self.objective_level
        return heading.level > self.section_level

    def _section(self, heading: Heading) -> None:
        self.section, self.section_level, self.objective_level = heading.role, heading.level, 0
        self.target = self.outline.background if heading.role == "background" else None
        self.is_told = False

    def _part(self, number: int, heading: Heading) -> None:
        if not self.outline.objectives or (self.section and not self.objective_level):
            self._unknown(number, heading)
            return
        self.target = getattr(self.outline.objectives[-1], heading.role)

    def _objective(self, number: int, heading: Heading, kind: str) -> None:
        part = ObjectivePart(kind, heading.mark.number, heading.mark.rest, number)
        self.outline.objectives.append(part)
        self.objective_level = heading.level
        self.target = part.intro

    def _unknown(self, number: int, heading: Heading) -> None:
        title = plain_line(heading.mark.rest)[:80]
        self._problem(number, f"the section '{title}' has no place here; see docs/roadmap-document.md")
        self.target, self.is_told = None, True

    def _problem(self, number: int, message: str) -> None:
        self.outline.problems.append(Problem(number, message))
