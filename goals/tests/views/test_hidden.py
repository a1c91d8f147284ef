"""Nothing of what is hidden from a reader is in any number, and the numbers say that something is."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from accounts.tests.factories import UserFactory
from goals.actions.key_results import change_key_result, drop_key_result
from goals.actions.snapshots import take_snapshots
from goals.models import KeyResult, Objective, Roadmap
from goals.tests.factories import (
    NOW,
    TODAY,
    CycleFactory,
    DependencyFactory,
    KeyResultFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    check_in,
)
from goals.tests.past import JULY, SEPTEMBER, on

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")

NOTE = "some parts are hidden from you"
PAGES = (
    "/",
    "/?as_of=2024-10-01",
    "/areas/",
    "/areas/?as_of=2024-10-01",
    "/areas/CORE/",
    "/areas/LIB/24H2/",
    "/areas/LIB/24H2/?as_of=2024-10-01",
    "/areas/EDGE/24H2/",
    "/areas/EDGE/24H2/?as_of=2024-10-01",
    "/areas/EDGE/24H2/roadmap.md",
    "/objectives/EDGE-24H2-O1/",
    "/objectives/EDGE-24H2-O1/?as_of=2024-10-01",
    "/key-results/EDGE-24H2-O1-KR1/",
    "/risks/",
    "/check-ins/",
    "/api/v1/progress/?cycle=24H2",
    "/api/v1/progress/?cycle=24H2&as_of=2024-10-01",
    "/api/v1/progress/explain/?cycle=24H2",
    "/api/v1/areas/LIB/explain/?cycle=24H2",
    "/api/v1/areas/LIB/series/?cycle=24H2",
    "/api/v1/roadmaps/",
    "/api/v1/roadmaps/EDGE-24H2/explain/",
    "/api/v1/objectives/",
    "/api/v1/objectives/EDGE-24H2-O1/explain/",
    "/api/v1/objectives/EDGE-24H2-O1/series/",
    "/api/v1/key-results/",
    "/api/v1/check-ins/",
)
OUTSIDE = (
    "/areas/CORE/24H2/",
    "/areas/CORE/24H2/roadmap.md",
    "/objectives/EDGE-24H2-O2/",
    "/objectives/EDGE-24H2-O2/?as_of=2024-10-01",
    "/key-results/EDGE-24H2-O1-KR2/",
    "/key-results/EDGE-24H2-O1-KR2/?as_of=2024-10-01",
    "/api/v1/key-results/EDGE-24H2-O1-KR2/series/",
    "/api/v1/objectives/EDGE-24H2-O2/series/",
    "/api/v1/objectives/EDGE-24H2-O2/explain/",
    "/api/v1/roadmaps/CORE-24H2/explain/",
)


@pytest.fixture
def stranger(db):
    """Signs in, and is nowhere at home."""
    return UserFactory(name="Stran Ger")


@pytest.fixture
def plan(lib, edge, core, lead):
    """EDGE: KR1 is for everybody, KR2 beside it restricted, and so is O2; CORE's roadmap is restricted."""
    with on(JULY):
        cycle = CycleFactory()
        roadmap = RoadmapFactory(area=edge, cycle=cycle)
        objective = ObjectiveFactory(roadmap=roadmap, owner=lead)
        seen = KeyResultFactory(objective=objective, title="For everybody")
        secret = ObjectiveFactory(roadmap=roadmap, title="Secret objective", visibility="restricted")
        closed = RoadmapFactory(area=core, cycle=cycle, visibility="restricted")
        hidden = [
            KeyResultFactory(objective=objective, title="Secret part", visibility="restricted"),
            KeyResultFactory(objective=secret, title="Secret result"),
            KeyResultFactory(objective=ObjectiveFactory(roadmap=closed), title="Secret of CORE"),
        ]
    with on(SEPTEMBER):
        check_in(seen, 1, on=SEPTEMBER)
        for row in hidden:
            check_in(row, 9, on=SEPTEMBER)
        take_snapshots(cycle, today=SEPTEMBER)
    check_in(seen, 3)
    return {"seen": seen, "hidden": hidden, "secret": secret, "objective": objective, "cycle": cycle}


def read(client, address) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    # Tokens and the numbers of one-time forms are anew on each page.
    return re.sub(
        r"[A-Za-z0-9]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "token", response.content.decode()
    )


