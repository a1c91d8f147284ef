"""Initiatives: made, changed, put in order; they move no figure."""

import datetime as dt

import pytest

from accounts.models import AuditEntry
from goals.actions.initiatives import (
    change_initiative,
    create_initiative,
    move_initiative,
    order_initiatives,
    shift_initiative,
)
from goals.actions.key_results import archive_key_result, drop_key_result
from goals.actions.refusals import Archived, CycleClosed, Invalid, StaleVersion
from goals.actions.roadmaps import drop_objective
from goals.models import Initiative, KeyResult, Objective
from goals.tests.factories import NOW, TODAY, InitiativeFactory, KeyResultFactory, check_in

LINK = "https://example.org/pull/7"


@pytest.fixture
def who(contributor):
    return {"by": contributor, "now": NOW}


@pytest.fixture
def three(key_result):
    return [InitiativeFactory(key_result=key_result, title=title) for title in ("One", "Two", "Three")]


def titles(key_result):
    return list(key_result.initiatives.values_list("title", flat=True))


def positions(key_result):
    return list(key_result.initiatives.values_list("position", flat=True))


def test_an_initiative_is_the_last_of_its_key_result(key_result, contributor, who):
    first = create_initiative(key_result, title="Order a device lab", link=LINK, owner=contributor, **who)
    second = create_initiative(key_result, title="Profile the kernel", due_on=TODAY, state="doing", **who)
    assert titles(key_result) == ["Order a device lab", "Profile the kernel"]
    assert (first.position, first.state, first.link, second.position) == (1, "planned", LINK, 2)
    assert first.history.get().history_user == contributor


def test_it_is_overdue_while_it_is_unfinished(key_result):
    yesterday = TODAY - dt.timedelta(days=1)
    late = [
        InitiativeFactory(key_result=key_result, due_on=yesterday, state=state).is_overdue(TODAY)
        for state in ("planned", "doing", "done", "dropped")
    ]
    assert late == [True, True, False, False]
    assert not InitiativeFactory(key_result=key_result, due_on=TODAY).is_overdue(TODAY)
    assert set(Initiative.objects.overdue(TODAY).values_list("state", flat=True)) == {"planned", "doing"}


