"""Takes every permission check out of the running product, one at a time, and sees whether a test notices.

    make check-permissions            all of them; a table, and exit status 1 when one survives
    .venv/bin/python -m okrtracker.tests.permissions.mutants goals/views    those of some files alone

Checks are found in the source (see `sites_in`), so a new one needs no line here. Everything is loaded once;
each mutant is a fork in which one function has another body, with a database of its own, and dies with the
first test that fails. The last one is the product as it is, and has to live.
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
from types import CodeType, FunctionType
from typing import Any

import pytest

PRODUCT = Path(__file__).resolve().parents[3]
ROOMS = ("accounts", "areas", "goals", "okrtracker")
LEFT_OUT = {"tests", "migrations", "management", "demo"}
AT_ONCE = 2

# Narrow rows down to those a person may see or change; taken out, all rows are left.
ROWS = {"visible_to", "editable_by", "contributable_by", "checkable_by", "listed_for", "manageable_by"}
ROWS |= {"revocable_by", "public", "member_of", "where_role", "usable_at"}
# Answer whether somebody may.
QUESTIONS = {"allows", "is_staff", "is_manager", "is_administrator", "has_perm", "has_module_perms"}
# Stop whoever may not; taken out, nobody is stopped.
GUARDS = {"refuse_strangers", "_refuse_all_but_administrators"}
REFUSALS = {"PermissionDenied", "NotAllowed", "NotAuthenticated"}
METHODS_ALLOWED = {"require_safe", "require_POST", "require_http_methods"}
OWN_ROWS = {"owner", "user"}
EVERYTHING = '__import__("django.db.models").db.models.Q()'
REPLACED_CALLS = {
    "in_reach": EVERYTHING,
    "areas_in_reach": '__import__("areas.models").models.Area.objects.without_tree_fields()',
    "bound_area": "None",
}
EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

PERMISSIONS = "okrtracker/tests/permissions/"
# Where most mutants of a file end, in this order; the other tests come after them.
QUICK = {
    "accounts/admin": ["in_the_admin[acc", "in_the_admin[mfa", "accounts/tests/"],
    "accounts/api": ["writes[api:key-result-check-ins-", "reads[api:me", "accounts/tests/test_tokens.py"],
    "accounts/audit": ["[accounts:audit"],
    "accounts/inv": ["[accounts:invitation"],
    "accounts/models/token": ["reads[api:me", "writes[api:key-", "accounts/tests/test_token"],
    "accounts/models": [
        "writes[people:person_role-",
        "reads[people:",
        "in_the_admin[areas",
        "accounts/tests/",
    ],
    "accounts/sign_in": ["[usersessions", "accounts/tests/test_sessions.py"],
    "accounts/": ["[accounts:", "accounts/tests/test_token_pages.py"],
    "areas/api": ["reads[api:area", "closest", "areas/tests/", "test_canaries.py"],
    "areas/": ["areas/tests/test_permissions.py", "test_visibility.py", "reads[people:"],
    "goals/api": ["[api:key-result-check", "test_agreement.py", "reads[api:", "test_canaries.py"],
    "goals/models": ["test_visibility.py", "nobody_outside_reads_what_is_restricted[other lead]"],
    "goals/actions": ["goals/tests/actions/"],
    "goals/admin": ["in_the_admin[goals."],
    "goals/views/pe": ["writes[people:", "reads[people:", "[people:", "test_people.py"],
    "goals/views/public": ["[goals:public", "test_public.py", "test_canaries.py"],
    "goals/views/check": ["[goals:check_in", "test_agreement.py", "hidden", "other_methods_answer[goals:my"],
    "goals/views": ["[other lead]", "test_agreement.py", "other_methods_answer[goals:", "[areas:"],
    "goals/": ["nobody_outside_reads_what_is_restricted[other lead]", "test_agreement.py"],
    "okrtracker/": ["[goals:overview", "[api:me", "[goals:check_in_create"],
}
TESTS = [
    "areas/tests",
    "goals/tests/models/test_visibility.py",
    PERMISSIONS,
    "accounts/tests",
    "goals/tests/actions/test_people.py",
    "goals/tests/actions/test_leaving.py",
    "goals/tests/api",
    "goals/tests/views",
    "goals/tests/reminders/test_due.py",
]


@dataclass(frozen=True)
class Site:
    """A part of the source, and what stands there without the check."""

    node: ast.AST
    instead: str
    # For what is no expression in a function: how the loaded module is changed.
    change: Callable[[Any], None] | None = None


@dataclass(frozen=True)
class Mutant:
    """The product with one check less, once `take_out` was called."""

    path: str
    line: int
    check: str
    take_out: Callable[[], None]

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
            yield Mutant(path, site.node.lineno, check, taking_out(path, source, names, site))
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


def wrappers(function: Any) -> Iterator[FunctionType]:
    while function is not None:
        yield function
        function = getattr(function, "__wrapped__", None)


def innermost(function: Any) -> FunctionType:
    return list(wrappers(function))[-1]


def allow_every_method(function: Any) -> None:
    for wrapper in wrappers(function):
        names = wrapper.__code__.co_freevars
        if "request_method_list" in names:
            wrapper.__closure__[names.index("request_method_list")].cell_contents = EVERY_METHOD


def without_check(source: str, site: Site) -> str:
    lines = source.encode().splitlines(keepends=True)
    node = site.node
    starts = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    ends = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    return (source.encode()[:starts] + site.instead.encode() + source.encode()[ends:]).decode()


def always(node: ast.AST) -> Site:
    # What was asked stays in the source, so that the function closes over the same names.
    return Site(node, f"(True or ({ast.unparse(node)}))")


def never(node: ast.AST) -> Site:
    return Site(node, f"(False and ({ast.unparse(node)}))")


def sites_in(function: ast.FunctionDef) -> Iterator[Site]:
    yield from in_function(function)
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield from in_call(node)
        elif is_guard(node) or is_refusal(node):
            yield Site(node, "pass")


def called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", "")) if function else ""


def in_call(node: ast.Call) -> Iterator[Site]:
    name = called(node)
    if isinstance(node.func, ast.Attribute) and name in ROWS:
        yield Site(node, f"{ast.unparse(node.func.value)}.all()")
    elif isinstance(node.func, ast.Name) and name in REPLACED_CALLS:
        yield Site(node, REPLACED_CALLS[name])
    elif name.startswith("can_") or name == "allows":
        yield always(node)
    if name in {"filter", "get_object_or_404"} and len(node.args) + len(node.keywords) > 1:
        for keyword in node.keywords:
            if keyword.arg in OWN_ROWS and ast.unparse(keyword.value) in {"user", "request.user"}:
                yield Site(keyword, "")


def is_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and called(node.value) in GUARDS


def is_refusal(node: ast.AST) -> bool:
    raised = node.exc if isinstance(node, ast.Raise) else None
    if raised is None:
        return False
    words = ast.unparse(raised)
    name = called(raised) or getattr(raised, "id", "")
    return name in REFUSALS or (name == "Problem" and ("403" in words or "FORBIDDEN" in words))


def in_function(node: ast.FunctionDef) -> Iterator[Site]:
    for decorator in node.decorator_list:
        name = called(decorator) or getattr(decorator, "id", "")
        if name in METHODS_ALLOWED:
            yield Site(decorator, "every method", allow_every_method)
    if node.name.startswith("has_") and node.name.endswith("_permission"):
        yield from (always(answer.value) for answer in answers(node) if is_false(answer.value))
    if node.name in QUESTIONS:
        yield from (always(answer.value) for answer in answers(node))
    if node.name in ROWS:
        yield from in_rows(node)
    if node.name == "has_permission":
        yield from (never(part.test) for part in ast.walk(node) if isinstance(part, ast.If))


def answers(node: ast.FunctionDef) -> list[ast.Return]:
    return [part for part in ast.walk(node) if isinstance(part, ast.Return) and part.value]


def is_false(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def in_rows(node: ast.FunctionDef) -> Iterator[Site]:
    """Each condition by itself: everybody a manager, nobody a visitor, every term of a filter fulfilled."""
    turned_round: set[ast.AST] = set()
    for part in ast.walk(node):
        if isinstance(part, (ast.If, ast.IfExp)):
            shuts_out = isinstance(part, ast.If) and "none()" in ast.unparse(part.body[0])
            yield never(part.test) if shuts_out else always(part.test)
        elif isinstance(part, ast.BoolOp) and isinstance(part.op, ast.And):
            yield from (always(value) for value in part.values)
        elif isinstance(part, ast.UnaryOp) and called(part.operand) == "Q":
            turned_round.add(part.operand)
            yield Site(part, EVERYTHING)
        elif called(part) == "Q" and part not in turned_round:
            yield Site(part, EVERYTHING)
        elif isinstance(part, ast.Call) and called(part) in {"filter", "exclude"}:
            yield from (Site(keyword, "pk__isnull=False") for keyword in part.keywords)


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
            items.sort(key=lambda item: rank(item.nodeid, quick))
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
