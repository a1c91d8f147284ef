"""Takes every permission check out of the running product, one at a time, and sees whether a test notices.

    make check-permissions            all of them; a table, and exit status 1 when one survives
    .venv/bin/python -m okrtracker.tests.permissions.mutants goals/views    those of some files alone

Checks are found in the source (see checks.py), so a new one needs no line here. Everything is loaded once;
each mutant is a fork in which one function has another body, with a database of its own, and dies with the
first test that fails, of those that decide about its file. The last one is the product as it is, and has to
live through all of them.
"""

from __future__ import annotations

import ast
import importlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from okrtracker.tests.permissions.checks import Site, innermost, sites_in

PRODUCT = Path(__file__).resolve().parents[3]
ROOMS = ("accounts", "areas", "goals", "okrtracker")
LEFT_OUT = {"tests", "migrations", "management", "demo"}
AT_ONCE = 2

PERMISSIONS = "okrtracker/tests/permissions/"
# The tests that decide, by the beginning of a file's name: most mutants end at the first of them.
QUICK = {
    "accounts/admin": ["in_the_admin[acc", "in_the_admin[mfa", "accounts/tests/"],
    "accounts/api/tokens": ["writes[api:token", "other_methods_answer[api:token", "test_tokens_api.py"],
    "accounts/api": ["[api:me]", "writes[api:key-", "[api:record", "test_tokens.py", "test_record_api.py"],
    "accounts/audit": ["[accounts:audit"],
    "accounts/inv": ["[accounts:invitation", "test_invitations.py"],
    "accounts/models/token": [
        "reads[api:me]",
        "writes[api:key-",
        "writes[accounts:token",
        "writes[api:token",
        "test_token",
    ],
    "accounts/models": [
        "writes[people:person_role]",
        "reads[people:",
        "in_the_admin[areas",
        "writes[cycles:cycle_edit]",
        "accounts/tests/",
    ],
    "accounts/sign_in": ["[usersessions", "[trusted", "[password_strength", "test_sessions.py"],
    "accounts/": ["[accounts:", "test_token_pages.py"],
    "areas/api": ["reads[api:area", "bound_token", "reads[api:progress", "areas/tests/", "closest"],
    "areas/": [
        "areas/tests/test_permissions.py",
        "test_visibility.py",
        "reads[people:",
        "writes[goals:risk_edit]",
        "writes[cycles:cycle_edit]",
    ],
    "goals/api/area": ["writes[api:area", "other_methods_answer[api:area", "api/test_area_writes"],
    "goals/api/cycle": ["[api:cycle", "api/test_cycle"],
    "goals/api/alignment": ["alignment", "[api:objective-support"],
    "goals/api/bulk": ["[api:check-in-bulk", "api/test_bulk"],
    "goals/actions/bulk": ["[api:check-in-bulk", "api/test_bulk"],
    "goals/api/change": ["api/test_changes"],
    "goals/actions/change": ["api/test_changes"],
    "goals/api/comment": ["[api:comment", "comment", "acknowledg", "taken_note"],
    "goals/api/initiative": ["initiative"],
    "goals/api/absence": ["absence"],
    "goals/models/absence": ["absence"],
    "goals/actions/absence": ["absence"],
    "goals/views/absence": ["absence"],
    "goals/api/draft": ["draft"],
    "goals/models/check_in_draft": ["draft"],
    "goals/actions/draft": ["draft"],
    "goals/views/draft": ["draft"],
    "goals/api/activity": ["activity"],
    "goals/api/me": ["[api:me", "activity"],
    "goals/views/activity": ["activity"],
    "goals/forms/activity": ["activity"],
    "goals/figures/activity": ["activity"],
    "goals/figures/unread": ["activity"],
    "goals/api/follow": ["follow"],
    "goals/models/subscription": ["follow"],
    "goals/actions/subscription": ["follow"],
    "goals/views/subscription": ["follow"],
    "goals/api/tag": ["tag", "test_tags.py"],
    "goals/views/tags": ["tag", "test_tags.py"],
    "goals/figures/tags": ["tag", "test_tags.py"],
    "goals/models/tags": ["test_tags.py"],
    "goals/actions/tags": ["test_tags.py"],
    "goals/api/copy": ["_copy", "-copy]", "api/test_copying.py"],
    "goals/views/copies": ["_copy]", "views/test_copying.py"],
    "goals/forms/copies": ["_copy]", "views/test_copying.py"],
    "goals/api/dashboard": ["dashboard"],
    "goals/models/dashboard": ["dashboard", "[goals:card_"],
    "goals/actions/dashboards": ["dashboard", "[goals:card_"],
    "goals/actions/card_": ["dashboard"],
    "goals/views/dashboards": ["dashboard", "[goals:card_"],
    "goals/views/card": ["dashboard", "[goals:card_"],
    "goals/forms/dashboards": ["dashboard", "[goals:card_"],
    "goals/api/template": ["template"],
    "goals/models/objective_template": ["template"],
    "goals/actions/templates": ["template"],
    "goals/views/templates": ["template"],
    "goals/forms/templates": ["template"],
    "goals/api/move": ["_move", "-move]", "api/test_moving.py"],
    "goals/views/move": ["_move", "views/test_moving.py"],
    "goals/forms/moves": ["_move]", "views/test_moving.py"],
    "goals/models/moved": ["test_moving.py"],
    "goals/actions/moving": ["goals/tests/actions/test_moving.py"],
    "goals/api/kpi": ["kpi"],
    "goals/models/kpi": ["kpi"],
    "goals/views/kpi": ["kpi"],
    "goals/actions/kpi": ["kpi"],
    "goals/forms/kpi": ["kpi"],
    "goals/figures/kpi": ["kpi"],
    "goals/api/pause": ["pause"],
    "goals/api/plan": [
        "writes[api:roadmap",
        "writes[api:objective-",
        "writes[api:key-",
        "api/test_plan_writes",
    ],
    "goals/api/writes": ["writes[api:roadmap", "writes[api:objective-", "api/test_plan_writes"],
    "goals/api/rhythm": ["rhythm"],
    "goals/api/risk": ["[api:risk", "[api:objective-risks", "[api:mitigation", "api/test_risk"],
    "goals/models/risk": ["test_visibility.py", "test_risk"],
    "goals/models/concern": ["test_risk"],
    "goals/models/initiative": ["initiative"],
    "goals/api/dependency": ["dependenc", "needs"],
    "goals/models/dependency": ["dependenc", "needs"],
    "goals/api": ["[api:key-result-check", "reads[api:", "writes[api:", "test_agreement.py", "tests/api/"],
    "goals/models/alignment": ["alignment"],
    "goals/models/share": ["share"],
    "goals/api/share": ["share"],
    "goals/views/shares": ["share"],
    "goals/models/comment": ["test_visibility.py", "[goals:comment"],
    "goals/models": ["test_visibility.py", "[goals:roadmap_edit]", "[cycles:roadmap_scores]"],
    "goals/actions/alignments": ["alignment"],
    "goals/actions/needs": ["[goals:need_", "dependenc", "needs"],
    "goals/actions/risk": ["[goals:risk_", "test_risk", "api:risk"],
    "goals/actions/concerns": ["[goals:concern_", "test_risk"],
    "goals/actions/reviews": ["[goals:check_in_ask_back", "test_reviews.py", "review"],
    "goals/actions": ["suggested", "goals/tests/actions/", "people"],
    "goals/admin": ["in_the_admin[goals."],
    "goals/forms/alignments": ["alignment"],
    "goals/reminders": ["mail_tells"],
    "goals/views/pe": ["writes[people:", "[people:", "test_people.py"],
    "goals/views/public": ["[goals:public", "test_public.py"],
    "goals/views/alignment": ["alignment"],
    "goals/views/check": ["[goals:check_in", "[goals:my", "test_agreement.py"],
    "goals/views/comments": ["[goals:comment", "[goals:check_in_", "[goals:objective_comment", "_people]"],
    "goals/views/context": ["test_plan_risks.py"],
    "goals/views/cycle": ["test_cycles.py", "test_cycle_scores.py", "[cycles:"],
    "goals/views/risk": ["[goals:risk_", "[goals:concern_", "test_risk_pages.py"],
    "goals/views/initiatives": ["[goals:initiative_", "views/test_initiatives.py"],
    "goals/views/objectives": ["[goals:objective_detail", "views/test_objectives.py", "test_hidden.py"],
    "goals/views/exports": ["[goals:roadmap_export", "[goals:roadmap_pdf", "test_exports.py"],
    "goals/views/own": ["[people:own"],
    "goals/views/plan": [
        "test_plan_risks.py",
        *("[goals:roadmap_", "[goals:objective_", "[goals:key_result_", "[goals:risk_", "[goals:mitigation_"),
    ],
    "goals/views/need": ["[goals:need_", "views/test_needs.py"],
    "goals/views/dependency": ["[goals:dependency_", "test_dependency_list.py"],
    "goals/views/reviews": ["[goals:check_in_ask_back", "test_reviews.py"],
    "goals/figures/reviews": ["test_reviews.py"],
    "goals/figures/aligned": ["alignment", "hidden"],
    "goals/figures/needs": ["dependenc", "needs"],
    "goals/views/pauses": ["_pause]", "_rhythm]"],
    "goals/views/weights": ["_weights]", "_weight_shares]"],
    "goals/views": ["reads[goals:", "other_methods_answer[goals:", "[areas:", "test_agreement.py"],
    "goals/": [],
    "okrtracker/well": ["other_methods_answer[robots", "other_methods_answer[security", "well_known"],
    "okrtracker/": ["[goals:overview", "[api:me", "[goals:check_in_create"],
}
HAVE_RULES = ("accounts/models", "areas/", "goals/models")
# What none of them notices is for these, which look for what is hidden everywhere.
AFTER_THEM = [
    "nobody_outside_reads_what_is_restricted[other lead]",
    "hidden",
    "suggested",
    "mail_tells",
    "test_figures.py",
    "nobody_outside",
    "goals/tests/views/",
]
# Starts processes of its own, which a fork without a terminal is stopped by.
IGNORED = ["goals/tests/api/test_guide.py"]
TESTS = [
    "areas/tests",
    "goals/tests/models/test_visibility.py",
    PERMISSIONS,
    "okrtracker/tests/test_well_known.py",
    "accounts/tests",
    "goals/tests/actions/test_alignments.py",
    "goals/tests/actions/test_moving.py",
    "goals/tests/actions/test_kpis.py",
    "goals/tests/actions/test_dashboards.py",
    "goals/tests/actions/test_templates.py",
    "goals/tests/actions/test_shares.py",
    "goals/tests/actions/test_follows.py",
    "goals/tests/actions/test_people.py",
    "goals/tests/actions/test_leaving.py",
    "goals/tests/api",
    "goals/tests/views",
]


