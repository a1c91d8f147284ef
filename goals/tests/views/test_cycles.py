"""The pages of cycles: made, changed, moved on, compared; by managers, read by all."""

import datetime as dt
from decimal import Decimal

import pytest

from areas.tests.factories import AreaFactory
from goals.actions.cycles import begin_closing, close_cycle
from goals.models import Cycle, KeyResult, Roadmap
from goals.tests.factories import (
    NOW,
    CycleFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    check_in,
)
from goals.tests.views.entries import text_of

HOME = "/cycles/24H2/"
NEW = {
    "key": "25H1",
    "name": "2025 H1",
    "starts_on": "2025-01-01",
    "ends_on": "2025-06-30",
    "check_in_every_days": "14",
    "check_in_weekday": "0",
    "on_track_gap": "0.05",
    "on_track_ratio": "0.9",
    "at_risk_gap": "0.15",
    "at_risk_ratio": "0.7",
}
AS_IT_IS = {"name": "2024 H2", "starts_on": "2024-07-01", "ends_on": "2024-12-31", "version": "1"}
STEPS = ("activate", "begin-closing", "close", "reopen")


@pytest.fixture
def earlier(db):
    return CycleFactory(
        key="24H1",
        name="2024 H1",
        state="closed",
        starts_on=dt.date(2024, 1, 1),
        ends_on=dt.date(2024, 6, 30),
    )


@pytest.fixture
def post(client, manager):
    """Sends a form as the manager, or as somebody else."""

    def post(address, user=None, **fields):
        client.force_login(user or manager)
        return client.post(address, fields)

    return post


def state(key="24H2"):
    return Cycle.objects.get(key=key).state


def test_everybody_reads_where_a_cycle_stands(page, viewer, reported, manager):
    text = page(HOME, user=viewer)
    assert 'aria-current="step"' in text
    assert "at most 5 points behind, or 90\u202f% of the expected" in text
    assert "/cycles/24H2/begin-closing/" not in text
    assert "/cycles/24H2/edit/" not in text
    assert 'href="/cycles/24H2/"' in page("/cycles/", user=viewer)
    text = page(HOME, user=manager)
    assert "/cycles/24H2/begin-closing/" in text
    assert "/cycles/24H2/edit/" in text


@pytest.mark.parametrize(
    ("role", "may"), [("administrator", True), ("manager", True), ("lead", False), ("viewer", False)]
)
def test_the_list_offers_a_new_cycle_to_whoever_makes_one(page, request, cycle, role, may):
    assert ('href="/cycles/add/"' in page("/cycles/", user=request.getfixturevalue(role))) == may


@pytest.mark.parametrize(("role", "count"), [("viewer", 2), ("outsider", 1), ("manager", 2)])
def test_the_list_counts_the_roadmaps_that_one_sees(client, request, roadmap, role, count):
    RoadmapFactory(cycle=roadmap.cycle)
    Roadmap.objects.filter(pk=roadmap.pk).update(visibility="restricted")
    client.force_login(request.getfixturevalue(role))
    assert client.get("/cycles/").context["rows"] == [(roadmap.cycle, count)]


def test_the_navigation_leads_managers_to_cycles(page, manager, lead, cycle):
    assert 'href="/cycles/" aria-current="page"' in page("/cycles/", user=manager)
    assert 'href="/cycles/"' not in page("/", user=lead)


@pytest.mark.parametrize(
    "path", ["/cycles/add/", HOME + "edit/", *(f"{HOME}{step}/" for step in STEPS), HOME + "roll-over/"]
)
@pytest.mark.parametrize("role", ["lead", "contributor", "viewer", "outsider"])
def test_only_managers_run_cycles(client, cycle, request, role, path):
    client.force_login(request.getfixturevalue(role))
    before = Cycle.objects.values().get()
    assert client.get(path).status_code == 403
    assert client.post(path, NEW | {"version": "1", "reason": "because"}).status_code == 403
    assert Cycle.objects.values().get() == before


def test_an_administrator_runs_them_too(post, administrator):
    assert post("/cycles/add/", user=administrator, **NEW)["Location"] == "/cycles/25H1/"