def test_done_initiatives_move_no_figure(key_result, objective, lead, who):
    """Progress of initiatives is shown beside the key result, never mixed into it."""
    check_in(key_result, 4, author=lead)
    before = KeyResult.objects.values().get(), Objective.objects.values().get()
    for number in range(3):
        made = create_initiative(key_result, title=f"Step {number}", **who)
        change_initiative(made, state="done", **who)
    assert (KeyResult.objects.values().get(), Objective.objects.values().get()) == before


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/a", "//example.org", "a word"]
)
def test_a_link_leads_to_the_web_only(key_result, who, link):
    with pytest.raises(Invalid) as refusal:
        create_initiative(key_result, title="Do it", link=link, **who)
    assert "A link begins with http:// or https://." in refusal.value.errors["link"]
    assert not Initiative.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"title": "NUL \0"}, "title"),
        ({"title": "Do it", "link": f"https://example.org/{'x' * 500}"}, "link"),
        ({"title": "Do it", "state": "late"}, "state"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(key_result, who, fields, field):
    with pytest.raises(Invalid) as refusal:
        create_initiative(key_result, **fields, **who)
    assert refusal.value.errors[field]
    assert not Initiative.objects.exists()


def test_who_saw_an_older_version_overwrites_nothing(key_result, who):
    row = InitiativeFactory(key_result=key_result)
    assert change_initiative(row, version=1, title="First", **who)
    with pytest.raises(StaleVersion):
        change_initiative(row, version=1, title="Second", **who)
    row.refresh_from_db()
    assert (row.title, row.version) == ("First", 2)
    assert not change_initiative(row, version=2, title="First", **who)


def every_write(row, who):
    yield lambda: create_initiative(row.key_result, title="Another", **who)
    yield lambda: change_initiative(row, title="Another", **who)
    yield lambda: move_initiative(row, place=2, **who)
    yield lambda: shift_initiative(row, steps=1, **who)
    yield lambda: order_initiatives(row.key_result, [], **who)


def close(cycle, key_result, objective, who):
    cycle.state = "closed"
    cycle.save()


def drop(cycle, key_result, objective, who):
    drop_key_result(key_result, reason="given up", **who)


def archive(cycle, key_result, objective, who):
    archive_key_result(key_result, **who)


def drop_above(cycle, key_result, objective, who):
    drop_objective(objective, reason="given up", **who)


@pytest.mark.parametrize(
    ("end", "refusal"), [(close, CycleClosed), (drop, Archived), (archive, Archived), (drop_above, Archived)]
)
def test_nothing_is_written_where_nothing_goes_on(three, cycle, key_result, objective, who, end, refusal):
    end(cycle, key_result, objective, who)
    before = list(Initiative.objects.values()), AuditEntry.objects.count()
    for write in every_write(three[0], who):
        with pytest.raises(refusal):
            write()
    assert (list(Initiative.objects.values()), AuditEntry.objects.count()) == before


def test_moved_by_hand_to_a_place(three, key_result, who):
    assert move_initiative(three[2], place=1, **who)
    assert titles(key_result) == ["Three", "One", "Two"]
    assert not move_initiative(three[2], place=1, **who)
    for place in (0, 4, -1):
        with pytest.raises(Invalid, match="The place goes from 1 to 3"):
            move_initiative(three[0], place=place, **who)
    assert positions(key_result) == [1, 2, 3]


def test_moved_up_and_down_from_where_it_stands_now(three, key_result, who):
    assert shift_initiative(three[0], steps=1, **who)
    # From a page that is older than the first press.
    assert shift_initiative(three[0], steps=1, **who)
    assert titles(key_result) == ["Two", "Three", "One"]
    assert not shift_initiative(three[0], steps=1, **who)
    assert shift_initiative(three[0], steps=-1, **who)
    assert titles(key_result) == ["Two", "One", "Three"]
    assert positions(key_result) == [1, 2, 3]


def test_an_order_that_names_some_leaves_the_others_behind_them(three, key_result, who):
    elsewhere = InitiativeFactory(key_result=KeyResultFactory(objective=key_result.objective))
    assert order_initiatives(key_result, [elsewhere.pk, three[2].pk], **who)
    assert titles(key_result) == ["Three", "One", "Two"]
    assert not order_initiatives(key_result, [three[2].pk, three[0].pk], **who)


def test_a_move_is_in_the_history_and_stales_no_form(three, key_result, contributor, who):
    shift_initiative(three[0], steps=1, **who)
    told = {
        entry.subject: entry.changes
        for entry in AuditEntry.objects.filter(kind="initiative", action="changed")
    }
    assert told == {
        "EDGE-24H2-O1-KR1: One": {"position": ["1", "2"]},
        "EDGE-24H2-O1-KR1: Two": {"position": ["2", "1"]},
    }
    assert three[0].history.order_by("history_id").last().history_user == contributor
    # Whoever had a form open before the move saves it all the same.
    assert change_initiative(three[0], version=1, title="First", **who)
    assert titles(key_result) == ["Two", "First", "Three"]


def test_visible_exactly_as_the_key_result(key_result, outsider, contributor, manager):
    row = InitiativeFactory(key_result=key_result, owner=outsider)
    for person in (outsider, contributor, manager):
        assert list(Initiative.objects.visible_to(person)) == [row]
    KeyResult.objects.update(visibility="restricted")
    # Also for its owner, who may have lost sight of the key result.
    assert not Initiative.objects.visible_to(outsider).exists()
    assert Initiative.objects.visible_to(contributor).get() == row


def test_run_by_the_people_of_the_area_the_owner_of_the_key_result_and_its_own(
    objective, contributor, viewer, outsider, manager
):
    """One rule: whoever checks in also runs the initiatives, and everybody their own."""
    of_outsider = KeyResultFactory(objective=objective, owner=outsider)
    row = InitiativeFactory(key_result=of_outsider, owner=viewer)
    other = InitiativeFactory(key_result=KeyResultFactory(objective=objective))
    editable = {
        person.name: set(Initiative.objects.editable_by(person, TODAY))
        for person in (contributor, viewer, outsider, manager)
    }
    assert editable == {
        "Con Tributor": {row, other},
        "Vi Ewer": {row},
        "Out Sider": {row},
        "Mana Ger": {row, other},
    }
