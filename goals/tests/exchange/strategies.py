"""Documents as Hypothesis makes them, with the texts that break formats."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from goals.exchange import document
from goals.exchange.document import (
    InitiativeEntry,
    KeyResultEntry,
    MitigationEntry,
    NeedEntry,
    ObjectiveEntry,
    PauseEntry,
    RiskEntry,
    RoadmapDocument,
    ShareEntry,
    SupportEntry,
    clean_block,
    clean_line,
)
from goals.progress import goes_one_way

# What the format gives a meaning to, and what text processors add.
PIECES = [
    *"\\*_`|[](){}<>#+-=~:;,.!?&%'\"0 17 x·•–—→\u00a0\u202f\u2028\u3000“”",
    *(
        "**",
        "__",
        "->",
        " -> ",
        " — ",
        " · ",
        "\\|",
        "\\-",
        "\\[",
        "<br>",
        "---",
        "```",
        "~~~",
        "> ",
        "- ",
        "1. ",
    ),
    *(
        "# ",
        "## ",
        "{#x}",
        "# Title ##",
        "[O1] ",
        "[O] ",
        "[KR2]",
        "[R1] ",
        "[Roadmap]",
        "\\[O1\\]",
        "O1: ",
        "KR1 – ",
    ),
    *(
        "Objective 1: ",
        "Key results",
        "Risks:",
        "Background",
        "Focus areas",
        "Needs",
        "Supports",
        "Known: ",
        "Unknown risk: ",
    ),
    *(
        "Owner: ",
        "Due: ",
        " · Due: 2024-10-31",
        "; Owner: ",
        ", Weight: 2",
        "| Unit: s",
        " · Note: ",
        "Mitigation: ",
    ),
    *(
        " (Better Doc)",
        "(milestone)",
        " — milestone",
        "at most 5",
        "between 1 and 2",
        "3 -> 4 s",
        "(due 2024-11-01, doing)",
        "Initiative: ",
        "[a](https://example.org/b)",
        " · Link: https://example.org",
    ),
    *(
        "Partner: ",
        "guardrail",
        "done / not done",
        "tok/s",
        "Größe",
        "速度",
        "🚀",
        "e\u0301",
        "\ud7ff",
        "word" * 20,
        "a",
        "B c",
    ),
]


def lines(limit: int, *, least: int = 0) -> st.SearchStrategy[str]:
    text = st.lists(st.one_of(st.sampled_from(PIECES), st.characters(codec="utf-8")), max_size=8)
    cleaned = text.map(lambda pieces: clean_line("".join(pieces))[:limit].strip())
    return cleaned.filter(lambda line: len(line) >= least)


def blocks() -> st.SearchStrategy[str]:
    line = st.one_of(
        lines(120), st.sampled_from(["", "   ", "\tcode", "    - deep", "trailing  ", "#### Risks"])
    )
    return st.lists(line, max_size=6).map(lambda many: clean_block("\n".join(many)))


emails = st.sampled_from(["", "lead.edge@example.org", "o'hara+x@sub.example.org", "größe@example.org"])
dates = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))
levels = st.none() | st.integers(1, 5)
weights = st.decimals(0, 9999, places=2)
numbers = st.none() | st.decimals(Decimal("-99999999999999"), Decimal("99999999999999"), places=6)
interim_plans = st.dictionaries(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)), numbers.filter(lambda n: n is not None), max_size=3
)
visibilities = st.sampled_from(document.VISIBILITIES)


tags = st.lists(st.sampled_from(["speed", "on-device", "größe", "8bit"]), max_size=3, unique=True).map(
    lambda words: " ".join(sorted(words))
)
rhythms = st.none() | st.integers(1, 366)


@st.composite
def pauses(draw: st.DrawFn) -> PauseEntry:
    on = draw(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    reason = clean_block("\n".join(draw(st.lists(lines(150), max_size=3))))
    return PauseEntry(on, on + timedelta(days=draw(st.integers(1, 100))), reason or "why")


def links() -> st.SearchStrategy[str]:
    tails = lines(60).map(lambda text: "".join(text.split()))
    return st.just("") | tails.map("https://example.org/{}".format)


initiatives = st.builds(
    InitiativeEntry,
    title=lines(200, least=1),
    link=links(),
    owner=emails,
    due_on=dates,
    state=st.sampled_from(document.STEP_STATES),
    line=st.just(0),
)


@st.composite
def key_results(draw: st.DrawFn, number: int | None) -> KeyResultEntry:
    kind = draw(st.sampled_from(document.KEY_RESULT_KINDS))
    start, target = draw(numbers), draw(numbers)
    if kind != "reach" or (start is not None and start == target):
        start = target = None
    commit = draw(numbers) if kind == "reach" else None
    stretch = None if kind == "guardrail" else draw(numbers)
    if not goes_one_way(start, commit, target):
        commit = None
    if kind == "reach" and not goes_one_way(start, target, stretch):
        stretch = None
    low, high = sorted([draw(numbers.filter(lambda n: n is not None)) for _ in range(2)])
    has_low, has_high = draw(st.sampled_from([(True, True), (True, False), (False, True)]))
    is_guardrail = kind == "guardrail"
    return KeyResultEntry(
        number=number,
        title=draw(lines(200, least=1)),
        metric=draw(lines(200)),
        unit=draw(st.sampled_from(["", "%", "x", "tok/s", "business days", "% over 7 days"]) | lines(40)),
        kind=kind,
        start=start,
        target=target,
        commit=commit,
        stretch=stretch,
        interim=tuple(draw(interim_plans).items()) if kind == "reach" else (),
        lower=low if is_guardrail and has_low else None,
        upper=high if is_guardrail and has_high else None,
        weight=draw(weights),
        owner=draw(emails),
        due_on=draw(dates),
        rhythm=draw(rhythms),
        pause=draw(st.none() | pauses()),
        visibility=draw(st.sampled_from(document.KEY_RESULT_VISIBILITIES)),
        source=draw(lines(300)),
        tags=draw(tags),
        initiatives=tuple(draw(st.lists(initiatives, max_size=2))),
    )


mitigations = st.builds(
    MitigationEntry,
    text=lines(500, least=1),
    owner=emails,
    due_on=dates,
    state=st.sampled_from(document.STEP_STATES),
    line=st.just(0),
)


@st.composite
def risks(draw: st.DrawFn, number: int | None, key_result_numbers: list[int]) -> RiskEntry:
    state = draw(st.sampled_from(document.RISK_STATES))
    outcome = draw(st.sampled_from(document.RISK_OUTCOMES)) if state == "closed" else ""
    has_occurred = state == "occurred" or outcome == "handled"
    consequence = document.clean_block(draw(blocks()))
    if has_occurred:
        consequence = consequence or "A week is lost."
    return RiskEntry(
        number=number,
        kind=draw(st.sampled_from(document.RISK_KINDS)),
        title=draw(lines(200, least=1)),
        description=draw(blocks()),
        likelihood=draw(levels),
        impact=draw(st.integers(1, 5)),
        response=draw(st.sampled_from(document.RISK_RESPONSES)),
        trigger=draw(lines(300)),
        owner=draw(emails),
        state=state,
        review_on=draw(dates),
        residual_likelihood=draw(levels),
        residual_impact=draw(levels),
        occurred_on=date(2024, 9, 2) if has_occurred else draw(dates),
        consequence=consequence,
        outcome=outcome,
        outcome_note=draw(blocks()) if state == "closed" else "",
        closed_on=draw(dates) if state == "closed" else None,
        reviewed_on=draw(dates),
        concerns=tuple(draw(st.sets(st.sampled_from(["LIB-24H2-O3", "CORE-24H2-B1"])))),
        visibility=draw(visibilities),
        key_result=draw(st.sampled_from([None, *key_result_numbers])),
        mitigations=tuple(draw(st.lists(mitigations, max_size=2))),
    )


@st.composite
def needs(draw: st.DrawFn) -> NeedEntry:
    if draw(st.booleans()):
        on_objective, partner = f"COMPC-24H2-{draw(st.sampled_from(['O3', 'B1', 'O12']))}", ""
    else:
        on_objective, partner = "", draw(lines(120, least=1))
    state = draw(st.sampled_from(document.NEED_STATES))
    answer = draw(st.sampled_from(document.NEED_ANSWERS))
    return NeedEntry(
        on_objective=on_objective,
        partner=partner,
        note=draw(lines(500)),
        state=state,
        answer=answer,
        answer_note=draw(lines(500)) if answer else "",
    )


supports = st.builds(
    SupportEntry,
    objective=st.sampled_from(["LIB-24H2-O3", "LIB-24H2-B1", "EDGE-24H2-O12"]),
    weight=weights,
)

shares = st.builds(ShareEntry, area=st.sampled_from(["LIB", "CORE2", "DIST"]), weight=weights)


@st.composite
def objectives(draw: st.DrawFn, kind: str, number: int | None) -> ObjectiveEntry:
    is_excellence = kind == "excellence"
    taken = draw(st.lists(st.integers(1, 99), max_size=2, unique=True))
    marks: list[int | None] = [*taken, *([None] if draw(st.booleans()) else [])]
    level = st.sampled_from(["", *document.LEVELS])
    return ObjectiveEntry(
        kind=kind,
        number=number,
        title=draw(lines(200, least=1)),
        description=draw(blocks()),
        owner=draw(emails),
        reviewer=draw(emails),
        commitment=draw(st.sampled_from(document.COMMITMENTS)),
        priority=draw(levels),
        confidence=draw(st.none() | st.integers(0, 10)),
        weight=draw(weights),
        counts_supporters=draw(st.booleans()),
        visibility=draw(visibilities),
        shared_with=tuple(draw(st.lists(shares, max_size=2, unique_by=lambda one: one.area))),
        pillar=draw(st.sampled_from(sorted(document.PILLARS))) if is_excellence else "",
        impact=draw(level) if is_excellence else "",
        cost=draw(level) if is_excellence else "",
        tags=draw(tags),
        key_results=tuple(draw(key_results(mark)) for mark in marks),
        risks=tuple(draw(risks(mark, taken)) for mark in [*marks[:1], None]),
        needs=tuple(draw(st.lists(needs(), max_size=2, unique_by=lambda n: n.on_objective or n.partner))),
        supports=tuple(draw(st.lists(supports, max_size=2, unique_by=lambda one: one.objective))),
    )


@st.composite
def documents(draw: st.DrawFn) -> RoadmapDocument:
    plan = draw(st.lists(st.sampled_from(document.KINDS), max_size=3))
    found = [
        draw(objectives(kind, draw(st.sampled_from([None, position]))))
        for position, kind in enumerate(plan, 1)
    ]
    return RoadmapDocument(
        area=draw(st.sampled_from(["EDGE", "A1", "NULL", "YES"])),
        cycle=draw(st.sampled_from(["24H2", "2024", "00", "1E3"])),
        area_name=draw(lines(120)),
        area_parent=draw(st.sampled_from(["", "CORE"])),
        area_parent_name=draw(lines(120)),
        area_rhythm=draw(rhythms),
        area_parent_rhythm=draw(rhythms),
        state=draw(st.sampled_from(document.STATES)),
        visibility=draw(visibilities),
        title=draw(lines(200)),
        background=draw(blocks()),
        objectives=tuple(found),
    )