def test_a_cycle_is_made_and_is_being_planned(post, manager):
    answer = post("/cycles/add/", **NEW)
    assert answer["Location"] == "/cycles/25H1/"
    made = Cycle.objects.get(key="25H1")
    assert (made.state, made.ends_on, made.at_risk_ratio) == (
        "planning",
        dt.date(2025, 6, 30),
        Decimal("0.7"),
    )
    assert made.history.get().history_user == manager


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("key", "25h1", "A key has 2 to 12 capital letters and digits: 24H2."),
        ("key", "24H2", "Cycle with this Key already exists."),
        ("key", "25\0H1", "Null characters are not allowed."),
        ("name", "", "This field is required."),
        ("name", "x" * 81, "at most 80 characters"),
        ("name", "a\x07b", "cannot be stored"),
        ("ends_on", "2025-01-01", "A cycle ends after it starts."),
        ("ends_on", "２０２５-06-30", "Write the day as year-month-day"),
        ("starts_on", "0000-01-01", "Write the day as year-month-day"),
        ("check_in_every_days", "0", "greater than or equal to 1"),
        ("check_in_every_days", "1e2", "Check-ins are 1 to 366 days apart."),
        ("check_in_every_days", "999", "less than or equal to 366"),
        ("check_in_weekday", "9", "not one of the available choices"),
        ("on_track_gap", "NaN", "plain digits"),
        ("on_track_gap", "1e400", "plain digits"),
        ("on_track_gap", "0.5", "must not reach further"),
        ("on_track_gap", "2", "less than or equal to 1"),
        ("at_risk_ratio", "0.1234", "no more than 3 decimal places"),
        ("at_risk_ratio", "", "This field is required."),
    ],
)
def test_what_does_not_fit_is_told_and_kept(post, cycle, field, value, sentence):
    answer = post("/cycles/add/", **NEW | {field: value})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Cycle.objects.exclude(pk=cycle.pk).exists()


def test_a_running_cycle_changes_its_dates_with_a_reason(post, cycle):
    changed = NEW | AS_IT_IS | {"ends_on": "2025-01-10"}
    answer = post(HOME + "edit/", **changed)
    assert answer.status_code == 422
    assert "Say why the dates or thresholds of 2024 H2 change" in text_of(answer)
    assert post(HOME + "edit/", **changed | {"reason": "A week of holidays."}).status_code == 302
    cycle.refresh_from_db()
    assert (cycle.ends_on, cycle.key) == (dt.date(2025, 1, 10), "24H2")
    assert cycle.history.latest("history_id").history_change_reason == "A week of holidays."


def test_a_stale_form_shows_both_and_keeps_what_was_typed(post, cycle):
    post(HOME + "edit/", **NEW | AS_IT_IS | {"name": "Theirs"})
    answer = post(HOME + "edit/", **NEW | AS_IT_IS | {"name": "Mine"})
    assert answer.status_code == 409
    text = text_of(answer)
    assert "changed by somebody else" in text
    assert "Name: Theirs · yours: Mine" in text
    assert 'name="version" value="2"' in answer.content.decode()
    assert Cycle.objects.get().name == "Theirs"
    assert post(HOME + "edit/", **NEW | AS_IT_IS | {"name": "Mine", "version": "2"}).status_code == 302
    assert Cycle.objects.get().name == "Mine"


def test_a_closed_cycle_is_not_edited(post, cycle):
    Cycle.objects.update(state="closed")
    answer = post(HOME + "edit/", **NEW | AS_IT_IS | {"name": "Mine"})
    assert (answer.status_code, Cycle.objects.get().name) == (409, "2024 H2")
    assert "2024 H2 is closed; its numbers are frozen." in text_of(answer)


def test_activating_says_first_what_is_missing(page, client, manager, roadmap, key_result, core):
    Cycle.objects.update(state="planning")
    KeyResult.objects.update(owner=None)
    text = page(HOME + "activate/", user=manager)
    assert "O1-KR1 has no owner." in text
    assert "EDGE-24H2" in text
    assert "Draft" in text
    assert "No roadmap" in text  # of CORE
    assert ">2 to mend · 1 hint<" in text
    assert state() == "planning"


def test_the_life_of_a_cycle_by_its_pages(post, page, manager, cycle):
    Cycle.objects.update(state="planning")
    for step, reached in (("activate", "active"), ("begin-closing", "closing"), ("close", "closed")):
        version = Cycle.objects.get().version
        assert post(f"{HOME}{step}/", version=version)["Location"] == HOME
        assert state() == reached
    answer = post(HOME + "reopen/", version=4, reason=" ")
    assert answer.status_code == 422
    assert "Say why 2024 H2 is opened again." in text_of(answer)
    assert post(HOME + "reopen/", version=4, reason="A value was wrong.")["Location"] == HOME
    assert state() == "closing"
    assert "“A value was wrong.”" in page(HOME, user=manager)


def test_a_second_press_does_nothing_and_says_so(post, client, cycle):
    Cycle.objects.update(state="planning")
    for _press in range(2):
        assert post(HOME + "activate/", version=1)["Location"] == HOME
    assert "2024 H2 is active already; nothing was done twice." in text_of(client.get(HOME))
    assert Cycle.history.filter(state="active").count() == 2  # of the factory, and one more


