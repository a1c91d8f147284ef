"""What is to be translated, read from the code, and what is translated, read from the catalogues."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

ROOMS = ("okrtracker", "accounts", "areas", "goals")
# Where in a call the context, the text and its plural stand.
CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b({'|'.join(CALLS)})\(\s*((?:(?:{LITERAL})\s*,?\s*)+)", re.S)
# What a text fills in or marks up.
PLACES = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|</?\w+[^>]*>")

Key = tuple[str, str]  # context, text


@dataclass
class Entry:
    """One text of a catalogue and its translations, in the order of the plural forms."""

    context: str = ""
    text: str = ""
    plural: str = ""
    translations: dict[int, str] = field(default_factory=dict)
    is_fuzzy: bool = False


def python_files() -> list[Path]:
    """What is part of the product: neither tests nor migrations."""
    found = [path for room in ROOMS for path in (settings.BASE_DIR / room).rglob("*.py")]
    return sorted(path for path in found if not {"tests", "migrations"} & set(path.parts))


def in_the_code() -> dict[Key, Path]:
    """Every text that is marked for translation, and where it stands."""
    found = {}
    for path in python_files():
        for key in _in_python(ast.parse(path.read_text(encoding="utf-8"))):
            found[key] = path
    for path, source in templates():
        for key in _in_template(source):
            found[key] = path
    return found


def templates() -> Iterator[tuple[Path, str]]:
    for path in sorted((settings.BASE_DIR / "templates").rglob("*")):
        if path.is_file():
            yield path, path.read_text(encoding="utf-8")


def unmarked_in(source: str) -> set[str]:
    """What a template says, between its tags and in attributes that are read out, in every language alike."""
    source = re.sub(r"{#.*?#}|{% blocktranslate.*?endblocktranslate %}", " ", source, flags=re.S)
    source = re.sub(r"{% comment.*?endcomment %}|<(script|style)\b.*?</\1>", " ", source, flags=re.S)
    source = re.sub(r"{%.*?%}|{{.*?}}", "\0", source, flags=re.S)
    said = re.findall(r'(?<=\s)(?:aria-label|title|placeholder|alt)="([^"]*)"', source)
    said += re.sub(r"<[^>]*>", "\0", source).split("\0")
    words = (" ".join(html.unescape(text).split()) for text in said)
    return {text for text in words if re.search("[A-Za-z]{2}", text)}


def _in_python(tree: ast.AST) -> Iterator[Key]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            strings = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
            yield from _key(node.func.id, strings)


def _in_template(source: str) -> Iterator[Key]:
    for name, literals in CALL.findall(templatize(source)):
        yield from _key(name, [ast.literal_eval(one) for one in re.findall(LITERAL, literals, re.S)])


def _key(name: str, strings: list) -> Iterator[Key]:
    context, text, _plural = CALLS[name]
    if len(strings) > text and isinstance(strings[text], str):
        yield ("" if context is None else strings[context], strings[text])


def catalogues() -> list[Path]:
    return sorted(settings.BASE_DIR.glob("locale/*/LC_MESSAGES/django.po"))


def read(catalogue: Path) -> dict[Key, Entry]:
    """The entries of a .po file, without its header."""
    entries: dict[Key, Entry] = {}
    for block in re.split(r"\n\s*\n", catalogue.read_text(encoding="utf-8")):
        entry = _entry(block.splitlines())
        if entry.text:
            entries[entry.context, entry.text] = entry
    return entries


def _entry(lines: list[str]) -> Entry:
    entry, parts = Entry(), {}
    name = ""
    for line in lines:
        if line.startswith("#,"):
            entry.is_fuzzy |= "fuzzy" in line
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith('"'):
            name, line = line.split(" ", 1)
        parts[name] = parts.get(name, "") + ast.literal_eval(line)
    entry.context, entry.text = parts.get("msgctxt", ""), parts.get("msgid", "")
    entry.plural = parts.get("msgid_plural", "")
    for name, value in parts.items():
        if name.startswith("msgstr"):
            entry.translations[int(name[7:-1] or 0) if "[" in name else 0] = value
    return entry
