"""Documents as people type them, or as a text processor exports them."""

from decimal import Decimal

import pytest

from goals.exchange.markdown_reader import read

FRONT = "---\narea: EDGE\ncycle: 24H2\n---\n"


def objective(body, *, heading="## Focus areas\n\n### [O1] Beta\n"):
    (found,) = read(f"{FRONT}\n{heading}\n{body}\n").objectives
    return found


def key_result(line):
    (found,) = objective(f"#### Key results\n\n{line}").key_results
    return found


def numbers(entry):
    return entry.title, entry.kind, entry.start, entry.target, entry.lower, entry.upper, entry.unit


REACH = "reach", Decimal("8.15"), Decimal("11.5"), None, None
MILESTONE = "milestone", Decimal(0), Decimal(1), None, None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- Decode — 8.15 -> 11.5 tok/s", ("Decode", *REACH, "tok/s")),
        ("* Decode 8.15 → 11.5 tok/s", ("Decode", *REACH, "tok/s")),
        ("+ **Decode**: 8.15 tok/s => 11.5 tok/s", ("Decode", *REACH, "tok/s")),
        ("1. Decode, 8.15 \\-\\> 11.5 tok/s (increase)", ("Decode", *REACH, "tok/s")),
        ("• Decode (8.15x → 11.5x", ("Decode", *REACH, "x")),
        ("- Decode\n  - Baseline: 8.15\n  - Target: 11.5\n  - Unit: tok/s", ("Decode", *REACH, "tok/s")),
        ("- Decode · Start: 8.15 · Goal: 11.5", ("Decode", *REACH, "")),
        (
            "- Stars\u00a01\u202f400\u00a0→\u00a03\u00a0000",
            ("Stars", "reach", Decimal(1400), Decimal(3000), None, None, ""),
        ),
        (
            "- Text -> image models: 3 -> 5",
            ("Text -> image models", "reach", Decimal(3), Decimal(5), None, None, ""),
        ),
        ("- Loss — −3 -> −5", ("Loss", "reach", Decimal(-3), Decimal(-5), None, None, "")),
        ("- Stars — ? -> 3000", ("Stars", "reach", None, Decimal(3000), None, None, "")),
        ("- Stars", ("Stars", "reach", None, None, None, None, "")),
        ("- Text -> image", ("Text -> image", "reach", None, None, None, None, "")),
        ("- Stable API (milestone)", ("Stable API", *MILESTONE, "")),
        ("- Stable API: done / not done", ("Stable API", *MILESTONE, "")),
        ("- Stable API — yes or no", ("Stable API", *MILESTONE, "")),
        ("- Stable API\n  - Kind: milestone", ("Stable API", *MILESTONE, "")),
        (
            "- Perplexity stays at most 12.85",
            ("Perplexity", "guardrail", None, None, None, Decimal("12.85"), ""),
        ),
        (
            "- Guardrail: load time at most 12 s",
            ("load time", "guardrail", None, None, None, Decimal(12), "s"),
        ),
        ("- Signal — between 1 and 3 h", ("Signal", "guardrail", None, None, Decimal(1), Decimal(3), "h")),
        ("- Coverage: ≥ 80 %", ("Coverage", "guardrail", None, None, Decimal(80), None, "%")),
        (
            "- Recipes that need at most 3 files",
            ("Recipes that need at most 3 files", "reach", None, None, None, None, ""),
        ),
    ],
)
def test_a_key_result_may_be_written_in_many_ways(line, expected):
    assert numbers(key_result(line)) == expected


@pytest.mark.parametrize(
    "mark", ["[KR2] ", "KR2: ", "**KR2:** ", "\\[KR2\\] ", "Key result 2: ", "[EDGE-24H2-O1-KR2] ", "KR2 – "]
)
def test_marks_are_recognised(mark):
    assert (key_result(f"- {mark}Stars").number, key_result(f"- {mark}Stars").title) == (2, "Stars")


def test_key_results_may_stand_in_a_table():
    entries = objective(
        "#### Key results\n\n"
        "| # | Key result | Start | Target | Unit | Owner | Due |\n"
        "|---|:--|--:|--:|---|---|---|\n"
        "| KR1 | Decode \\| phone | 8.15 | 11.5 | tok/s "
        "| [ada@example.org](mailto:ada@example.org) | 2024-10-31 |\n"
        "| 2 | Stable API | | milestone | | | |\n"
    ).key_results

    assert [entry.number for entry in entries] == [1, 2]
    assert numbers(entries[0]) == ("Decode | phone", *REACH, "tok/s")
    assert entries[0].owner == "ada@example.org"
    assert entries[1].kind == "milestone"


