"""What the frame of every page shows: the cycles to choose from, and how many check-ins the reader owes."""

from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, IntegerField, OuterRef, Subquery
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import User
from areas.models import Area
from areas.permissions import can_contribute, can_edit_plan
from goals.demo import people
from goals.figures.reviews import waiting_for
from goals.figures.unread import unread_count
from goals.models import Absence, Cycle, KeyResult, Kpi
from goals.models.cycle import current_of

Reader = User | AnonymousUser

# The way up from an area, for `select_related`: few organisations have more levels.
ABOVE = "parent__parent__parent"
PARENT = Area._meta.get_field("parent")


def navigation(request: HttpRequest) -> dict[str, Any]:
    """A context processor. Nothing is asked of the database before a template asks for it."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"demo_sign_ins": SimpleLazyObject(people.examples)}
    user = request.user
    waits = SimpleLazyObject(lambda: waits_for(user))
    return {
        "cycles": SimpleLazyObject(lambda: cycles_of(request)),
        "due_count": SimpleLazyObject(lambda: due_count(user, owns_kpis=waits["kpis"] > 0)),
        "review_count": SimpleLazyObject(lambda: waits["reviews"]),
        # One query more, for who follows something or was told of something.
        "unread_count": SimpleLazyObject(lambda: unread_count(user, waits["seen_until"], with_inbox=True)),
        "absences": SimpleLazyObject(absences_today),
        # A demo holds nobody else: of others it need not be asked.
        "is_demo": SimpleLazyObject(lambda: user.email.endswith(f"@{people.DOMAIN}") and people.is_demo()),
    }


def cycles_of(request: HttpRequest) -> list[Cycle]:
    """All cycles, for the frame and for pages that their address names one. One query a request."""
    if not hasattr(request, "known_cycles"):
        request.known_cycles = list(Cycle.objects.all())  # type: ignore[attr-defined]
    found: list[Cycle] = request.known_cycles  # type: ignore[attr-defined]
    return found


def cycle_named(request: HttpRequest, key: str) -> Cycle:
    """Raises Http404."""
    found = next((cycle for cycle in cycles_of(request) if cycle.key == key), None)
    if found is None:
        raise Http404(_("There is no such cycle."))
    return found


def absences_today() -> dict[int, Absence]:
    """Who is away today, by person. One query, on pages that name owners."""
    rows = Absence.objects.covering(timezone.localdate()).select_related("stand_in")
    return {row.person_id: row for row in rows}


class CountOf(Subquery):
    """How many rows a question has, as a column of another."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def waits_for(user: User) -> dict[str, Any]:
    """What waits for a person's review, how many KPIs are theirs or of whom they stand in for, and until when
    they have seen what they follow.

    One query, on every page.
    """
    reviews = waiting_for(user).order_by().values("pk")
    kpis = Kpi.objects.answered_for_by(user, timezone.localdate()).order_by().values("pk")
    columns = (CountOf(reviews), CountOf(kpis), "activity_mark__seen_until")
    found = User.objects.filter(pk=user.pk).values_list(*columns)
    return dict(zip(("reviews", "kpis", "seen_until"), found.get(), strict=True))


def due_count(user: User, *, owns_kpis: bool = True) -> int:
    """How many key results and KPIs of a person await a value today, in the person's time zone."""
    today = timezone.localdate()
    owned = KeyResult.objects.owned_in_active_cycles().answered_for_by(user, today)
    key_results = owned.select_related(
        "objective__roadmap__cycle", "objective__roadmap__area", "last_check_in"
    )
    kpis = Kpi.objects.answered_for_by(user, today).select_related("area", "last_entry") if owns_kpis else ()
    return sum(row.owes_check_in(today) for row in key_results) + sum(row.owes_entry(today) for row in kpis)


def chosen_cycle(request: HttpRequest) -> Cycle | None:
    """The cycle that the address names, else the current one; None before there is any. Raises Http404."""
    key = request.GET.get("cycle")
    if key is None:
        return current_of(cycles_of(request), timezone.localdate())
    return cycle_named(request, key)


def area_crumbs(area: Area, *, last: bool = True, query: str = "") -> list[tuple[str, str]]:
    """The way from the list of areas down to this one; the last crumb is the page itself.

    `query` keeps the cycle and the day on the way up.
    """

    def page(found: Area) -> str:
        return reverse("areas:area_detail", args=[found.key]) + query

    above = [(found.name, page(found)) for found in above_of(area)]
    return [(_("Areas"), reverse("areas:area_list") + query), *above, (area.name, "" if last else page(area))]


def above_of(area: Area) -> list[Area]:
    """What an area is part of, from the top down. No query where those were loaded with it (ABOVE)."""
    found: list[Area] = []
    below = area
    while below.parent_id is not None:
        if not PARENT.is_cached(below):
            return [*below.ancestors(), *found]
        below = below.parent
        found.insert(0, below)
    return found


def saying_area(area: Area) -> Area | None:
    """Whose rhythm holds in an area: its own, or that of the nearest above; None where the cycle's does."""
    if area.check_in_every_days or not area.rhythm_days:
        return area if area.check_in_every_days else None
    return next((found for found in reversed(above_of(area)) if found.check_in_every_days), None)


def with_rights(rows: Any, user: Reader, area: str = "pk") -> Any:
    """Areas, or rows that lead to one by `area`, each with what `may_edit` asks. No query of its own."""
    one = OuterRef(area)
    return rows.annotate(
        is_planned_by_reader=Exists(Area.objects.editable_by(user).filter(pk=one).order_by()),
        is_worked_in_by_reader=Exists(Area.objects.contributable_by(user).filter(pk=one).order_by()),
    )


def may_edit(
    user: Reader, area: Area, cycle: Cycle, *, as_of: date | None = None, asked: Any = None
) -> dict[str, bool]:
    """For templates: whether to show ways to change the plan, and its risks.

    None in a closed cycle, and none where a page looks back to a day. Two queries; none where `asked`, the
    area or a row of it, was loaded `with_rights` of this person.
    """
    is_open = not cycle.is_closed and as_of is None
    plans = as_of is None and _plans(user, area, asked)
    can_edit = is_open and plans
    return {
        "can_edit": can_edit,
        # What is over may be copied too.
        "can_copy": plans,
        "can_edit_risks": can_edit or (is_open and _works_in(user, area, asked)),
    }


def _plans(user: Reader, area: Area, asked: Any) -> bool:
    known: bool | None = getattr(asked, "is_planned_by_reader", None)
    return can_edit_plan(user, area) if known is None else known


def _works_in(user: Reader, area: Area, asked: Any) -> bool:
    known: bool | None = getattr(asked, "is_worked_in_by_reader", None)
    return can_contribute(user, area) if known is None else known


def cycle_context(request: HttpRequest, cycle: Cycle | None) -> dict[str, Any]:
    """For pages that `?cycle=` switches: links to pages alike keep the cycle that was chosen."""
    is_chosen = cycle is not None and "cycle" in request.GET
    return {
        "cycle": cycle,
        "cycle_page": request.path,
        "cycle_query": f"?cycle={cycle.key}" if cycle is not None and is_chosen else "",
    }
