"""The small language of roadmap documents, as reader and writer share it: marks, labels, headings, escapes.

The reader forgives much, so the writer has to hide whatever the reader would take for structure. Both ask
the same functions here: the writer escapes what these would recognise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from goals.exchange.document import clean_block, clean_line

MAX_HEADING = 2_000  # characters; a longer line is prose, and the patterns stay cheap
MAX_ITEM = 25_000  # characters of a line in a list

_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_ESCAPED = re.compile(rf"\\({_PUNCTUATION})|<br ?/?>")
_BOLD = re.compile(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*")

# A label after a middle dot is one whatever it says; after other marks only a capitalised one is.
_LABEL = re.compile(
    r"(?:[·•]\s*(?P<any>[A-Za-z][A-Za-z ]{0,23}?)|[|;,]\s*(?P<capital>[A-Z][A-Za-z ]{1,23}?))\s*:(?=\s|$)"
)
_LABEL_START = re.compile(r"[A-Za-z]+(?: [A-Za-z]+){0,2}\s?:(?=\s|$)")
_ESCAPABLE_LEAD = re.compile(r"[#>+|~`-]")


def unescape(raw: str) -> str:
    r"""What a Markdown reader would see; `<br>` is a line feed.

    >>> unescape(r"pre\-training \*fast\*")
    'pre-training *fast*'
    """
    return _ESCAPED.sub(lambda match: match[1] or "\n", raw)


def plain_line(raw: str) -> str:
    return clean_line(unescape(raw))


def without_bold(raw: str) -> str:
    """`**Owner:** Ada` and `**[O1] Title**` as if nobody had pressed the bold button."""
    return _BOLD.sub(r"\1", raw)


def escape_line(text: str) -> str:
    """One line of text so that it is read back as that text and as nothing else."""
    escaped = text.replace("\\", "\\\\").replace("*", "\\*")
    escaped = re.sub(r"<(?=br ?/?>)", r"\\<", escaped)
    escaped = _LABEL.sub(lambda match: match[0][:-1] + "\\:", escaped)
    if _ESCAPABLE_LEAD.match(escaped):
        escaped = "\\" + escaped
    return escaped


def escape_block(text: str) -> str:
    return escape_line(text).replace("\n", "<br>")


# Fields in a line: `Owner: ada@example.org · Due: 2024-10-31`


def starts_with_label(raw: str) -> bool:
    return _LABEL_START.match(raw) is not None


def split_fields(raw: str, known: set[str]) -> tuple[str, list[tuple[str, str]]]:
    """The text before the first label, and the pairs of label and raw value behind it.

    `known` holds labels in small letters: those also stand after a bar, a comma or a semicolon.

    >>> split_fields("Device lab · Due: 2024-11-01, Owner: ada@example.org", {"owner"})
    ('Device lab', [('Due', '2024-11-01'), ('Owner', 'ada@example.org')])
    """
    marks = [m for m in _LABEL.finditer(raw) if m["any"] or m["capital"].strip().lower() in known]
    if not marks:
        return raw.strip(), []
    ends = [mark.start() for mark in marks[1:]] + [len(raw)]
    pairs = [
        ((mark["any"] or mark["capital"]).strip(), raw[mark.end() : end].strip())
        for mark, end in zip(marks, ends, strict=True)
    ]
    return raw[: marks[0].start()].strip(), pairs


# Marks: `[O1]`, `[KR2]`, and looser ones


@dataclass(frozen=True)
class Mark:
    """The mark before a title: its letters (O, B, KR, R or empty) and number. `[O]` says: no number yet."""

    letters: str
    number: int | None
    rest: str


_BRACKETS = re.compile(r"\\?\[(?:[A-Z0-9]+-)*(?P<letters>O|B|KR|R)(?P<number>[0-9]{1,6})?\\?\]:?\s*")
_LOOSE = re.compile(r"(?P<letters>O|B|KR|R)\s?(?P<number>[0-9]{1,6})\s*(?:[:–—]|\.(?=\s)|\\?-(?=\s))\s*")
_WORDS = re.compile(
    r"(?P<word>objective|key result|risk)\s+#?(?P<number>[0-9]{1,6})\s*(?:[:–—]|\.(?=\s)|\\?-(?=\s))\s*", re.I
)
_LETTERS = {"objective": "O", "key result": "KR", "risk": "R"}


def split_mark(raw: str) -> Mark:
    r"""The mark and what follows it.

    >>> split_mark("[KR3] Stars"), split_mark("Objective 1: Beta").number
    (Mark(letters='KR', number=3, rest='Stars'), 1)
    """
    match = _BRACKETS.match(raw) or _LOOSE.match(raw)
    if match:
        letters = match["letters"]
    elif match := _WORDS.match(raw):
        letters = _LETTERS[match["word"].lower()]
    else:
        return Mark("", None, raw)
    return Mark(letters, int(match["number"]) if match["number"] else None, raw[match.end() :])


# Initiatives: `Initiative: the title · Link: https://...`, or `[the title](https://...)` as people type it

_INITIATIVE = re.compile(r"initiatives?\s*:\s*", re.I)
_LINKED = re.compile(r"\[(?P<title>.+)\]\((?P<link>https?://\S+)\)", re.I)


def after_initiative(raw: str) -> str | None:
    """What stands behind `Initiative:`; None where the raw text begins otherwise."""
    match = _INITIATIVE.match(raw)
    return raw[match.end() :] if match else None


def split_linked(raw: str) -> tuple[str, str]:
    """The raw title and the raw link of `[title](link)`; no link where it is none."""
    match = _LINKED.fullmatch(raw)
    return (match["title"], match["link"]) if match else (raw, "")


# Headings

_HEADING = re.compile(r"\s{0,3}(#{1,6})(?:[ \t\u00a0]+(.*))?$")
_ANCHOR = re.compile(r"(?<!\\)\{#[\w-]*\}$")
_BOLD_LINE = re.compile(r"\*\*.+\*\*:?")
BOLD_LEVEL = 7  # a bold line in place of a heading lies below all headings

_SECTIONS = {
    "background": r"background",
    "focus": r"(?:top (?:5|five) )?(?:focus areas|objectives)(?: (?:and|&) goals)?",
    "excellence": r"(?:top [0-9 –-]+)?(?:engineering[ -]excellence|better engineering|BE)(?: items| goals)?",
    "key_results": r"key results?|krs",
    "risks": r"(?:(?:known |unknown |known ?(?:and|&|/) ?unknown ))?risks?(?: (?:and|&) mitigations?)?",
    "needs": r"needs|dependenc(?:y|ies)|partners|needs (?:and|&) partners",
    "supports": r"supports|alignments?",
}
_SECTION_PATTERNS = {name: re.compile(rf"(?:{pattern})\s*:?", re.I) for name, pattern in _SECTIONS.items()}
ROADMAP_MARK = "[Roadmap]"


@dataclass(frozen=True)
class Heading:
    """A heading: `role` is a section's name, objective (it has a mark), roadmap, or other."""

    level: int
    role: str
    mark: Mark


