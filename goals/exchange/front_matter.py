"""The few lines of YAML between two `---` at the top of a document."""

from __future__ import annotations

import re

import yaml

from goals.exchange import document
from goals.exchange.document import clean_line
from goals.exchange.errors import Problem
from goals.exchange.fields import read_rhythm
from goals.exchange.outline import Lines

MAX_CHARACTERS = 4_000
RHYTHMS = ("rhythm", "parent_rhythm")
KEYS = (
    "area",
    "area_name",
    "rhythm",
    "parent",
    "parent_name",
    "parent_rhythm",
    "cycle",
    "state",
    "visibility",
)

_NAMES = {"area_name", "parent_name"}
_AREA_KEY = re.compile(r"[A-Z][A-Z0-9]{1,11}")
_CYCLE_KEY = re.compile(r"[0-9A-Z]{2,12}")
_QUOTES = "‘’“”"  # put in by text processors; a name may have its own
_FORBIDDEN = (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken, yaml.DirectiveToken)


def split_front_matter(lines: Lines) -> tuple[Lines, Lines]:
    """The lines between the two rules, and all lines behind them."""
    first = next((i for i, (_, line) in enumerate(lines) if line.strip()), None)
    if first is None or not _is_rule(lines[first][1]):
        return [], lines
    for position in range(first + 1, len(lines)):
        if _is_rule(lines[position][1]):
            return lines[first + 1 : position], lines[position + 1 :]
    return [], lines


def _is_rule(line: str) -> bool:
    return line.strip().lstrip("\\") == "---"  # a text processor may escape the rule


def read_front_matter(lines: Lines) -> tuple[dict[str, str], list[Problem]]:
    """The values by key, checked; and what is wrong."""
    if not lines:
        return {}, [Problem(1, "the document does not start with '---', 'area: KEY', 'cycle: KEY', '---'")]
    pairs, problems = _pairs(lines)
    values: dict[str, str] = {}
    for key, value, line in pairs:
        if key not in KEYS:
            problems.append(Problem(line, f"unknown key '{key[:80]}'; the keys are {', '.join(KEYS)}"))
        elif key in values:
            problems.append(Problem(line, f"the key '{key}' stands twice"))
        else:
            values[key] = value
            problems += [Problem(line, sentence) for sentence in _complaints(key, value)]
    if not problems and "area" not in values:
        problems.append(Problem(lines[0][0], "the key 'area' is missing"))
    return values, problems


def _pairs(lines: Lines) -> tuple[list[tuple[str, str, int]], list[Problem]]:
    offset, text = lines[0][0], "\n".join(line for _, line in lines)
    if len(text) > MAX_CHARACTERS:
        return [], [Problem(offset, f"the lines between '---' are longer than {MAX_CHARACTERS} characters")]
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, _FORBIDDEN):
                line = offset + token.start_mark.line
                return [], [Problem(line, "write plain 'key: value' lines, without anchors, aliases or tags")]
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return [], [Problem(offset + (mark.line if mark else 0), "this is not a 'key: value' line")]
    if not isinstance(node, yaml.MappingNode):
        return [], [Problem(offset, "write 'key: value' lines between the two '---'")]
    pairs, problems = [], []
    for key, value in node.value:
        line = offset + key.start_mark.line
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode):
            # The text as written: a cycle called 2024 is no number.
            name, text = key.value.strip().lower(), clean_line(value.value)
            pairs.append((name, text if name in _NAMES else text.strip(_QUOTES), line))
        else:
            problems.append(Problem(line, "write one value behind a key, no list and no mapping"))
    return pairs, problems


def _complaints(key: str, value: str) -> list[str]:
    if key in {"area", "parent"} and not _AREA_KEY.fullmatch(value):
        return [f"{key} '{value[:80]}' is not a key of 2 to 12 capital letters and digits, like EDGE"]
    if key == "cycle" and not _CYCLE_KEY.fullmatch(value):
        return [f"cycle '{value[:80]}' is not a key of 2 to 12 capital letters and digits, like 24H2"]
    if key in RHYTHMS:
        try:
            read_rhythm(value, key)
        except ValueError as error:
            return [str(error)]
    if key in _NAMES and len(value) > 120:
        return [f"{key} is longer than 120 characters"]
    for name, choices in (("state", document.STATES), ("visibility", document.VISIBILITIES)):
        if key == name and value not in choices:
            return [f"unknown {key} '{value[:80]}'; it is one of {', '.join(choices)}"]
    return []
