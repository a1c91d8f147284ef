"""What is written is read back as it was, whatever the texts hold."""

import pytest
from hypothesis import HealthCheck, given, settings

from goals.exchange.document import (
    InitiativeEntry,
    KeyResultEntry,
    MitigationEntry,
    NeedEntry,
    ObjectiveEntry,
    RiskEntry,
    RoadmapDocument,
)
from goals.exchange.markdown_reader import read
from goals.exchange.markdown_writer import write
from goals.tests.exchange.strategies import documents


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(documents())
def test_a_written_document_is_read_back_as_it_was(document):
    text = write(document)

    assert read(text) == document
    assert write(read(text)) == text


DESCRIPTIONS = [
    "Two lines\nwith a hard break  \nand a third.",
    "# A heading\n\n#### Risks\n\n- Known: not a risk but text",
    "```python\n# code\n- [KR1] no key result\n```\n\nafter",
    "> quoted\n\n> twice",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "Owner: this is prose, not a field",
    "first\n\n    indented code\n\n---\n\nlast",
    "**Key results**\n\n**[O2] Not an objective**",
]


@pytest.mark.parametrize("text", DESCRIPTIONS)
def test_markdown_in_a_description_or_background_stays_text(text):
    objective = ObjectiveEntry(kind="focus", number=1, title="Beta", description=text)
    document = RoadmapDocument(area="EDGE", cycle="24H2", background=text, objectives=(objective,))

    assert read(write(document)) == document


@pytest.mark.parametrize(
    "title", ["Background", "[O3] Beta", "Key results:", "Objective 1: Beta", "[Roadmap] x"]
)
def test_a_title_that_looks_like_a_section_stays_a_title(title):
    objective = ObjectiveEntry(kind="focus", number=None, title=title)
    document = RoadmapDocument(area="EDGE", cycle="24H2", title=title, objectives=(objective,))

    assert read(write(document)) == document


NASTY = [
    "**bold** and *more*",
    "\\*escaped\\* \\\\ \\",
    "trailing ##",
    "anchor {#x}",
    "<br> <br/> \\<br>",
    "a · Due: 2024-10-31",
    "a, Owner: Bob; Weight: 2 | Unit: s",
    "Speed — 3 -> 4 s",
    "at most 5 — milestone",
    "late - mitigation: hurry",
    "hurry (due 2024-11-01, doing)",
    "Initiative: [a](https://example.org/b)",
    "[a](https://example.org/b_(c))",
    "[a](https://example.org/b) (due 2024-11-01, doing)",
    "do it (https://example.org/b)",
    "[KR7] [R7] KR7: R7: Key result 7: x",
    "Known: Unknown risk: x",
    "Partner: Partner x",
    "- # > | ``` ~~~ x",
    "Docs (Better Doc)",
    "9.6\u00a0tok/s → “fast” 🚀",
    "word" * 40,
]


@pytest.mark.parametrize("number", [None, 3])
@pytest.mark.parametrize("text", NASTY)
def test_a_line_that_looks_like_structure_stays_text_wherever_it_stands(text, number):
    objective = ObjectiveEntry(
        kind="excellence",
        number=number,
        title=text,
        pillar="better_code",
        key_results=(
            KeyResultEntry(
                number=number,
                title=text,
                metric=text,
                unit=text[:40],
                source=text,
                initiatives=(
                    InitiativeEntry(title=text),
                    InitiativeEntry(
                        title=text, link=f"https://example.org/{''.join(text.split())}", state="done"
                    ),
                ),
            ),
        ),
        risks=(
            RiskEntry(
                number=number,
                kind="known",
                title=text,
                trigger=text,
                consequence=f"{text}\n{text}",
                mitigations=(MitigationEntry(text=text), MitigationEntry(text=text, state="done")),
            ),
        ),
        needs=(NeedEntry(partner=text[:120], note=text),),
    )
    document = RoadmapDocument(
        area="EDGE", cycle="24H2", area_name=text[:120], title=text, objectives=(objective,)
    )

    assert read(write(document)) == document
