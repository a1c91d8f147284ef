"""What is wrong with a document, told line by line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that keeps a document from being read or loaded.

    `line` counts from 1; 0 means the file as a whole. `name` is the file, where several are loaded at once.
    """

    line: int
    message: str
    name: str = ""

    @property
    def place(self) -> tuple[str, int]:
        return self.name, self.line


class DocumentError(Exception):
    """Documents are refused. `problems` holds everything that was found, in the order of the lines.

    `name` is the file of every problem that names none itself.
    """

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(sorted(problems, key=lambda problem: problem.place))
        super().__init__("\n".join(self.sentences()))

    def sentences(self) -> list[str]:
        """One `file:line: sentence` per problem, as compilers write them, so that editors jump there."""
        return [self._sentence(problem) for problem in self.problems]

    def _sentence(self, problem: Problem) -> str:
        name = problem.name or self.name
        place = f"{name}:{problem.line}" if problem.line else name
        return f"{place}: {problem.message}"