def test_whatever_happens_to_what_is_hidden_no_page_changes(client, stranger, plan, lead):
    client.force_login(stranger)
    before = {address: read(client, address) for address in PAGES}
    for row in plan["hidden"]:
        check_in(row, 4, on=dt.date(2024, 10, 1), note="A secret note")
        check_in(row, 2, blocker="A secret blocker")
        change_key_result(
            row, by=lead, now=NOW, reason="A secret reason", weight=Decimal(7), target_value=Decimal(90)
        )
        RiskFactory(objective=row.objective, key_result=row, title="A secret risk")
        KeyResultFactory(objective=row.objective, title="A secret more", visibility="restricted")
    DependencyFactory(objective=plan["objective"], partner="", on_objective=plan["secret"])
    DependencyFactory(objective=plan["secret"], partner="", on_objective=plan["objective"])
    risk = RiskFactory(objective=plan["objective"], title="A secret worry", visibility="restricted")
    MitigationFactory(risk=risk, due_on=SEPTEMBER)
    drop_key_result(plan["hidden"][1], by=lead, now=NOW, reason="A secret end")
    for day in (dt.date(2024, 10, 2), TODAY):
        take_snapshots(plan["cycle"], today=day)
    for address, text in before.items():
        assert read(client, address) == text, address
        assert "ecret" not in text, address


def test_what_is_hidden_has_no_page(client, stranger, manager, plan):
    client.force_login(stranger)
    assert {address: client.get(address).status_code for address in OUTSIDE} == dict.fromkeys(OUTSIDE, 404)
    client.force_login(manager)
    assert {address: client.get(address).status_code for address in OUTSIDE} == dict.fromkeys(OUTSIDE, 200)


@pytest.mark.parametrize(
    "address", ["/", "/areas/", "/areas/LIB/24H2/", "/areas/EDGE/24H2/", "/objectives/EDGE-24H2-O1/"]
)
@pytest.mark.parametrize("query", ["", "?as_of=2024-10-01"])
def test_a_mean_says_that_parts_are_hidden_to_whom_they_are(
    page, stranger, manager, administrator, plan, address, query
):
    assert NOTE in page(address + query, user=stranger)
    for person in (manager, administrator):
        assert "hidden from you" not in page(address + query, user=person)


def test_members_are_told_of_what_is_hidden_elsewhere_alone(page, lead, plan):
    assert "hidden from you" not in page("/areas/EDGE/24H2/", user=lead)
    assert "hidden from you" not in page("/objectives/EDGE-24H2-O1/", user=lead)
    assert NOTE in page("/", user=lead)  # CORE


@pytest.mark.parametrize("end", ["archived_at", "dropped_at"])
def test_nothing_is_said_of_what_counts_no_more(page, stranger, plan, end):
    KeyResult.objects.filter(pk__in=[row.pk for row in plan["hidden"]]).update(**{end: NOW})
    assert "hidden from you" not in page("/", user=stranger)
    assert "hidden from you" not in page("/objectives/EDGE-24H2-O1/", user=stranger)


def test_an_owner_is_told_nothing_of_their_own(page, stranger, plan):
    KeyResult.objects.filter(pk=plan["hidden"][0].pk).update(owner=stranger)
    assert "hidden from you" not in page("/objectives/EDGE-24H2-O1/", user=stranger)
    assert NOTE in page("/areas/EDGE/24H2/", user=stranger)  # O2


@pytest.mark.parametrize("query", ["", "?as_of=2024-10-01"])
@pytest.mark.parametrize("owned", ["result of a restricted objective", "objective of a restricted roadmap"])
def test_means_leave_out_what_one_owns_inside_of_what_is_hidden_and_say_so(
    client, stranger, plan, owned, query
):
    """It has no place in the figures of an area or objective that its owner may not see."""
    _beside, inside, of_core = plan["hidden"]
    row = inside if owned.startswith("result") else of_core.objective
    KeyResult.objects.exclude(pk__in=[plan["seen"].pk, inside.pk, of_core.pk]).update(archived_at=NOW)
    KeyResult.objects.filter(pk=(of_core if row == inside else inside).pk).update(archived_at=NOW)
    client.force_login(stranger)

    def figures():
        context = client.get(f"/{query}").context
        return [
            (row.figures.area.key, row.figures.mean.completion, row.figures.roadmap is None)
            for row in context["rows"]
        ]

    before = figures()
    type(row).objects.filter(pk=row.pk).update(owner=stranger)
    assert type(row).objects.visible_to(stranger).filter(pk=row.pk).exists()
    assert figures() == before
    assert NOTE in read(client, f"/{query}")


