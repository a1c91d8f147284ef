"""What was measured, as lines of a table, as JSON, and against the budgets."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "results"
NOT_THERE = "not there"


@dataclass
class Result:
    """A line of the table. Times are milliseconds, memory is MiB."""

    row: int
    name: str
    product: dict[str, Any] | None = None
    floor: dict[str, Any] | None = None
    ratio: float | None = None
    # What the budget is about where it is not a ratio, told in `unit`.
    value: float | None = None
    unit: str = ""
    goal: float | None = None
    worst: float | None = None
    queries: int | None = None
    size: int | None = None
    memory: float | None = None
    first_byte: float | None = None
    note: str = ""
    http: list[dict[str, Any]] = field(default_factory=list)

    @property
    def measured(self) -> float | None:
        return self.ratio if self.value is None else self.value

    @property
    def verdict(self) -> str:
        if self.note.startswith(NOT_THERE):
            return NOT_THERE
        if self.measured is None or self.worst is None:
            return ""
        if self.goal is not None and self.measured <= self.goal:
            return "goal met"
        return "within" if self.measured <= self.worst else "missed"


def as_json(results: list[Result], about: dict[str, Any]) -> str:
    rows = [asdict(result) | {"verdict": result.verdict} for result in results]
    return json.dumps({"about": about, "results": rows}, indent=1)


def read(path: Path) -> list[Result]:
    told = json.loads(path.read_text(encoding="utf-8"))["results"]
    return [Result(**{name: value for name, value in row.items() if name != "verdict"}) for row in told]


def as_markdown(results: list[Result], about: dict[str, Any]) -> str:
    lines = [f"# Measured at scale {about['scale']:g} on {about['database']}", ""]
    lines += [
        f"{about['taken_at']}, {about['machine']}. Median (quartiles) in milliseconds, product / floor.",
        "",
    ]
    lines += ["| # | Work | Product | Floor | Ratio | Goal | At worst | Queries | |", "|" + "---|" * 9]
    lines += [_line(result) for result in results]
    asked = [result for result in results if result.http]
    if asked:
        lines += ["", "Over HTTP, gunicorn with 2 workers of 4 threads, the client on the same machine:", ""]
        lines += [
            "| # | Work | Side | Connections | Requests/s | p50 ms | p99 ms | Answers |",
            "|" + "---|" * 8,
        ]
        lines += [_http_line(result, told) for result in asked for told in result.http]
    if about.get("workers"):
        peaks = ", ".join(f"{name} {mib:.0f} MiB" for name, mib in about["workers"].items())
        lines += ["", f"Peak memory of the largest worker: {peaks}."]
    return "\n".join(lines) + "\n"


def _line(result: Result) -> str:
    more = [result.note] if result.note else []
    if result.verdict and result.note.startswith(result.verdict):
        more = [result.note.removeprefix(f"{result.verdict}: ")]
    if result.first_byte is not None:
        more.append(f"first byte after {result.first_byte:.0f} ms")
    if result.memory is not None:
        more.append(f"+{result.memory:.0f} MiB")
    if result.value is not None:
        measured = f"{result.value:.2f} {result.unit}".strip()
    else:
        measured = "" if result.ratio is None else f"{result.ratio:.2f}"
    cells = [
        str(result.row),
        result.name,
        _times(result.product),
        _times(result.floor),
        measured,
        _number(result.goal),
        _number(result.worst),
        "" if result.queries is None else str(result.queries),
        "; ".join([text for text in (f"**{result.verdict}**" if result.verdict else "", *more) if text]),
    ]
    return f"| {' | '.join(cells)} |"


def _http_line(result: Result, told: dict[str, Any]) -> str:
    answers = ", ".join(f"{number} x {status}" for status, number in told["statuses"].items())
    cells = [result.row, result.name, told["side"], told["connections"], told["per_second"]]
    return f"| {' | '.join(map(str, [*cells, told['p50_ms'], told['p99_ms'], answers]))} |"


def _times(times: dict[str, Any] | None) -> str:
    if times is None:
        return ""
    return f"{times['median']:.1f} ({times['low']:.1f}-{times['high']:.1f})"


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def broken(results: list[Result]) -> list[str]:
    """What was measured and means nothing, as the answers were not what was asked for."""
    return [
        f"Row {result.row}, {result.name}, {told['side']}, {told['connections']} connections: "
        f"{told['wrong']} wrong answers."
        for result in results
        for told in result.http
        if told["wrong"]
    ]


def missed(results: list[Result]) -> list[str]:
    """The budgets that were missed, one sentence each."""
    return [
        f"Row {result.row}, {result.name}: {result.measured:.2f} {result.unit or 'x the floor'}, "
        f"budget {result.worst:g}."
        for result in results
        if result.verdict == "missed" and result.measured is not None and result.worst is not None
    ]


def grown(results: list[Result], smaller: list[Result]) -> list[Result]:
    """Row 12: how much slower ten times the organisation is, of what should not notice it."""
    before = {(row.row, row.name.partition(",")[0]): row for row in smaller}
    found = []
    for now in results:
        then = before.get((now.row, now.name.partition(",")[0]))
        if now.row not in {1, 5, 7, 10} or then is None or not (now.product and then.product):
            continue
        ratio = now.product["median"] / then.product["median"]
        found.append(Result(12, f"growth of row {now.row}, {now.name}", ratio=ratio, goal=1.15, worst=1.25))
    return found
