"""Takes every permission check out of a copy of the product, one at a time, and asks whether a test notices.

    make check-permissions            all of them; a table, and exit status 1 when one survives
    .venv/bin/python -m okrtracker.tests.permissions.mutants goals/views    those of some files alone

Checks are found in the source (see `sites_in`), so a new one needs no line here.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

PRODUCT = Path(__file__).resolve().parents[3]
ROOMS = ("accounts", "areas", "goals", "okrtracker")
LEFT_OUT = {"tests", "migrations", "management", "demo"}
AT_ONCE = 2
LONGEST_SECONDS = 900

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
# Not in the source of a view, and checks all the same.
LINES_OF_SETTINGS = {
    '    "accounts.middleware.SignInRequiredMiddleware",\n': "",
    '    "django.middleware.csrf.CsrfViewMiddleware",\n': "",
    '"DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.HasScope"]': '"DEFAULT_PERMISSION_CLASSES": []',
}

PERMISSIONS = "okrtracker/tests/permissions"
MATRIX, CANARIES = f"{PERMISSIONS}/test_matrix.py", f"{PERMISSIONS}/test_canaries.py"
AGREEMENT = f"{PERMISSIONS}/test_agreement.py"
# Where most of a file's mutants end, quickest first; then come all tests that know anything of permissions.
QUICK = {
    "areas/api": [MATRIX, "-k", "api:"],
    "areas/": ["areas/tests/test_permissions.py", "goals/tests/models/test_visibility.py", AGREEMENT],
    "goals/models": ["goals/tests/models/test_visibility.py"],
    "goals/admin": [MATRIX, "-k", "admin"],
    "goals/actions": ["goals/tests/actions/test_people.py", "goals/tests/actions/test_leaving.py"],
    "goals/views/pe": [MATRIX, "goals/tests/views/test_people.py", "-k", "people"],
    "goals/views": [AGREEMENT, MATRIX, "-k", "goals: or areas: or agreement"],
    "goals/": [AGREEMENT],
    "accounts/admin": [MATRIX, "-k", "admin"],
    "accounts/api": [MATRIX, "-k", "api:me or api:key-result-check-ins"],
    "accounts/models": ["accounts/tests/test_tokens.py", MATRIX, "-k", "token or people: or accounts:"],
    "accounts/": [MATRIX, "-k", "accounts: or usersessions"],
    "okrtracker/": [MATRIX, "-k", "overview or check_in_create or api:me"],
}
CLOSEST = [CANARIES, "-k", "lead or owner or figures"]
THOROUGH = {
    "accounts": [PERMISSIONS, "accounts/tests"],
    "areas": [PERMISSIONS, "areas/tests", "goals/tests/api"],
    "goals": [PERMISSIONS, "goals/tests/views", "goals/tests/api", "goals/tests/actions"],
    "okrtracker": [PERMISSIONS],
}


@dataclass(frozen=True)
class Mutant:
    """A file with one check less."""

    path: str
    line: int
    check: str
    source: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.check}"


@dataclass(frozen=True)
class Site:
    """A part of the source and what stands there without the check."""

    node: ast.AST
    instead: str


def mutants(chosen: list[str]) -> Iterator[Mutant]:
    for room in ROOMS:
        for path in sorted((PRODUCT / room).rglob("*.py")):
            name = path.relative_to(PRODUCT).as_posix()
            if LEFT_OUT & set(path.relative_to(PRODUCT).parts) or (
                chosen and not any(name.startswith(begin) for begin in chosen)
            ):
                continue
            source = path.read_text(encoding="utf-8")
            for site in sites_in(ast.parse(source)):
                yield mutant(name, source, site)
            if name == "okrtracker/settings.py":
                for line, instead in LINES_OF_SETTINGS.items():
                    assert line in source, f"{line!r} is not in the settings any more."
                    number = source[: source.index(line)].count("\n") + 1
                    yield Mutant(name, number, line.strip(), source.replace(line, instead))


def mutant(name: str, source: str, site: Site) -> Mutant:
    lines = source.encode().splitlines(keepends=True)
    node = site.node
    starts = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    ends = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    changed = source.encode()[:starts] + site.instead.encode() + source.encode()[ends:]
    check = " ".join(ast.unparse(node).split())
    return Mutant(name, node.lineno, f"{check[:90]} -> {site.instead[:40]}", changed.decode())


def sites_in(tree: ast.AST) -> Iterator[Site]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from in_call(node)
        elif is_guard(node) or is_refusal(node):
            yield Site(node, "pass")
        elif isinstance(node, ast.FunctionDef):
            yield from in_function(node)
        elif isinstance(node, ast.Assign) and [getattr(part, "id", "") for part in node.targets] == [
            "write_scope"
        ]:
            yield Site(node.value, "Scope.READ")


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
        yield Site(node, "True")
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
            yield Site(decorator, "(lambda view: view)")
    if node.name.startswith("has_") and node.name.endswith("_permission"):
        yield from (Site(answer.value, "True") for answer in answers(node) if is_false(answer.value))
    if node.name in QUESTIONS:
        yield from (Site(answer.value, "True") for answer in answers(node))
    if node.name in ROWS:
        yield from in_rows(node)
    if node.name == "has_permission":
        yield from (Site(part.test, "False") for part in ast.walk(node) if isinstance(part, ast.If))


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
            yield Site(part.test, "False" if shuts_out else "True")
        elif isinstance(part, ast.BoolOp) and isinstance(part.op, ast.And):
            yield from (Site(value, "True") for value in part.values)
        elif isinstance(part, ast.UnaryOp) and called(part.operand) == "Q":
            turned_round.add(part.operand)
            yield Site(part, EVERYTHING)
        elif called(part) == "Q" and part not in turned_round:
            yield Site(part, EVERYTHING)
        elif isinstance(part, ast.Call) and called(part) in {"filter", "exclude"}:
            yield from (Site(keyword, "pk__isnull=False") for keyword in part.keywords)


class Workshop:
    """Copies of the product, one for each worker, with a migrated database beside them."""

    def __init__(self, folder: Path) -> None:
        self.free: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_ONCE):
            copy = folder / str(number)
            for name in (*ROOMS, "templates", "docs", "bench"):
                if (PRODUCT / name).exists():
                    shutil.copytree(PRODUCT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            for name in ("conftest.py", "manage.py", "pyproject.toml"):
                shutil.copy(PRODUCT / name, copy / name)
            (copy / "settings_of_a_mutant.py").write_text(
                "from okrtracker.settings_test import *\n"
                f"DATABASES['default']['TEST'] = {{'NAME': {str(copy / 'test.sqlite3')!r}}}\n",
                encoding="utf-8",
            )
            self.free.put(copy)

    def prepare(self) -> None:
        """Migrates the databases, and sees the tests pass while nothing is taken out."""
        for copy in (self.free.get() for _number in range(AT_ONCE)):
            if not run_tests(copy, [AGREEMENT]):
                raise SystemExit("The tests fail before anything is taken out.")
            self.free.put(copy)

    def is_noticed(self, changed: Mutant) -> bool:
        copy = self.free.get()
        path = copy / changed.path
        original = path.read_text(encoding="utf-8")
        path.write_text(changed.source, encoding="utf-8")
        try:
            return not all(run_tests(copy, tests) for tests in tests_of(changed.path))
        finally:
            path.write_text(original, encoding="utf-8")
            self.free.put(copy)


def tests_of(path: str) -> list[list[str]]:
    """What is run for a file, one after the other until something fails."""
    quick = next(tests for begin, tests in QUICK.items() if path.startswith(begin))
    return [quick, CLOSEST, THOROUGH[path.partition("/")[0]]]


def run_tests(copy: Path, tests: list[str]) -> bool:
    """Whether all of them pass."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--reuse-db", "-p", "no:cacheprovider"]
    command += ["--ds=settings_of_a_mutant", "--show-capture=no", "--tb=no", *tests]
    known = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REQUIRE"}}
    environment = known | {
        "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": "settings_of_a_mutant",
        "PYTHONPATH": str(copy),
    }
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, timeout=LONGEST_SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main(chosen: list[str]) -> int:
    found = list(mutants(chosen))
    started, survivors = time.monotonic(), []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        workshop = Workshop(Path(folder))
        workshop.prepare()
        for changed, is_noticed in zip(found, pool.map(workshop.is_noticed, found), strict=True):
            print(f"{'killed  ' if is_noticed else 'SURVIVED'}  {changed}", flush=True)
            if not is_noticed:
                survivors.append(changed)
    print(
        f"\n{len(found)} checks taken out one at a time: {len(found) - len(survivors)} killed, "
        f"{len(survivors)} survived, in {time.monotonic() - started:.0f} s."
    )
    return 1 if survivors or not found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
