"""Reads addresses.txt, who may do what at every address; nothing here asks the product."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

MEMBERS = {"viewer", "contributor", "lead"}
OTHERS = {"other viewer", "other contributor", "other lead", "of no area", "owner"}
RUNNERS = {"manager", "administrator", "without CSRF token"}
SESSIONS = MEMBERS | OTHERS | RUNNERS
LEADS_TOKENS = {"token: read", "token: check-in", "token: write", "token: admin"}
BOUND_TOKENS = {"token: bound", "token: manager's, bound"}  # to CORE
RUNNERS_TOKENS = {"token: manager's", "token: administrator's", "token: administrator's, write"}
DEAD_TOKENS = {"token: expired", "token: revoked", "token: of who left"}
TOKENS = LEADS_TOKENS | BOUND_TOKENS | RUNNERS_TOKENS
OUTSIDE = {"visitor", "deactivated"} | DEAD_TOKENS
EVERYBODY = SESSIONS | TOKENS | OUTSIDE

# Whose scope goes how far.
MAY_READ_ONLY = {"token: read"}
MAY_ONLY_CHECK_IN = {"token: check-in"}

# Who finds the row of an address at all; for others it is not there.
SEES = {
    "own": SESSIONS | LEADS_TOKENS | RUNNERS_TOKENS,
    "other": SESSIONS | TOKENS,
    "restricted": MEMBERS | RUNNERS | LEADS_TOKENS | RUNNERS_TOKENS,
}
CHECKS_IN = {
    "own": {"contributor", "lead", "owner"} | RUNNERS | LEADS_TOKENS | RUNNERS_TOKENS,
    "other": {"other contributor", "other lead", "token: manager's, bound"} | RUNNERS | RUNNERS_TOKENS,
    "restricted": {"contributor", "lead"} | RUNNERS | LEADS_TOKENS | RUNNERS_TOKENS,
}
LEADS = {"own": {"lead"} | RUNNERS, "other": {"other lead"} | RUNNERS, "restricted": {"lead"} | RUNNERS}
CONTRIBUTES = {
    "own": LEADS["own"] | {"contributor"},
    "other": LEADS["other"] | {"other contributor"},
    "restricted": LEADS["restricted"] | {"contributor"},
}
CONTRIBUTES_TOO = {
    "own": CONTRIBUTES["own"] | LEADS_TOKENS | RUNNERS_TOKENS,
    "other": CONTRIBUTES["other"] | {"token: manager's, bound"} | RUNNERS_TOKENS,
    "restricted": CONTRIBUTES["restricted"] | LEADS_TOKENS | RUNNERS_TOKENS,
}
SCORES = {
    "own": LEADS["own"] | LEADS_TOKENS | RUNNERS_TOKENS,
    "other": LEADS["other"] | {"token: manager's, bound"} | RUNNERS_TOKENS,
    "restricted": LEADS["restricted"] | LEADS_TOKENS | RUNNERS_TOKENS,
}
# Of any plan; whether they may read this one is another question.
PLANS = {"lead", "other lead"} | RUNNERS
WROTE = {"own": {"lead"}, "other": {"other lead"}, "restricted": {"lead"}}
WROTE_TOO = {row: who | (LEADS_TOKENS if "lead" in who else set()) for row, who in WROTE.items()}
# A person's own, whatever area a token of theirs is bound to.
OWNS_TOO = {row: who | ({"token: bound"} if "lead" in who else set()) for row, who in WROTE_TOO.items()}
UNBOUND = SESSIONS | TOKENS - BOUND_TOKENS
REACHES = {"own": UNBOUND, "other": SESSIONS | TOKENS, "restricted": UNBOUND}
PUBLIC = {"own": EVERYBODY, "other": set(), "restricted": set()}


@dataclass(frozen=True)
class Word:
    """Who may, and for each kind of row who finds it: the others get 404, who finds it and may not 403."""

    may: dict[str, set[str]]
    finds: dict[str, set[str]] = field(default_factory=dict)


def everywhere(actors: set[str]) -> dict[str, set[str]]:
    return dict.fromkeys(("own", "other", "restricted"), actors)


WORDS = {
    "anyone": Word(everywhere(EVERYBODY)),
    "whom it is public to": Word(PUBLIC, PUBLIC),
    # A cycle in which nothing is, is not found.
    "where something is public": Word(*[{**PUBLIC, "other": EVERYBODY}] * 2),
    "signed in": Word(everywhere(SESSIONS | TOKENS)),
    "whose token reaches": Word(REACHES, REACHES),
    "who sees it": Word(SEES, SEES),
    "who may check in": Word(CHECKS_IN, SEES),
    "who edits the plan": Word(LEADS, SEES),
    "who plans and sees it": Word(everywhere(PLANS), SEES),
    # As "who edits the plan", and their programs; without `If-Match` they get no further.
    "whose programs score too": Word(SCORES, SEES),
    "who edits and programs": Word(SCORES, SEES),
    "who edits risks": Word(CONTRIBUTES, SEES),
    "who edits risks and programs": Word(CONTRIBUTES_TOO, SEES),
    # Of an area, which everybody finds, not of a plan.
    "who leads there": Word(LEADS),
    "who leads there, programs too": Word(SCORES),
    "who leads there and programs": Word(SCORES, REACHES),
    # The area stands in what is sent, not in the address.
    "who leads its area and programs": Word(SCORES),
    "its author": Word(WROTE, SEES),
    "its author and programs": Word(WROTE_TOO, SEES),
    # Of others, nobody finds a draft, managers and administrators neither.
    "whose draft it is": Word(WROTE, WROTE),
    "whose draft it is and programs": Word(WROTE_TOO, WROTE_TOO),
    # No area, so no token that is bound to one.
    "whose token is bound to nothing": Word(everywhere(UNBOUND)),
    "whose absence it is": Word(
        everywhere({"lead"} | LEADS_TOKENS), everywhere({"lead"} | LEADS_TOKENS | BOUND_TOKENS)
    ),
    # The same of what somebody follows.
    "who follows it and programs": Word(WROTE_TOO, WROTE_TOO),
    # Of others, nobody finds a dashboard that is not shared, managers and administrators neither.
    "whose own it is": Word(WROTE, WROTE),
    "whose own it is and programs": Word(OWNS_TOO, OWNS_TOO),
    # Of others, nobody finds a webhook: its address may hold a secret.
    "who keeps its webhooks": Word(LEADS, LEADS),
    "who keeps its webhooks and programs": Word(SCORES, SCORES),
    # Of what waits for them; requests.py makes the leads of its area the reviewers.
    "its reviewer": Word(WROTE, WROTE),
    "managers": Word(everywhere(RUNNERS | RUNNERS_TOKENS)),
    "administrators": Word(everywhere(RUNNERS - {"manager"})),
    "who reads the record": Word(everywhere(RUNNERS - {"manager"} | {"token: administrator's"})),
    "administrators anyhow": Word(
        everywhere(RUNNERS - {"manager"} | {"token: administrator's", "token: administrator's, write"})
    ),
    "lead and administrators": Word(*[everywhere(RUNNERS - {"manager"} | {"lead"})] * 2),
    "lead": Word(*[everywhere({"lead"} | LEADS_TOKENS)] * 2),
    # Of what a person may have and nobody inside has: a second step, another session, a provider.
    "nobody": Word(*[everywhere(set())] * 2),
    "nobody inside": Word(*[everywhere(set())] * 2),
}

# Addresses that judge each thing sent to them by itself: everybody is answered, these alone change something.
EACH_BY_ITSELF = {"api:check-in-bulk": "who may check in"}

TABLE = Path(__file__).with_name("addresses.txt")

OPEN = {"anyone", "whom it is public to", "where something is public", "nobody"}
PROBES = {"healthz", "readyz"}
# Mail programs post there without a form; the signed token in the address lets them in.
WITHOUT_CSRF_TOKEN = {"accounts:mail_stop"}
SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Cell:
    """Who may use a method; what those get who may, visitors and those inside."""

    word: str
    outside: int
    inside: int


@dataclass(frozen=True)
class Rule:
    """A line of the table."""

    name: str
    cells: dict[str, Cell]
    others: dict[str, Cell]
    writes_to: str
    is_open: bool

    @property
    def is_for_programs(self) -> bool:
        return self.name == "metrics" or (self.name.startswith("api:") and self.name != "api:docs")

    def knows(self, method: str) -> bool:
        return method in self.cells or method in self.others or "any" in self.others

    def lets_write(self, actor: str, row: str) -> bool:
        """Whether what this actor is answered well has changed something."""
        word = EACH_BY_ITSELF.get(self.name)
        return word is None or actor in WORDS[word].may[row]

    def expected(self, method: str, actor: str, row: str) -> int:
        """The status of the answer."""
        if self.name in PROBES:
            return 200
        return (self._of_program if self.is_for_programs else self._of_page)(method, actor, row)

    def _of_page(self, method: str, actor: str, row: str) -> int:
        if not self.is_open and actor not in SESSIONS:
            return 302
        needs_token = self.name not in WITHOUT_CSRF_TOKEN and method not in SAFE
        if actor == "without CSRF token" and needs_token:
            return 403
        return self._of_who_is_in(method, actor, row)

    def _of_program(self, method: str, actor: str, row: str) -> int:
        if actor not in SESSIONS | TOKENS:
            return 401
        if method not in SAFE:
            writes_check_ins = self.writes_to in {"goals_checkin", "goals_checkindraft", "goals_kpientry"}
            too_narrow = MAY_READ_ONLY if writes_check_ins else MAY_READ_ONLY | MAY_ONLY_CHECK_IN
            if actor == "without CSRF token" or actor in too_narrow:
                return 403
        return self._of_who_is_in(method, actor, row)

    def _of_who_is_in(self, method: str, actor: str, row: str) -> int:
        cell = self.cells.get(method) or self.others.get(method) or self.others.get("any")
        if cell is None:
            return 405
        word = WORDS[cell.word]
        if word.finds and actor not in word.finds[row]:
            return 404
        if actor not in word.may[row]:
            return 403
        return cell.inside if actor in SESSIONS else cell.outside


def read_table() -> dict[str, Rule]:
    rules = {}
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    for line in lines:
        if not line or line.startswith("#"):
            continue
        name, reading, posting, others, writes_to = (part.strip() for part in line.split("|"))
        usual = 201 if name.startswith("api:") else 302
        cells = {
            method: cell
            for method, cell in (
                ("GET", read_cell(reading, 200)),
                ("HEAD", read_cell(reading, 200)),
                ("POST", read_cell(posting, usual)),
            )
            if cell
        }
        other_cells = {}
        for entry in filter(None, others.split(", ")):
            method, _, rest = entry.partition(" ")
            other_cells[method] = read_cell(rest if " " in rest else f"anyone {rest}", 200)
        is_open = any(cell.word in OPEN for cell in cells.values())
        rules[name] = Rule(name, cells, other_cells, writes_to, is_open)
    return rules


def read_cell(text: str, usual: int) -> Cell | None:
    if text == "-":
        return None
    words, _, last = text.rpartition(" ")
    if not last[0].isdigit():
        words, last = text, str(usual)
    outside, _, inside = last.partition("/")
    assert words in WORDS, f"{words!r} is none of the WORDS"
    return Cell(words, int(outside), int(inside or outside))


RULES = read_table()
