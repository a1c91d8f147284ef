"""What a document may not hold, told with its line; and all of it at once."""

import contextlib
import os
import threading
import time

import pytest

from goals.exchange import markdown_reader
from goals.exchange.errors import DocumentError
from goals.exchange.markdown_reader import MAX_BYTES, read, read_bytes, read_file

FRONT = "---\narea: EDGE\ncycle: 24H2\n---\n"
HEAD = f"{FRONT}## Focus areas\n### [O1] Beta\n"  # six lines


def refusals(text):
    with pytest.raises(DocumentError) as refusal:
        read(text, name="edge.md")
    return refusal.value.sentences()


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("### [O1] Again", 7, "O1 stands twice, first on line 6"),
        ("- [KR1] A\n- [KR1] B", 8, "KR1 stands twice, first on line 7"),
        ("- Known: a\n- [R2] Known: b\n- [R2] Known: c", 9, "R2 stands twice, first on line 8"),
        ("- Speed — 8 -> fast", 7, "target 'fast' is not a number"),
        ("- Speed 8 -> fast", 7, "target 'fast' is not a number"),
        ("- Speed slow -> 8", 7, "start 'slow' is not a number"),
        ("- Speed\n  - Target: 8k", 8, "target '8k' is not a number"),
        ("- Speed — 1,400 -> 2", 7, "start '1,400': Write the number in plain digits"),
        ("- Speed — 1e5 -> 2", 7, "start '1e5' is not a number"),
        ("- Speed — 1 -> ٣", 7, "target '٣': Write the number in plain digits"),
        ("- Speed — 8 -> NaN", 7, "target 'NaN' is not a number"),
        ("- Speed — 8 -> 1 400", 7, "without blanks between its digits"),
        ("- Speed — 0 -> 0.1234567", 7, "at most 6 digits after the point"),
        ("- Speed — 8 -> 8.0", 7, "start and target are both 8"),
        ("- Speed — between 5 and 3", 7, "the lower bound lies above the upper bound"),
        ("- Speed\n  - Kind: guardrail", 7, "a guardrail needs a bound"),
        ("- Speed 1 -> 2\n  - At most: 3", 7, "bounds belong to a guardrail"),
        ("- Speed\n  - Kind: speed", 8, "unknown kind 'speed'; it is one of reach, milestone, guardrail"),
        ("- Speed\n  - Colour: red", 8, "unknown field 'Colour'"),
        ("- Speed\n  - and more", 8, "'and more' is no field"),
        ("- Speed\n  - Owner: a@b.org\n  - Owner: c@d.org", 9, "the field 'Owner' stands twice"),
        ("- Speed\n  - Owner: Bob", 8, "owner 'Bob' is not an e-mail address"),
        ("- Speed\n  - Due: 31.10.2024", 8, "due '31.10.2024' is not a date like 2024-10-31"),
        ("- Speed\n  - Due: 2024-02-30", 8, "due '2024-02-30' is not a date"),
        ("- Speed\n  - Weight: -1", 8, "weight '-1' is not a number from 0"),
        ("- Speed\n  - Rhythm: often", 8, "rhythm 'often' is not a number of days"),
        ("- Speed\n  - Visibility: public", 8, "unknown visibility 'public'"),
        ("- Speed\n\n  A description.", 9, "a key result has no description"),
        ("- [KR1]", 7, "the title is missing"),
        (f"- {'x' * 201}", 7, "the title is longer than 200 characters"),
        ("Ownr: ada@example.org", 7, "unknown field 'Ownr'"),
        ("Impact: high", 7, "unknown field 'Impact'"),
        ("Priority: 6", 7, "priority '6' is not a whole number from 1 to 5"),
        ("Confidence: 11/10", 7, "confidence '11/10' is not a whole number from 0 to 10"),
        ("Commitment: maybe", 7, "unknown commitment 'maybe'; it is one of committed, aspirational"),
        ("- Speed — 0 -> 10 · Commit: 10", 7, "the commit 10 does not lie between start and target"),
        ("- Speed — 10 -> 2 · Stretch: 3", 7, "the stretch 3 does not lie beyond the target"),
        ("- Speed — milestone · Commit: 1", 7, "only a reach has a commit"),
        ("- Initiative: lost", 7, "an initiative stands below the key result it is for"),
        ("- Speed\n  - Initiative:", 8, "the title of the initiative is missing"),
        (f"- Speed\n  - Initiative: {'x' * 201}", 8, "the title of the initiative is longer than 200"),
        (
            "- Speed\n  - Initiative: x · Link: javascript:alert(1)",
            8,
            "link 'javascript:alert(1)' is no address",
        ),
        (
            "- Speed\n  - Initiative: x · Link: two words",
            8,
            "link 'two words' is no address that begins",
        ),
        (f"- Speed\n  - Initiative: x · Link: https://e.org/{'x' * 500}", 8, "link is longer than 500"),
        ("- Speed\n  - Initiative: x · Due: soon", 8, "due 'soon' is not a date"),
        ("- Speed\n  - Initiative: x · State: late", 8, "unknown state 'late'; it is one of planned, doing"),
        ("- Speed\n  - Initiative: x · Colour: red", 8, "unknown field 'Colour'"),
        ("- Speed\n  - Initiative: x\n\n    Because.", 10, "an initiative is one line"),
        ("#### Risks\n- late", 8, "a risk starts with 'Known:' or 'Unknown:'"),
        ("#### Risks\n- Known: late\n  - Impact: 7", 9, "impact '7' is not a whole number from 1 to 5"),
        ("#### Risks\n- Known: late\n  - State: occurred", 8, "say on which day the risk occurred"),
        ("#### Risks\n- Known: late\n  - On: KR9", 8, "the objective has no key result KR9"),
        ("#### Risks\n- Known: late\n  - Mitigation: x · Due: soon", 9, "due 'soon' is not a date"),
        ("#### Risks\n| Risk |\n|---|\n| late |", 8, "risks are a list, not a table"),
        ("#### Needs\n- Arm\n- Partner: Arm", 9, "the need 'Arm' stands twice"),
        ("#### Key results\n| Key result | Colour |\n|---|---|\n| A | red |", 8, "unknown column 'colour'"),
        ("#### Key results\n| Colour |\n|---|\n| red |", 8, "the table has no column 'Key result'"),
        ("#### Key results\nloose words", 8, "this line belongs to no item of the list"),
        ("- a\n  - b: \n    - c: \n      - d", 10, "nested deeper than 3 levels"),
        ("## Engineering excellence\n### [B1] Tests", 8, "does not end in its pillar"),
        ("## Engineering excellence\n### [B1] Tests (Better Food)", 8, "unknown pillar 'Better Food'"),
        ("## Appendix\n", 7, "the section 'Appendix' has no place here"),
        ("## Engineering excellence\nlost words", 8, "this text belongs to no objective"),
        ("a bell \a", 7, "the control character U+0007"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(body, line, words):
    sentences = refusals(HEAD + body)

    assert any(each.startswith(f"edge.md:{line}: ") and words in each for each in sentences), sentences


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("# Edge", 1, "does not start with '---'"),
        ("---\ncycle: 24H2\n---", 2, "the key 'area' is missing"),
        ("---\narea: EDGE\ncolour: red\n---", 3, "unknown key 'colour'; the keys are area, area_name"),
        ("---\narea: EDGE\narea: CORE\n---", 3, "the key 'area' stands twice"),
        ("---\narea: edge\n---", 2, "area 'edge' is not a key"),
        ("---\narea: EDGE\ncycle: 2024 H2\n---", 3, "cycle '2024 H2' is not a key"),
        ("---\narea: EDGE\nstate: done\n---", 3, "unknown state 'done'; it is one of draft, published"),
        ("---\narea: EDGE\nvisibility: [public]\n---", 3, "write one value behind a key"),
        ("---\narea: &a EDGE\ncycle: *a\n---", 2, "without anchors, aliases or tags"),
        ("---\narea: !!python/object:os.system EDGE\n---", 2, "without anchors, aliases or tags"),
        ("---\narea: EDGE\n  : {\n---", 3, "this is not a 'key: value' line"),
        ("---\n- EDGE\n---", 2, "write 'key: value' lines"),
        (f"---\narea: {'x' * 5000}\n---", 2, "longer than 4000 characters"),
    ],
)
def test_front_matter_is_a_small_mapping(text, line, words):
    sentences = refusals(text)

    assert any(each.startswith(f"edge.md:{line}: ") and words in each for each in sentences), sentences