def test_area_with_a_restricted_roadmap_looks_like_one_without(client, stranger, plan):
    earlier = CycleFactory(key="24H1", starts_on=dt.date(2024, 1, 1), ends_on=dt.date(2024, 6, 30))
    client.force_login(stranger)
    hidden = read(client, "/areas/CORE/?cycle=24H2")
    assert "No roadmap to show in this cycle" in hidden
    Roadmap.objects.filter(area__key="CORE").update(cycle=earlier)
    assert read(client, "/areas/CORE/?cycle=24H2") == hidden


@pytest.mark.parametrize("address", ["/", "/areas/LIB/24H2/"])
def test_the_line_and_the_change_are_of_what_the_reader_sees(client, stranger, manager, plan, address):
    client.force_login(stranger)
    rows = client.get(address).context["chart"].rows
    by_day = {point.day: point.completion for point in rows}
    assert (by_day[SEPTEMBER], by_day[TODAY]) == (Decimal("0.1"), Decimal("0.3"))
    assert by_day[dt.date(2024, 9, 29)] == 0
    client.force_login(manager)
    seen_by_all = {point.day: point.completion for point in client.get(address).context["chart"].rows}
    assert seen_by_all[SEPTEMBER] > Decimal("0.5")
    assert set(seen_by_all) == {SEPTEMBER, TODAY}  # snapshots


def test_the_change_of_14_days_is_of_what_the_reader_sees(client, stranger, manager, plan):
    client.force_login(stranger)
    context = client.get("/").context
    assert context["change"] == Decimal("0.2")
    assert [row.change for row in context["rows"] if row.figures.area.key == "LIB"] == [Decimal("0.2")]
    client.force_login(manager)
    assert client.get("/").context["change"] != Decimal("0.2")


def test_what_was_hidden_once_and_counts_no_more_stays_out_of_the_line(client, stranger, plan):
    """Nothing is hidden today, but the snapshots still hold it."""
    KeyResult.objects.filter(pk__in=[row.pk for row in plan["hidden"]]).update(archived_at=NOW)
    Objective.objects.filter(pk=plan["secret"].pk).update(archived_at=NOW)
    client.force_login(stranger)
    for address in ("/", "/areas/LIB/24H2/", "/objectives/EDGE-24H2-O1/"):
        by_day = {point.day: point.completion for point in client.get(address).context["chart"].rows}
        assert by_day[SEPTEMBER] == Decimal("0.1"), address


def test_the_line_of_an_objective_is_of_what_the_reader_sees(client, stranger, lead, plan):
    client.force_login(stranger)
    rows = client.get("/objectives/EDGE-24H2-O1/").context["chart"].rows
    assert {point.day: point.completion for point in rows}[SEPTEMBER] == Decimal("0.1")
    client.force_login(lead)
    rows = client.get("/objectives/EDGE-24H2-O1/").context["chart"].rows
    assert [(point.day, point.completion) for point in rows] == [
        (TODAY, Decimal("0.6")),
        (SEPTEMBER, Decimal("0.5")),
    ]


@pytest.mark.parametrize(
    "address", ["/", "/areas/LIB/24H2/", "/areas/EDGE/24H2/", "/objectives/EDGE-24H2-O1/"]
)
@pytest.mark.parametrize("query", ["", "?as_of=2024-10-01"])
def test_queries_do_not_grow_with_what_is_hidden(
    client, stranger, plan, django_assert_max_num_queries, address, query
):
    client.force_login(stranger)
    client.get(address)

    def cost() -> int:
        with django_assert_max_num_queries(41) as queries:
            client.get(address + query)
        return len(queries.captured_queries)

    before = cost()
    for _ in range(3):
        objective = ObjectiveFactory(roadmap=plan["objective"].roadmap)
        for visibility in ("inherit", "restricted"):
            check_in(KeyResultFactory(objective=objective, visibility=visibility), 4)
    assert cost() == before
