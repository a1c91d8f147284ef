"""Finds the permission checks of a function in its source, and says what stands there without each."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

# Narrow rows down to those a person may see or change; taken out, all rows are left.
ROWS = {"visible_to", "editable_by", "contributable_by", "checkable_by", "listed_for", "manageable_by"}
ROWS |= {"revocable_by", "public", "member_of", "where_role", "usable_at"}
# Answer whether somebody may.
QUESTIONS = {"allows", "is_staff", "is_manager", "is_administrator", "has_perm", "has_module_perms"}
# Stop whoever may not; taken out, nobody is stopped.
GUARDS = ("refuse_strangers", "refuse_all_but")
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


@dataclass(frozen=True)
class Site:
    """A part of the source, and what stands there without the check."""

    node: ast.AST
    instead: str
    # For what is no expression in a function: how the loaded module is changed.
    change: Callable[[Any], None] | None = None


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
    return isinstance(node, ast.Expr) and called(node.value).lstrip("_").startswith(GUARDS)


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
    if node.name in ROWS or node.name.startswith("can_"):
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
