"""Takes every permission check out of the running product, one at a time, and sees whether a test notices.

    make check-permissions            all of them; a table, and exit status 1 when one survives
    .venv/bin/python -m okrtracker.tests.permissions.mutants goals/views    those of some files alone
    ... --recorded FILE goals/views   with what was recorded in FILE; where it is missing, it is made

Checks are found in the source (see checks.py), so a new one needs no line here. First the tests run on the
product as it is, have to pass, and tell which lines each of them runs (see reached.py): only these can notice
a change there. Then everything is loaded once; each mutant is a fork in which one function has another body,
with a database of its own, and dies with the first test that fails. Those that are likeliest to notice are
asked first (`nearness`), which is a matter of seconds; a mutant survives only when all of them pass.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import re
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from django.urls import get_resolver
from django.utils import functional

from okrtracker.tests.permissions.checks import Site, innermost, sites_in
from okrtracker.tests.permissions.reached import PRODUCT, Reached, record

ROOMS = ("accounts", "areas", "goals", "okrtracker")
LEFT_OUT = {"tests", "migrations", "management", "demo"}
AT_ONCE = 2

PERMISSIONS = "okrtracker/tests/permissions/"
# What the name of a file says beside what it is about.
KIND_OF_FILE = re.compile(
    r"_(views|serializers|writes|saving|plan|life|detail|list|drawing|map|entries|queries)$"
)
# What a test is called that is about who sees or does something.
ABOUT_RIGHTS = re.compile(
    r"hidden|restricted|nobody|outside|others|bound|may_|_sees?\b|_sees?_|lost|left|reach"
)
TESTS = ["accounts/tests", "areas/tests", "goals/tests", PERMISSIONS, "okrtracker/tests/test_well_known.py"]
IGNORED = [
    # Start processes of their own, which a fork without a terminal is stopped by.
    "accounts/tests/test_brake.py",
    "accounts/tests/test_openid_connect.py",
    "goals/tests/api/test_guide.py",
    "goals/tests/commands/test_command_line.py",
    "goals/tests/races",
    "goals/tests/reminders/test_processes.py",
    # Take long, and are about the text of the schema.
    "goals/tests/api/test_document.py",
    "goals/tests/api/test_document_page.py",
]


@dataclass(frozen=True)
class Mutant:
    """The product with one check less, once `take_out` was called."""

    path: str
    line: int
    check: str
    take_out: Callable[[], None]
    function: str = ""
    last_line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.check}"


def mutants(chosen: list[str]) -> Iterator[Mutant]:
    for room in ROOMS:
        for path in sorted((PRODUCT / room).rglob("*.py")):
            name = path.relative_to(PRODUCT)
            is_chosen = not chosen or any(name.as_posix().startswith(begin) for begin in chosen)
            if is_chosen and not LEFT_OUT & set(name.parts):
                yield from mutants_of(name.as_posix(), path.read_text(encoding="utf-8"))
    if not chosen:
        yield from mutants_of_the_settings()


def mutants_of(path: str, source: str) -> Iterator[Mutant]:
    tree = ast.parse(source)
    for names, function in functions_of(tree, ()):
        for site in sites_in(function):
            check = f"{' '.join(ast.unparse(site.node).split())[:90]} -> {site.instead[:30]}"
            take_out = taking_out(path, source, names, site)
            yield Mutant(path, site.node.lineno, check, take_out, names[-1], site.node.end_lineno)
    for holder in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for part in holder.body:
            if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "write_scope":
                check = f"{holder.name}.{ast.unparse(part)} -> read"
                yield Mutant(path, part.lineno, check, narrowing_nothing(path, holder.name))


def functions_of(node: ast.AST, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ast.FunctionDef]]:
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.FunctionDef):
            yield (*names, part.name), part
        elif isinstance(part, ast.ClassDef):
            yield from functions_of(part, (*names, part.name))


def mutants_of_the_settings() -> Iterator[Mutant]:
    def without(middleware: str) -> Callable[[], None]:
        def take_out() -> None:
            from django.conf import settings

            settings.MIDDLEWARE.remove(middleware)

        return take_out

    def let_every_program_in() -> None:
        from rest_framework.views import APIView

        APIView.permission_classes = []

    names = (
        "accounts.middleware.SignInRequiredMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "accounts.sign_in.sessions.SessionAgeMiddleware",
    )
    for name in names:
        yield Mutant("okrtracker/settings.py", 0, f"MIDDLEWARE without {name}", without(name))
    yield Mutant("okrtracker/settings.py", 0, "DEFAULT_PERMISSION_CLASSES -> []", let_every_program_in)


def module_of(path: str) -> Any:
    return importlib.import_module(path.removesuffix(".py").replace("/", "."))


def narrowing_nothing(path: str, name: str) -> Callable[[], None]:
    return lambda: setattr(getattr(module_of(path), name), "write_scope", "read")


def taking_out(path: str, source: str, names: tuple[str, ...], site: Site) -> Callable[[], None]:
    """Gives the function that is loaded the body it has without the check."""

    def take_out() -> None:
        loaded = loaded_function(module_of(path), names)
        if site.change:
            site.change(loaded)
            return
        code = compile(without_check(source, site), path, "exec")
        for name in names:
            code = next(
                part for part in code.co_consts if isinstance(part, CodeType) and part.co_name == name
            )
        innermost(loaded).__code__ = code

    return take_out


def loaded_function(module: Any, names: tuple[str, ...]) -> Any:
    found = module
    for name in names:
        found = vars(found)[name]
    if isinstance(found, (cached_property, functional.cached_property)):
        return found.func
    return getattr(found, "fget", getattr(found, "__func__", found))


def without_check(source: str, site: Site) -> str:
    lines = source.encode().splitlines(keepends=True)
    node = site.node
    starts = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    ends = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    return (source.encode()[:starts] + site.instead.encode() + source.encode()[ends:]).decode()


class Laboratory:
    """Runs the tests that were collected once for each mutant, in a fork, until one fails."""

    def __init__(self, found: list[Mutant], reached: Reached) -> None:
        self.found = found
        self.reached = reached
        self.survivors: list[Mutant] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        from django.db import connection

        # Makes the database, and leaves nothing but it behind: the next test lies elsewhere.
        first, elsewhere = (
            next(item for item in session.items if item.nodeid.startswith(room))
            for room in ("areas", "goals")
        )
        first.config.hook.pytest_runtest_protocol(item=first, nextitem=elsewhere)
        self.database = Path(connection.settings_dict["NAME"])
        connection.close()
        running: dict[int, Mutant] = {}
        for changed in self.found:
            if len(running) >= AT_ONCE:
                self.wait(running)
            # Asked before the fork: two processes on one connection would damage what was recorded.
            items = self.likeliest_first(session.items, changed)
            running[self.fork(session, changed, items)] = changed
        while running:
            self.wait(running)
        return True

    def fork(self, session: pytest.Session, changed: Mutant, items: list[pytest.Item]) -> int:
        child = os.fork()
        if child:
            return child
        status = 2
        try:
            status = self.live(session, changed, items)
        finally:
            os._exit(status)

    def live(self, session: pytest.Session, changed: Mutant, items: list[pytest.Item]) -> int:
        """0 when every test passes."""
        from django.db import connection

        own = self.database.with_suffix(f".{os.getpid()}")
        shutil.copy(self.database, own)
        connection.settings_dict["NAME"] = str(own)
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        changed.take_out()
        try:
            for item, following in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed:
                    return 1
        finally:
            for path in own.parent.glob(f"{own.name}*"):
                path.unlink()
        return 0

    def likeliest_first(self, items: list[pytest.Item], changed: Mutant) -> list[pytest.Item]:
        """The tests that run the check; all of them for what runs on import, like a decorator."""
        tests = self.reached.tests_of(changed.path, changed.line, changed.last_line)
        near = nearness(changed)
        return sorted(
            (item for item in items if not tests or item.nodeid in tests), key=lambda item: near(item.nodeid)
        )

    def wait(self, running: dict[int, Mutant]) -> None:
        child, status = os.wait()
        changed = running.pop(child)
        status = os.waitstatus_to_exitcode(status)
        assert status in {0, 1}, f"{changed} could not be tried."
        survives = status == 0
        print(f"{'SURVIVED' if survives else 'killed  '}  {changed}", file=sys.__stdout__, flush=True)
        if survives:
            self.survivors.append(changed)


def addresses_by_module() -> dict[str, set[str]]:
    """The names of the addresses that each module answers."""
    found: dict[str, set[str]] = defaultdict(set)

    def walk(patterns: Any, spaces: tuple[str, ...]) -> None:
        for part in patterns:
            if hasattr(part, "url_patterns"):
                walk(part.url_patterns, (*spaces, part.namespace) if part.namespace else spaces)
            elif part.name:
                view = getattr(part.callback, "cls", getattr(part.callback, "view_class", part.callback))
                found[getattr(view, "__module__", "")].add(":".join((*spaces, part.name)))

    walk(get_resolver().url_patterns, ())
    return found


def nearness(changed: Mutant) -> Callable[[str], int]:
    """How likely a test, by its name, notices: the lower the number, the likelier.

    Named after the function, as an address is called as its view; about rights and in a file about the same;
    the table of rules for a rule; asks an address that this module answers; about rights and what the name of
    the function ends with; then whatever is about the same, and whatever is about rights.
    """
    stem = KIND_OF_FILE.sub("", Path(changed.path).stem).rstrip("s")
    addresses = addresses_by_module()[changed.path.removesuffix(".py").replace("/", ".")]
    asked = tuple(f"[{name}{end}" for name in addresses for end in "]-")
    noun = changed.function.rpartition("_")[2].rstrip("s") or "nothing"

    def near(test: str) -> int:
        file = test.partition("::")[0].rpartition("/")[2]
        is_of_permissions = test.startswith(PERMISSIONS) and "test_canaries.py" not in file
        is_about_rights = is_of_permissions or ABOUT_RIGHTS.search(test) is not None
        signs = (
            changed.function and f":{changed.function}]" in test,
            stem in file and is_about_rights,
            "/models" in changed.path and file == "test_row_rules.py",
            any(name in test for name in asked),
            noun in test and is_about_rights,
            stem in file,
            stem in test,
            is_about_rights,
        )
        return next((place for place, is_sign in enumerate(signs) if is_sign), len(signs))

    return near


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="mutants", description="Take out permission checks, one at a time.")
    parser.add_argument("chosen", nargs="*", help="how the paths of files begin; all without")
    parser.add_argument("--recorded", type=Path, help="which tests run which lines; made where it is missing")
    wanted = parser.parse_args(arguments)
    os.environ["DJANGO_SETTINGS_MODULE"] = "okrtracker.settings_test"
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REQUIRE", None)
    started, found = time.monotonic(), list(mutants(wanted.chosen))
    if not found:
        print("There is no check in these files.")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        recorded = wanted.recorded or Path(folder) / "reached"
        if not recorded.exists() and not record(recorded, TESTS, IGNORED):
            recorded.unlink(missing_ok=True)
            print("The tests fail while nothing is taken out: they would say nothing.")
            return 2
        laboratory = Laboratory(found, Reached(recorded))
        options = ["-q", "-s", "-x", "--tb=no", "--no-summary", "-p", "no:cacheprovider"]
        options += [f"--ignore={path}" for path in IGNORED]
        if pytest.main([*options, *TESTS], plugins=[laboratory]):
            return 2
    lost = len(laboratory.survivors)
    print(
        f"{len(found)} checks were taken out, one at a time: {len(found) - lost} killed, {lost} survived, "
        f"in {time.monotonic() - started:.0f} s."
    )
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
