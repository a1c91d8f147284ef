"""Markdown documents as roadmaps: exact for written ones, forgiving for those that people type.

All problems of a document are collected and told at once, each with its line. Nothing is dropped silently:
what has no place is a problem.
"""

from __future__ import annotations

import errno
import os
import re
import select
import stat
from pathlib import Path

from goals.exchange.document import MAX_BLOCK, ObjectiveEntry, RoadmapDocument
from goals.exchange.errors import DocumentError, Problem
from goals.exchange.fields import read_rhythm
from goals.exchange.front_matter import read_front_matter, split_front_matter
from goals.exchange.grammar import plain_line, prose
from goals.exchange.objective_reader import ObjectiveReader
from goals.exchange.outline import Lines, ObjectivePart, read_outline

MAX_BYTES = 2_000_000
MAX_OBJECTIVES = 50
MAX_TITLE = 200
PIPE_SECONDS = 2

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def read_file(path: Path | str) -> RoadmapDocument:
    """The document in a file. Raises DocumentError; a file that is too large is refused before it is read."""
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DocumentError(str(path), [_too_large(size)])
        data = _read(path)
    except OSError as error:
        raise DocumentError(str(path), [Problem(0, f"the file cannot be read: {error.strerror}")]) from None
    return read_bytes(data, name=str(path))


def _read(path: Path) -> bytes:
    """What the file holds, up to one byte more than a document may have. Raises OSError."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123  (to set the flag)
        descriptor = file.fileno()
        first = _first_of_pipe(descriptor) if stat.S_ISFIFO(os.fstat(descriptor).st_mode) else b""
        os.set_blocking(descriptor, True)
        # A pipe tells no size, so never take in more than may be refused.
        return first + file.read(MAX_BYTES + 1 - len(first))


def _first_of_pipe(descriptor: int) -> bytes:
    """Its first byte; none yet where a writer takes its time. Nobody is waited for without end."""
    select.select([descriptor], [], [], PIPE_SECONDS)
    try:
        first = os.read(descriptor, 1)
    except BlockingIOError:
        return b""
    if not first:
        raise OSError(errno.EPIPE, "nothing comes out of this pipe")
    return first


def read_bytes(data: bytes, *, name: str) -> RoadmapDocument:
    """The document in UTF-8 bytes; `name` is told in messages. Raises DocumentError."""
    if len(data) > MAX_BYTES:
        raise DocumentError(name, [_too_large(len(data))])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8 text; save the file as UTF-8"
        raise DocumentError(name, [Problem(line, message)]) from None
    return read(text, name=name)


def _too_large(size: int) -> Problem:
    return Problem(0, f"the file has {size} bytes; a roadmap document has at most {MAX_BYTES}")


def read(text: str, *, name: str = "roadmap.md") -> RoadmapDocument:
    """The document in a text. Raises DocumentError with all its problems."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = list(enumerate(text.split("\n"), start=1))
    if problems := _control_characters(lines):
        raise DocumentError(name, problems)
    return _DocumentReader(name).read(lines)


def _control_characters(lines: Lines) -> list[Problem]:
    return [
        Problem(number, f"the line holds the control character U+{ord(match[0]):04X}")
        for number, line in lines
        if (match := _CONTROL.search(line))
    ][:20]


def _rhythm(values: dict[str, str], key: str) -> int | None:
    """None where it is not told, or told wrongly: that is a problem already."""
    try:
        return read_rhythm(values[key], key) if key in values else None
    except ValueError:
        return None


class _DocumentReader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []

    def read(self, lines: Lines) -> RoadmapDocument:
        head, body = split_front_matter(lines)
        values, problems = read_front_matter(head)
        outline = read_outline(body)
        self.problems += problems + outline.problems
        document = RoadmapDocument(
            area=values.get("area", ""),
            area_name=values.get("area_name", ""),
            area_parent=values.get("parent", ""),
            area_parent_name=values.get("parent_name", ""),
            area_rhythm=_rhythm(values, "rhythm"),
            area_parent_rhythm=_rhythm(values, "parent_rhythm"),
            cycle=values.get("cycle", ""),
            state=values.get("state", "draft"),
            visibility=values.get("visibility", "internal"),
            title=self._title(outline.raw_title, outline.title_line),
            background=self._background(outline.background),
            objectives=self._objectives(outline.objectives),
            name=self.name,
        )
        if self.problems:
            raise DocumentError(self.name, self.problems)
        return document

    def _title(self, raw: str, line: int) -> str:
        title = plain_line(raw)
        if len(title) > MAX_TITLE:
            self.problems.append(Problem(line, f"the title is longer than {MAX_TITLE} characters"))
        return title

    def _background(self, lines: Lines) -> str:
        text = prose(line for _, line in lines)
        if len(text) > MAX_BLOCK:
            self.problems.append(
                Problem(lines[0][0], f"the background is longer than {MAX_BLOCK} characters")
            )
        return text

    def _objectives(self, parts: list[ObjectivePart]) -> tuple[ObjectiveEntry, ...]:
        if len(parts) > MAX_OBJECTIVES:
            line = parts[MAX_OBJECTIVES].line
            self.problems.append(Problem(line, f"the document has more than {MAX_OBJECTIVES} objectives"))
            return ()
        objectives = []
        first_lines: dict[str, int] = {}
        for part in parts:
            objective = ObjectiveReader(part, self.problems).read()
            objectives.append(objective)
            code = objective.short_code
            if objective.number is not None and code in first_lines:
                message = f"{code} stands twice, first on line {first_lines[code]}"
                self.problems.append(Problem(part.line, message))
            first_lines.setdefault(code, part.line)
        return tuple(objectives)
