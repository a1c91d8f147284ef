"""Holds docs/security.md and the pages beside it to the code: what they name exists, and they count right."""

import ast
import re
from collections import Counter
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
SECURITY = ROOT / "docs" / "security.md"
ASVS = ROOT / "docs" / "security" / "asvs.md"
IDS = ROOT / "docs" / "security" / "asvs-5.0.0-ids.txt"
DEPENDENCIES = ROOT / "docs" / "security" / "dependencies.md"
PAGES = [SECURITY, ASVS, DEPENDENCIES]

ROW = re.compile(
    r"^\| (?P<id>\d+\.\d+\.\d+) \| (?P<level>\d) \| (?P<about>.+?) \| (?P<state>.+?) \| (?P<why>.+) \|$", re.M
)
STATES = ["met", "not applicable", "open"]
CODE = re.compile(r"`([^`]+)`")
TEST = re.compile(r"[\w/]+\.py::\w+")
PATH = re.compile(r"[\w.][\w.-]*/[\w./-]*|[\w-]+\.(txt|toml|yml|md)")
LINK = re.compile(r"\[[^\]]+\]\(([^)]+)\)")


def rows():
    return [match.groupdict() for match in ROW.finditer(ASVS.read_text())]


@cache
def collected_from(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def names_in(text: str) -> list[str]:
    """Tests and files that a text names."""
    return [name for name in CODE.findall(text) if is_file(name) or is_test(name)]


def is_test(name: str) -> bool:
    return bool(TEST.fullmatch(name))


def is_file(name: str) -> bool:
    """Of the repository: what lies in var/ is made by commands."""
    return bool(PATH.fullmatch(name)) and "://" not in name and not name.startswith("var/")


def exists(name: str) -> bool:
    path, _, test = name.partition("::")
    return (ROOT / path).exists() and (not test or test in collected_from(ROOT / path))


def headings(page: Path) -> set[str]:
    found = re.findall(r"^#+ (.+)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in found}


def test_every_requirement_stands_there_once_with_its_level():
    listed = [tuple(line.split()) for line in IDS.read_text().splitlines() if not line.startswith("#")]

    assert len(listed) == len(set(listed)) == 253
    assert [(row["id"], row["level"]) for row in rows()] == listed


def test_no_line_of_the_table_is_passed_over():
    lines = [line for line in ASVS.read_text().splitlines() if re.match(r"\| *\d", line)]

    assert len(lines) == len(rows())


def test_the_counts_are_those_of_the_lines():
    counts = Counter(row["state"] for row in rows())

    assert list(counts) and set(counts) <= set(STATES)
    sentence = "**{} met, {} not applicable, {} open.**".format(*(counts[state] for state in STATES))
    assert sentence in ASVS.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_waits_for_work_to_come(page):
    assert "PENDING" not in page.read_text()


def test_what_is_met_is_shown_by_something():
    met = [row for row in rows() if row["state"] == "met"]

    assert [row["id"] for row in met if not names_in(row["why"]) and not LINK.search(row["why"])] == []


def test_what_is_not_met_says_why():
    assert not [row["id"] for row in rows() if row["state"] != "met" and len(row["why"]) < 6]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_and_file_that_is_named_exists(page):
    names = names_in(page.read_text())

    assert names
    assert [name for name in names if not exists(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for link in LINK.findall(page.read_text()):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in headings(target), link


def locked() -> dict[str, str]:
    """Package and the condition under which it is installed, from the lock of what runs."""
    pins = re.findall(
        r"^([\w.-]+)(?:\[[\w, ]+\])?==\S+(?: ; ([^\\\n]+))?", (ROOT / "requirements.txt").read_text(), re.M
    )
    return dict(pins)


def listed() -> dict[str, str]:
    table = DEPENDENCIES.read_text().partition("## Packages")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| ([\w.-]+) \| ([^|]+?) \| (?:yes)? ?\|$", table, re.M))


def test_every_package_that_runs_is_listed_with_its_licence():
    assert sorted(listed()) == sorted(locked())


PERMISSIVE = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MIT-0", "OFL-1.1", "PSF-2.0"}
# Weak copyleft: used unchanged, as packages of their own.
UNCHANGED = {"MPL-2.0", "LGPL-3.0-or-later"}


def test_no_licence_asks_for_more_than_can_be_kept():
    for name, licence in listed().items():
        assert set(re.findall(r"[\w.-]+", licence)) - {"AND", "OR"} <= PERMISSIVE | UNCHANGED, name


# How packages without an SPDX expression name the licence they come under.
FAMILIES = {
    "Apache-2.0": r"apache",
    "BSD-2-Clause": r"bsd",
    "BSD-3-Clause": r"bsd",
    "LGPL-3.0-or-later": r"lgpl|lesser general public",
    "MIT": r"\bmit\b",
    "MIT-0": r"mit-0",
    "MPL-2.0": r"mpl|mozilla",
    "PSF-2.0": r"psf|python software foundation",
}


def test_packages_say_themselves_what_is_listed():
    for name, licence in listed().items():
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            assert locked()[name], f"{name} is locked for every machine, but not installed"
            continue
        if expression := about.get("License-Expression"):
            assert licence == expression, name
            continue
        says = " ".join([about.get("License") or "", *(about.get_all("Classifier") or [])]).lower()
        for word in set(re.findall(r"[\w.-]+", licence)) - {"AND", "OR"}:
            assert re.search(FAMILIES[word], says), (name, says[:200])
