"""What somebody finds by words: areas, plans, risks, KPIs, check-ins, comments, as far as they see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Model, Q, QuerySet

from areas.models import Area
from goals.figures.words import CODE, Piece, excerpt, having_words, words_in
from goals.models import (
    CheckIn,
    Comment,
    Initiative,
    KeyResult,
    Kpi,
    Mitigation,
    MovedCode,
    Objective,
    Risk,
    Roadmap,
)


@dataclass(frozen=True)
class Hit:
    """A row that was found: its code, its title and what stands around the words, in pieces."""

    row: Model
    url: str
    code: str
    title: list[Piece]
    text: list[Piece]
    # Name of the cycle and of the area; empty where there is none.
    place: str
    is_dropped: bool = False


@dataclass(frozen=True)
class Kind:
    """Something that can be found: which rows, in which of their fields, and how they are told."""

    rows: Callable[[Any], QuerySet[Any]]
    title: str
    others: tuple[str, ...]
    code: str
    # What is equally relevant: the newest first, then in order.
    then: tuple[str, ...]
    place: Callable[[Any], str]
    # What the row is about: its page, code and title are shown.
    subject: Callable[[Any], Any] = lambda row: row


@dataclass(frozen=True)
class Found:
    """The first rows of one kind, and whether there are more."""

    kind: str
    hits: list[Hit]
    has_more: bool


def _areas(user: Any) -> QuerySet[Area]:
    # Everybody who is signed in sees which areas there are.
    return Area.objects.without_tree_fields().live()


def _roadmaps(user: Any) -> QuerySet[Roadmap]:
    rows = Roadmap.objects.visible_to(user).filter(area__archived_at__isnull=True)
    return rows.select_related("area", "cycle")


def _objectives(user: Any) -> QuerySet[Objective]:
    return Objective.objects.live().visible_to(user).select_related("roadmap__area", "roadmap__cycle")


def _key_results(user: Any) -> QuerySet[KeyResult]:
    rows = KeyResult.objects.live().visible_to(user)
    return rows.select_related("objective__roadmap__area", "objective__roadmap__cycle")


def _risks(user: Any) -> QuerySet[Risk]:
    rows = Risk.objects.visible_to(user).filter(
        archived_at__isnull=True, objective__in=Objective.objects.live()
    )
    return rows.select_related("objective__roadmap__area", "objective__roadmap__cycle")


def _kpis(user: Any) -> QuerySet[Kpi]:
    return Kpi.objects.live().visible_to(user).select_related("area")


def _check_ins(user: Any) -> QuerySet[CheckIn]:
    rows = CheckIn.objects.visible_to(user).filter(key_result__in=KeyResult.objects.live())
    return rows.select_related(
        "key_result__objective__roadmap__area", "key_result__objective__roadmap__cycle"
    )


def _initiatives(user: Any) -> QuerySet[Initiative]:
    return Initiative.objects.live().visible_to(user).with_context()


def _mitigations(user: Any) -> QuerySet[Mitigation]:
    rows = Mitigation.objects.filter(risk__in=_risks(user).order_by().values("pk"))
    return rows.select_related("risk__objective__roadmap__area", "risk__objective__roadmap__cycle")


def _comments(user: Any) -> QuerySet[Comment]:
    of_live = Q(objective__in=Objective.objects.live()) | Q(check_in__key_result__in=KeyResult.objects.live())
    rows = Comment.objects.visible_to(user).filter(of_live, deleted_at__isnull=True)
    above = "objective__roadmap"
    return rows.select_related(
        *(f"{above}__area", f"{above}__cycle"),
        *(f"check_in__key_result__{above}__area", f"check_in__key_result__{above}__cycle"),
    )


def _commented_on(comment: Comment) -> Objective | KeyResult:
    return comment.check_in.key_result if comment.check_in else cast("Objective", comment.objective)


def _roadmap_of(thing: Objective | KeyResult) -> Roadmap:
    return thing.roadmap if isinstance(thing, Objective) else thing.objective.roadmap


def _place(roadmap: Roadmap) -> str:
    return f"{roadmap.cycle.name} · {roadmap.area.name}"


KINDS: dict[str, Kind] = {
    "area": Kind(_areas, "name", (), "key", ("name",), lambda row: ""),
    "objective": Kind(
        _objectives,
        "title",
        ("description",),
        "code",
        ("-roadmap__cycle__starts_on", "code"),
        lambda row: _place(row.roadmap),
    ),
    "key_result": Kind(
        _key_results,
        "title",
        ("metric",),
        "code",
        ("-objective__roadmap__cycle__starts_on", "code"),
        lambda row: _place(row.objective.roadmap),
    ),
    "risk": Kind(
        _risks,
        "title",
        ("description", "trigger"),
        "code",
        ("-objective__roadmap__cycle__starts_on", "code"),
        lambda row: _place(row.objective.roadmap),
    ),
    "kpi": Kind(_kpis, "title", ("metric",), "code", ("code",), lambda row: row.area.name),
    "roadmap": Kind(
        _roadmaps, "title", ("background",), "code", ("-cycle__starts_on", "code"), lambda row: _place(row)
    ),
    "check_in": Kind(
        _check_ins,
        "note",
        ("blocker",),
        "",
        ("-created_at", "-pk"),
        lambda row: _place(row.key_result.objective.roadmap),
        lambda row: row.key_result,
    ),
    "initiative": Kind(
        _initiatives,
        "title",
        (),
        "",
        ("-key_result__objective__roadmap__cycle__starts_on", "pk"),
        lambda row: _place(row.key_result.objective.roadmap),
        lambda row: row.key_result,
    ),
    "mitigation": Kind(
        _mitigations,
        "text",
        (),
        "",
        ("-risk__objective__roadmap__cycle__starts_on", "pk"),
        lambda row: _place(row.risk.objective.roadmap),
        lambda row: row.risk,
    ),
    "comment": Kind(
        _comments,
        "text",
        (),
        "",
        ("-created_at", "-pk"),
        lambda row: _place(_roadmap_of(_commented_on(row))),
        _commented_on,
    ),
}


def rows_of(kind: str, user: Any, text: str) -> QuerySet[Any]:
    """What somebody sees of a kind and finds by these words, the most relevant first."""
    how = KINDS[kind]
    rows = having_words(how.rows(user), text, title=how.title, others=how.others, code=how.code)
    return rows.order_by("-relevance", *how.then)


def hit(kind: str, row: Any, text: str) -> Hit:
    how, words = KINDS[kind], words_in(text)
    subject = how.subject(row)
    texts = [getattr(row, name) for name in how.others]
    if subject is not row:
        texts.insert(0, getattr(row, how.title))
    # What has a word of it, else what there is: a stem need not stand there as it was typed.
    telling = [value for value in texts if any(word.lower() in value.lower() for word in words)]
    return Hit(
        row=row,
        # A comment has a place of its own on the page of what it is about.
        url=row.get_absolute_url() if isinstance(row, Comment) else subject.get_absolute_url(),
        code=getattr(subject, how.code or "code"),
        title=excerpt(subject.name if isinstance(subject, Area) else subject.title, words),
        text=excerpt(next(iter(telling or filter(None, texts)), ""), words),
        place=how.place(row),
        is_dropped=bool(getattr(subject, "dropped_at", None)),
    )


def search(user: Any, text: str, *, limit: int) -> list[Found]:
    """The first rows of every kind that has any. One query per kind."""
    found = []
    for kind in KINDS:
        rows = list(rows_of(kind, user, text)[: limit + 1])
        if rows:
            found.append(Found(kind, [hit(kind, row, text) for row in rows[:limit]], len(rows) > limit))
    return found


def named(user: Any, code: str) -> Any | None:
    """What has exactly this code, or had it before it moved, in any case of letters, where they see it."""
    if not CODE.fullmatch(code):
        return None
    if "-" not in code:  # the key of an area; all others begin with one
        return _areas(user).filter(key=code.upper()).first()
    for kind, how in KINDS.items():
        is_asked = how.code and kind != "area"
        if is_asked and (row := how.rows(user).filter(**{how.code: code.upper()}).first()):
            return row
    moved = MovedCode.objects.visible_to(user).with_thing().filter(code=code.upper()).first()
    return moved and moved.thing