@dataclass(frozen=True)
class Mutant:
    """The product with one check less, once `take_out` was called."""

    path: str
    line: int
    check: str
    take_out: Callable[[], None]
    function: str = ""

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
            yield Mutant(path, site.node.lineno, check, taking_out(path, source, names, site), names[-1])
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
    return getattr(found, "fget", getattr(found, "__func__", found))


def without_check(source: str, site: Site) -> str:
    lines = source.encode().splitlines(keepends=True)
    node = site.node
    starts = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    ends = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    return (source.encode()[:starts] + site.instead.encode() + source.encode()[ends:]).decode()


class Laboratory:
    """Runs the tests that were collected once for each mutant, in a fork, until one fails."""

    def __init__(self, found: list[Mutant]) -> None:
        self.found = found
        self.survivors: list[Mutant] = []
        self.is_sound = False

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
        running: dict[int, Mutant | None] = {}
        for changed in [*self.found, None]:
            if len(running) >= AT_ONCE:
                self.wait(running)
            running[self.fork(session, changed)] = changed
        while running:
            self.wait(running)
        return True

    def fork(self, session: pytest.Session, changed: Mutant | None) -> int:
        child = os.fork()
        if child:
            return child
        status = 2
        try:
            status = self.live(session, changed)
        finally:
            os._exit(status)

    def live(self, session: pytest.Session, changed: Mutant | None) -> int:
        """0 when every test passes."""
        from django.db import connection

        own = self.database.with_suffix(f".{os.getpid()}")
        shutil.copy(self.database, own)
        connection.settings_dict["NAME"] = str(own)
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        items = list(session.items)
        if changed is not None:
            changed.take_out()
            quick = next(names for begin, names in QUICK.items() if changed.path.startswith(begin))
            # The rules themselves are told by one file; an address is called as its view.
            rules = ["test_row_rules.py"] if changed.path.startswith(HAVE_RULES) else []
            deciding = [*rules, f":{changed.function}]", *quick, *AFTER_THEM]
            items = [item for item in items if rank(item.nodeid, deciding) < len(deciding)]
            items.sort(key=lambda item: rank(item.nodeid, deciding))
        try:
            for item, following in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed:
                    return 1
        finally:
            for path in own.parent.glob(f"{own.name}*"):
                path.unlink()
        return 0

    def wait(self, running: dict[int, Any]) -> None:
        child, status = os.wait()
        changed = running.pop(child)
        status = os.waitstatus_to_exitcode(status)
        assert status in {0, 1}, f"{changed} could not be tried."
        survives = status == 0
        if changed is None:
            self.is_sound = survives
            return
        print(f"{'SURVIVED' if survives else 'killed  '}  {changed}", file=sys.__stdout__, flush=True)
        if survives:
            self.survivors.append(changed)


def rank(name: str, quick: list[str]) -> int:
    return next((place for place, part in enumerate(quick) if part in name), len(quick))


def main(chosen: list[str]) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "okrtracker.settings_test"
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REQUIRE", None)
    started, found = time.monotonic(), list(mutants(chosen))
    laboratory = Laboratory(found)
    options = ["-q", "-s", "-x", "--tb=no", "--no-summary", "-p", "no:cacheprovider"]
    options += [f"--ignore={path}" for path in IGNORED]
    if not found or pytest.main([*options, *TESTS], plugins=[laboratory]):
        return 2
    lost = len(laboratory.survivors)
    print(
        f"{len(found)} checks were taken out, one at a time: {len(found) - lost} killed, {lost} survived, "
        f"in {time.monotonic() - started:.0f} s."
    )
    if not laboratory.is_sound:
        print("The tests fail when nothing is taken out: the figures above say nothing.")
    return 1 if lost or not laboratory.is_sound else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