def read_heading(line: str) -> Heading | None:
    """The heading that a line is: one with number signs, or a bold or colon-ended line in its place."""
    if len(line) > MAX_HEADING:
        return None
    if match := _HEADING.match(line):
        raw = _ANCHOR.sub("", (match[2] or "").strip()).rstrip()
        return classify(_without_closing(raw), len(match[1]))
    line = line.strip()
    is_bold = _BOLD_LINE.fullmatch(line) is not None
    if is_bold or line.endswith(":"):
        heading = classify(line, BOLD_LEVEL)
        if heading.role in _SECTIONS or (is_bold and heading.role == "objective"):
            return heading
    return None


def _without_closing(raw: str) -> str:
    """`## Title ##` is the same heading as `## Title`."""
    stripped = raw.rstrip("#")
    return stripped.rstrip() if not stripped or stripped[-1].isspace() else raw


def classify(raw: str, level: int) -> Heading:
    raw = without_bold(raw).strip()
    if raw.startswith(ROADMAP_MARK):
        return Heading(level, "roadmap", Mark("", None, raw.removeprefix(ROADMAP_MARK).strip()))
    words = plain_line(raw)
    for name, pattern in _SECTION_PATTERNS.items():
        if pattern.fullmatch(words):
            return Heading(level, name, Mark("", None, raw))
    mark = split_mark(raw)
    role = "objective" if mark.letters in {"O", "B"} else "other"
    return Heading(level, role, mark if role == "objective" else Mark("", None, raw))


