"""A roadmap as PDF: what stands on which page, text that is never markup, and how long its parts are."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from goals.exchange.document import (
    KeyResultEntry,
    MitigationEntry,
    NeedEntry,
    ObjectiveEntry,
    RiskEntry,
    RoadmapDocument,
)
from goals.exchange.typeset import part_lengths, write_pdf
from goals.exchange.typeset.prose import blocks_of

FOCUS = ObjectiveEntry(
    "focus",
    1,
    "A dependable base",
    owner="lead@example.org",
    key_results=(KeyResultEntry(1, "Decode speed", start=Decimal(8), target=Decimal("11.5"), unit="tok/s"),),
    risks=(RiskEntry(1, "known", "One vendor", mitigations=(MitigationEntry("Ask a second one"),)),),
    needs=(NeedEntry(partner="Arm", note="kernels"),),
)
ITEM = ObjectiveEntry("excellence", 1, "Docs that are true", pillar="better_doc", impact="high", cost="low")
PLAN = RoadmapDocument(
    "EDGE", "24H2", area_name="Edge", title="Onto devices", background="Why *now*?", objectives=(FOCUS, ITEM)
)
LONG = "\n\n".join(f"Paragraph {number}. " + "Words that fill the page. " * 12 for number in range(60))


def pages(content):
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def test_focus_areas_stand_on_one_page_and_engineering_excellence_on_the_next():
    first, second = pages(write_pdf(PLAN, {"lead@example.org": "Lea Lead"}))
    for words in (
        *("Onto devices", "Why now?", "Focus areas", "O1 A dependable base", "Lea Lead"),
        *("KR1 Decode speed — 8 → 11.5 tok/s", "R1 Known: One vendor", "Mitigation: Ask a second one", "Arm"),
    ):
        assert words in first, words
    assert "lead@example.org" not in first
    assert "Docs that are true" not in first
    assert all(words in second for words in ("Engineering excellence", "B1 Docs that are true", "Better Doc"))
    assert PdfReader(io.BytesIO(write_pdf(PLAN))).metadata.title == "Onto devices"
    assert write_pdf(PLAN) == write_pdf(PLAN)


def test_a_plan_of_focus_areas_alone_is_one_page():
    assert len(pages(write_pdf(replace(PLAN, objectives=(FOCUS,))))) == 1


def test_markdown_is_set_and_not_shown():
    background = (
        "# Why\n\nSome **bold** and `code` and ~~gone~~ and [a link](https://example.org/x).\n\n"
        "1. first\n2. second\n   - inside\n\n> quoted\n\n```\nraw <b>\n```\n\n"
        "| a | b |\n|---|---|\n| c | d |\n\n---\n\n![a picture](https://example.org/p.png)\n\n<script>alert(1)</script>"
    )
    document = replace(PLAN, background=background)
    [first, _second] = pages(write_pdf(document))
    for words in ("Some bold and code and gone and a link", "2. second", "raw <b>", "a picture", "quoted"):
        assert words in first, words
    assert "**" not in first
    reader = PdfReader(io.BytesIO(write_pdf(document)))
    links = [mark.get_object()["/A"]["/URI"] for page in reader.pages for mark in page.get("/Annots", ())]
    assert set(links) == {"https://example.org/x"}


@pytest.mark.parametrize(
    "text",
    [
        "#panic(1)",
        "#read(sys.inputs.data)",
        '#include "/etc/passwd"',
        "$ x^2 $ @here <parts> = Title",
        "\\ #{ [ ] } // /* */",
        "https://example.org --- ~ 'q' \"q\"",
    ],
)
def test_what_looks_like_markup_of_the_typesetter_stays_text(text):
    objective = replace(FOCUS, title=text, description=text)
    document = replace(PLAN, title=text, background=text, objectives=(objective, ITEM))
    first = pages(write_pdf(document))[0]
    assert first.replace(" ", "").count(text.split()[0].replace(" ", "")) >= 3
    assert part_lengths(document).keys() == {"focus", "excellence"}


@given(st.text(max_size=200), st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_any_text_can_be_set(text, title):
    objective = replace(FOCUS, title=title, description=text)
    document = replace(PLAN, title=title, background=text, objectives=(objective,))
    assert write_pdf(document).startswith(b"%PDF")
    assert part_lengths(document)["focus"] > 0


def test_the_length_of_a_part_is_that_of_its_pages():
    short = part_lengths(PLAN)
    assert Decimal(0) < short["excellence"] < short["focus"] < 1
    longer = part_lengths(replace(PLAN, background="A second sentence.\n\nAnd a third."))
    assert short["focus"] < longer["focus"] < 1
    assert longer["excellence"] == short["excellence"]
    document = replace(PLAN, background=LONG)
    count = len(pages(write_pdf(document))) - 1
    assert count > 2
    assert count - 1 < part_lengths(document)["focus"] <= count


def test_a_length_is_kept_until_what_is_set_changes(monkeypatch):
    document = replace(PLAN, background="Measured once.")
    first = part_lengths(document)
    monkeypatch.setattr("goals.exchange.typeset.setting._compiler", None)
    assert part_lengths(document) == first
    with pytest.raises(TypeError):
        part_lengths(replace(document, background="Measured anew."))


def test_blocks_inside_blocks_are_kept():
    [block] = blocks_of("- one\n\n  > two\n- **three** *four*  \n  five")
    assert block["kind"] == "bullets"
    assert [inside["kind"] for inside in block["items"][0]] == ["paragraph", "quote"]
    kinds = [piece["kind"] for piece in block["items"][1][0]["pieces"]]
    assert kinds == ["strong", "text", "em", "break", "text"]


def test_the_command_writes_a_pdf(key_result, tmp_path):
    out = tmp_path / "plan.pdf"
    call_command("export_roadmap", "EDGE-24H2", "--format", "pdf", "-o", str(out))
    assert "Decode speed on a phone" in pages(out.read_bytes())[0]


def test_the_command_writes_a_pdf_to_a_pipe(key_result, capfdbinary):
    call_command("export_roadmap", "EDGE-24H2", "--format", "pdf")
    assert capfdbinary.readouterr().out.startswith(b"%PDF")