def test_all_problems_are_told_in_the_order_of_their_lines():
    sentences = refusals(f"{HEAD}Priority: 9\n\n- A 1 -> b\n- B\n  - Due: soon\n### [O1] Again")

    assert [each.split(": ")[0] for each in sentences] == [f"edge.md:{line}" for line in (7, 9, 11, 12)]


def test_bytes_that_are_not_utf8_are_refused_with_the_line():
    with pytest.raises(DocumentError, match=r"edge\.md:7: the byte 0xfc is not UTF-8 text"):
        read_bytes(HEAD.encode() + "Lücke".encode("latin-1"), name="edge.md")


def test_a_file_of_50_megabytes_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "huge.md"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    monkeypatch.setattr(markdown_reader, "read_bytes", lambda *args, **options: pytest.fail("was read"))

    with pytest.raises(DocumentError, match=r"huge\.md: the file has 50000000 bytes"):
        read_file(path)


def test_a_pipe_is_not_read_without_end(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=_fill, args=(path,), daemon=True)
    writer.start()

    with pytest.raises(DocumentError, match=f"has {MAX_BYTES + 1} bytes"):
        read_file(path)


def _fill(path):
    with contextlib.suppress(BrokenPipeError), path.open("wb", buffering=0) as pipe:
        pipe.write(b"x" * (MAX_BYTES + 10))