@pytest.mark.parametrize(
    "heading",
    [
        "# Top 5 focus areas and goals\n\n## **Objective 1:** Beta {#beta}\n",
        "## **Focus areas**\n\n#### O1: Beta ####\n",
        "**Focus areas**\n\n**[O1] Beta**\n",
        "### \\[O1\\] Beta\n",
        "Objectives:\n\n## [EDGE-24H2-O1] Beta\n",
    ],
)
def test_headings_of_any_level_and_bold_lines_in_their_place(heading):
    found = objective("- Stars 1400 -> 3000", heading=heading)

    assert (found.number, found.title, found.key_results[0].title) == (1, "Beta", "Stars")


def test_an_export_of_a_text_processor_is_read():
    text = (
        "\ufeff---\narea: EDGE\ncycle: “24H2”\nstate: ‘published’\n---\n\n"
        "# **ExecuTorch**\n\n## **Background** {#background}\n\nOn\u00a0phones.\n\n"
        "## **Top 5 focus areas and goals**\n\n### **\\[O1\\] A “dependable” beta**\n\n"
        "**Owner:** <Ada@Example.org> | **Priority:** 1\n\n"
        "**Key results**\n\n* **\\[KR1\\]** Decode 8.15 \\-\\> 11.5 tok/s\n"
        "    * Owner: [ada@example.org](mailto:ada@example.org)\n\n"
        "**Known and unknown risks:**\n\n"
        "* **Known risk:** only Arm; **Mitigation:** a device lab (due 2024-11-01, doing)\n"
        "* Unknown: partners slip\n\n**Mitigation:** a call\n\n"
        "**Dependencies**\n\n* Partner Arm\n* Hugging Face\n* COMPC-24H2-O1\n"
    ).replace("\n", "\r\n")

    document = read(text)

    (found,) = document.objectives
    assert (document.cycle, document.state, document.title) == ("24H2", "published", "ExecuTorch")
    assert document.background == "On\u00a0phones."
    assert (found.title, found.owner, found.priority) == ("A “dependable” beta", "ada@example.org", 1)
    assert numbers(found.key_results[0]) == ("Decode", *REACH, "tok/s")
    known, unknown = found.risks
    assert (known.kind, known.title, known.likelihood) == ("known", "only Arm", 3)
    assert [(step.text, step.state) for step in known.mitigations] == [("a device lab", "doing")]
    assert [step.text for step in unknown.mitigations] == ["a call"]
    assert [need.on_objective or need.partner for need in found.needs] == [
        "Arm",
        "Hugging Face",
        "COMPC-24H2-O1",
    ]


def test_a_wrapped_item_is_one_item():
    found = objective(
        "#### Risks\n\n- Known: a title\n  over two lines\n  Likelihood: 4\n\n  And a description."
    )

    (risk,) = found.risks
    assert (risk.title, risk.likelihood, risk.description) == (
        "a title over two lines",
        4,
        "And a description.",
    )


def test_prose_below_the_fields_is_the_description():
    found = objective(
        "Owner: ada@example.org\nConfidence: 7\n\nTwo\nlines.\n\n```\n- no list\n```\n\n- Stars 1 -> 2"
    )

    assert (found.owner, found.confidence) == ("ada@example.org", 7)
    assert found.description == "Two\nlines.\n\n```\n- no list\n```"
    assert [entry.title for entry in found.key_results] == ["Stars"]


def test_prose_may_follow_the_fields_without_a_blank_line():
    found = objective("Owner: ada@example.org\nOne line.\n- Stars 1 -> 2")

    assert (found.owner, found.description, len(found.key_results)) == ("ada@example.org", "One line.", 1)


def test_a_code_block_in_the_background_opens_no_section():
    document = read(
        f"{FRONT}# Edge\n\n## Background\n\n```\n## Focus areas\n```\n\n### A heading below\n\nText.\n"
    )

    assert document.background == "```\n## Focus areas\n```\n\n### A heading below\n\nText."


def test_an_excellence_item_names_its_pillar_in_its_title_or_a_field():
    heading = "## Engineering excellence\n\n### [B1] Tests (flaky ones)\n"

    assert objective("Pillar: better code", heading=heading).pillar == "better_code"
    titled = objective("Impact: High", heading="## Engineering excellence\n\n### Tests (Better Doc)\n")
    assert (titled.title, titled.pillar, titled.impact, titled.number) == (
        "Tests",
        "better_doc",
        "high",
        None,
    )