def escape_heading(text: str) -> str:
    """One line of text as the end of a heading."""
    escaped = re.sub(r"(?<=\s)(#+)$", r"\\\1", escape_line(text))
    return re.sub(r"\{(?=#[\w-]*\}$)", r"\\{", escaped)


# Prose

_BULLET = re.compile(r"(?P<indent>[ \t\u00a0]*)(?:[-*+•●○▪]|[0-9]{1,9}[.)])(?:[ \t\u00a0]+(?P<text>.*)|$)")
# Looked for at the beginning alone: everywhere, a line of blanks would take the square of its length.
_QUOTE = re.compile(r"\A\s*> ?")
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_RULE = re.compile(r"\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$")


def read_bullet(line: str) -> tuple[int, str] | None:
    """The columns before the bullet (a tab counts four) and the raw text behind it."""
    match = None if _RULE.match(line) else _BULLET.match(line)
    return (indent_of(match["indent"]), (match["text"] or "").strip()) if match else None


def indent_of(line: str) -> int:
    blank = line[: len(line) - len(line.lstrip())]
    return len(blank.replace("\t", "    "))


def fence_of(line: str) -> str:
    """The backticks or tildes that open or close a code block, empty on other lines."""
    match = _FENCE.match(line)
    return match[1] if match else ""


def is_quote(line: str) -> bool:
    return line.lstrip().startswith(">")


def is_rule(line: str) -> bool:
    return _RULE.match(line) is not None


def unquote(line: str) -> str:
    return _QUOTE.sub("", line, count=1)


def quote(text: str, indent: str = "") -> list[str]:
    """The lines of a block quote: nothing in it can be taken for structure."""
    return [f"{indent}> {line}" if line else f"{indent}>" for line in text.split("\n")]


def prose(lines: Iterable[str]) -> str:
    """The text of these lines. A text that is one block quote throughout is what stands in the quote."""
    lines = list(lines)
    if all(is_quote(line) for line in lines if line.strip()):
        lines = [unquote(line) for line in lines]
    return clean_block("\n".join(lines))


def is_plain_prose(text: str, *, bullets: bool) -> bool:
    """Whether the text may stand as it is, and needs no block quote to be read back.

    `bullets`: lists are prose here, as in the background, and the first words may end in a colon.
    """
    lines = text.split("\n")
    if not bullets and any(starts_with_label(line) for line in lines):
        return False
    return not any(_is_structure(line, bullets) for line in lines)


def _is_structure(line: str, bullets: bool) -> bool:
    if read_heading(line) is not None or fence_of(line) or is_quote(line):
        return True
    if bullets or not line:
        return False
    is_item = read_bullet(line) is not None or opens_item(line) or line.lstrip().startswith("|")
    return is_item or is_rule(line)


_ITEM_WORDS = re.compile(r"(?:known|unknown|mitigations?)(?:\s+risk)?\s*:", re.I)


def opens_item(line: str) -> bool:
    """Whether a line without a bullet still opens an item: `KR1: ...`, `Known: ...`, `Mitigation: ...`."""
    raw = without_bold(line).strip()[:MAX_HEADING]
    return split_mark(raw).letters in {"KR", "R"} or _ITEM_WORDS.match(raw) is not None