def test_a_pipe_that_nobody_writes_into_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(markdown_reader, "PIPE_SECONDS", 0.1)
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(DocumentError, match="cannot be read: nothing comes out of this pipe"):
        read_file(tmp_path / "pipe")


def test_a_pipe_is_read_to_its_end_also_where_its_writer_takes_its_time(tmp_path, monkeypatch):
    monkeypatch.setattr(markdown_reader, "PIPE_SECONDS", 0.1)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(path, os.O_WRONLY)
    threading.Timer(0.3, lambda: (os.write(writer, b"\xff"), os.close(writer))).start()

    with pytest.raises(DocumentError, match="pipe:1: the byte 0xff is not UTF-8"):
        read_file(path)
    os.close(reader)


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0"])
def test_a_line_of_blanks_takes_no_square_of_time(blank):
    text = f"---\narea: EDGE\ncycle: 24H2\n---\n\n# T\n\n## Background\n\n> A\n{blank * 15_000}\n> B\n"
    begun = time.process_time()
    assert read(text).background
    assert time.process_time() - begun < 0.3


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    with pytest.raises(DocumentError, match="cannot be read: No such file"):
        read_file(tmp_path / "none.md")
    with pytest.raises(DocumentError, match="cannot be read: Is a directory"):
        read_file(tmp_path)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("\n".join(f"### [O{number}] Title" for number in range(2, 60)), "more than 50 objectives"),
        ("\n".join(f"- [KR{number}] Title" for number in range(1, 120)), "more than 100 key results"),
        ("\n".join("- x" for _ in range(1100)), "more than 1000 items"),
        ("x" * 20_001, "the description is longer than 20000 characters"),
        (f"- {'x' * 30_000}", "the line is longer than 25000 characters"),
    ],
)
def test_documents_have_limits(body, words):
    assert any(words in sentence for sentence in refusals(HEAD + body))


@pytest.mark.parametrize(
    "piece",
    [
        "*",
        "**",
        "` ",
        "- ",
        "  ",
        "#",
        "·",
        "· Due: ",
        "\\",
        "|",
        "<br>",
        "(",
        "[KR1] ",
        "> ",
        " -> 1",
        "mitigation",
        "initiative: ",
        "](https://",
        "— ",
    ],
)
def test_no_text_keeps_the_reader_busy(piece):
    hostile = "\n".join(f"- {piece * (24_000 // len(piece))}" for _ in range(20))
    began = time.process_time()

    with contextlib.suppress(DocumentError):
        read(f"{HEAD}{hostile}\n#### Risks\n- Known: {piece * 2000}")

    assert time.process_time() - began < 5