def test_a_page_from_before_a_change_is_asked_again(post, cycle):
    Cycle.objects.update(state="closing", version=7)
    answer = post(HOME + "close/", version=3)
    assert (answer.status_code, state()) == (409, "closing")
    assert "changed by somebody else" in text_of(answer)
    assert 'name="version" value="7"' in answer.content.decode()
    assert post(HOME + "close/", version=7).status_code == 302


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("at", ["planning", "active", "closing", "closed"])
def test_a_step_that_does_not_begin_here_says_where_it_does(page, post, manager, cycle, step, at):
    begins = dict(zip(STEPS, ("planning", "active", "closing", "closed"), strict=True))[step]
    if at == begins:
        return
    Cycle.objects.update(state=at)
    assert f"This step begins from {begins}." in page(f"{HOME}{step}/", user=manager)
    assert post(f"{HOME}{step}/", version=1, reason="because").status_code in {302, 409}
    assert state() == at


@pytest.mark.parametrize("version", ["x", "-1", "9" * 40, "１"])
def test_a_version_that_is_none_is_refused(post, cycle, version):
    Cycle.objects.update(state="planning")
    assert post(HOME + "activate/", version=version).status_code == 422
    assert state() == "planning"


def test_closing_lists_what_is_missing(page, manager, key_result, objective):
    check_in(key_result, 5)
    type(objective).objects.update(commitment="committed")
    Cycle.objects.update(state="closing")
    KeyResult.objects.update(final_score=Decimal("0.5"))
    KeyResultFactory(objective=objective)
    text = page(HOME + "close/", user=manager)
    assert "1 key result is not scored · 2 closing notes are missing · 1 post-mortem is missing" in text


def test_two_cycles_side_by_side(page, client, outsider, lead, manager, key_result, edge, earlier):
    check_in(key_result, 5)
    begin_closing(key_result.cycle, by=manager, now=NOW)
    close_cycle(key_result.cycle, by=manager, now=NOW)
    Cycle.objects.filter(pk=earlier.pk).update(state="active")
    old = ObjectiveFactory(roadmap=RoadmapFactory(area=edge, cycle=earlier))
    check_in(KeyResultFactory(objective=old, owner=lead), 3, on=dt.date(2024, 6, 1))
    text = page(HOME + "compare/?with=24H1", user=outsider)
    assert "2024 H2 and 2024 H1" in text
    assert "0.50 amber" in text
    assert "+20" in text
    lines = client.get(HOME + "compare.csv?with=24H1").content.decode().splitlines()
    assert lines[0].startswith(
        "area,name,24H2_completion,24H2_score,24H2_objectives,24H2_key_results,24H2_done"
    )
    assert [line for line in lines if line.startswith("EDGE")] == [
        "EDGE,Edge,0.5,0.5,1,1,0,0,1,0,0,0.3,,1,1,0,0,0,1,0"
    ]


def test_comparing_hides_what_is_restricted(page, outsider, lead, key_result, earlier):
    check_in(key_result, 10)
    Roadmap.objects.update(visibility="restricted")
    assert "100\u202f%" in page(HOME + "compare/?with=24H1", user=lead)
    assert "100\u202f%" not in page(HOME + "compare/?with=24H1", user=outsider)


@pytest.mark.parametrize("other", ["24H2", "99H9", "%00", "", "x" * 300])
def test_a_cycle_that_cannot_be_compared_with(client, manager, cycle, earlier, other):
    client.force_login(manager)
    answer = client.get(f"{HOME}compare/?with={other}")
    assert answer.status_code == 200
    assert "No other cycle is chosen" in answer.content.decode()
    assert client.get(f"{HOME}compare.csv?with={other}")["Location"] == f"{HOME}compare/"


def test_a_name_that_a_spreadsheet_takes_for_a_formula(client, manager, cycle, earlier):
    area = AreaFactory(key="EVIL", name="=1+1")
    RoadmapFactory(area=area, cycle=cycle)
    client.force_login(manager)
    assert ",'=1+1," in client.get(HOME + "compare.csv?with=24H1").content.decode()


@pytest.mark.parametrize("count", [1, 12])
def test_queries_do_not_grow_with_the_plan(
    client, manager, objective, cycle, earlier, count, django_assert_max_num_queries
):
    for number in range(count):
        other = RoadmapFactory(area=AreaFactory(key=f"T{number}"), cycle=cycle)
        check_in(KeyResultFactory(objective=ObjectiveFactory(roadmap=other)), 3)
    client.force_login(manager)
    limits = {"": 17, "compare/?with=24H1": 19, "scores/": 11}
    for path, most in limits.items():
        with django_assert_max_num_queries(most):
            client.get(HOME + path)
    for step, at, most in (("activate", "planning", 26), ("close", "closing", 11)):
        Cycle.objects.filter(pk=cycle.pk).update(state=at)
        with django_assert_max_num_queries(most):
            client.get(f"{HOME}{step}/")
