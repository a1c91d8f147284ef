"""Sharing an objective with areas: who owns it too, with which weight, and what is refused."""

from decimal import Decimal

import pytest

from goals.actions.refusals import (
    Archived,
    CycleClosed,
    Invalid,
    ReasonNeeded,
    StaleVersion,
    WrongState,
)
from goals.actions.rollover import roll_over
from goals.actions.shares import end_share, share, weigh_share
from goals.models import Cycle, KeyResult, Objective, Roadmap, Share
from goals.tests.factories import NOW, TODAY, ShareFactory

WHY = "One product of two areas"


@pytest.fixture
def shared(objective, core):
    return ShareFactory(objective=objective, area=core)


def test_an_objective_is_shared_weighed_and_shared_no_more(objective, core, lead):
    made = share(objective, core, by=lead, now=NOW, weight=Decimal(2), reason=WHY)
    assert str(made) == "EDGE-24H2-O1 → CORE"
    assert weigh_share(made, Decimal(3), by=lead, now=NOW, version=1, reason="More of it")
    end_share(made, by=lead, now=NOW, version=2, reason="Done with it")
    assert not Share.objects.exists()
    told = Share.history.order_by("history_id").values_list(
        "history_type", "weight", "history_change_reason", "history_user"
    )
    assert list(told) == [
        ("+", 2, WHY, lead.pk),
        ("~", 3, "More of it", lead.pk),
        ("-", 3, "Done with it", lead.pk),
    ]


def test_in_a_cycle_that_has_begun_every_change_says_why(objective, core, shared, lead, lib):
    for attempt in (
        lambda: share(objective, lib, by=lead, now=NOW),
        lambda: weigh_share(shared, Decimal(0), by=lead, now=NOW, reason=" "),
        lambda: end_share(shared, by=lead, now=NOW),
    ):
        with pytest.raises(ReasonNeeded, match="Say why who owns EDGE-24H2-O1 changes"):
            attempt()
    assert not weigh_share(shared, Decimal(1), by=lead, now=NOW)  # nothing changes
    Cycle.objects.update(state=Cycle.State.PLANNING)
    assert weigh_share(shared, Decimal(0), by=lead, now=NOW)


@pytest.mark.parametrize(
    ("state", "refusal"), [(Cycle.State.CLOSING, WrongState), (Cycle.State.CLOSED, CycleClosed)]
)
def test_a_cycle_that_closes_keeps_its_owners(state, refusal, objective, shared, lead, lib):
    Cycle.objects.update(state=state)
    for attempt in (
        lambda: share(objective, lib, by=lead, now=NOW, reason=WHY),
        lambda: weigh_share(shared, Decimal(2), by=lead, now=NOW, reason=WHY),
        lambda: end_share(shared, by=lead, now=NOW, reason=WHY),
    ):
        with pytest.raises(refusal):
            attempt()


def test_what_cannot_be_shared(objective, core, edge, lib, shared, lead):
    who = {"by": lead, "now": NOW, "reason": WHY}
    with pytest.raises(Invalid, match="it owns it anyway"):
        share(objective, edge, **who)
    with pytest.raises(Invalid, match="shared with that area already"):
        share(objective, core, **who)
    with pytest.raises(Invalid, match="greater than or equal to 0"):
        share(objective, lib, weight=Decimal(-1), **who)
    type(core).objects.filter(pk=lib.pk).update(archived_at=NOW)
    with pytest.raises(Invalid, match="LIB is archived"):
        share(objective, lib, **who)
    Objective.objects.update(dropped_at=NOW)
    with pytest.raises(Archived):
        weigh_share(shared, Decimal(2), **who)
    end_share(shared, **who)  # of what was given up too


def test_who_saw_another_version_changes_nothing(shared, lead):
    weigh_share(shared, Decimal(2), by=lead, now=NOW, version=1, reason=WHY)
    with pytest.raises(StaleVersion):
        weigh_share(shared, Decimal(3), by=lead, now=NOW, version=1, reason=WHY)
    with pytest.raises(StaleVersion):
        end_share(shared, by=lead, now=NOW, version=1, reason=WHY)
    end_share(shared, by=lead, now=NOW, version=2, reason=WHY)
    with pytest.raises(StaleVersion):
        end_share(shared, by=lead, now=NOW, reason=WHY)


def test_members_of_a_co_owner_see_and_report_like_those_at_home(objective, key_result, core, outsider):
    """Where the roadmap is restricted; not where the objective or the key result is so itself."""

    def reach() -> tuple[bool, bool, bool]:
        found = KeyResult.objects.filter(pk=key_result.pk)
        return (
            Objective.objects.visible_to(outsider).exists(),
            found.visible_to(outsider).exists(),
            found.checkable_by(outsider, TODAY).exists(),
        )

    Roadmap.objects.update(visibility="restricted")
    assert reach() == (False, False, False)
    shared = ShareFactory(objective=objective, area=core)
    assert reach() == (True, True, True)
    KeyResult.objects.update(visibility="restricted")
    assert reach() == (True, False, False)
    KeyResult.objects.update(visibility="inherit")
    Objective.objects.update(visibility="restricted")
    assert reach() == (False, False, False)
    Objective.objects.update(visibility="internal")
    type(core).objects.filter(pk=core.pk).update(archived_at=NOW)
    assert reach() == (False, False, False)
    type(core).objects.filter(pk=core.pk).update(archived_at=None)
    shared.delete()
    assert reach() == (False, False, False)


def test_who_weighs_and_ends_it(shared, lead, contributor, outsider, manager, viewer):
    may = [
        person.name
        for person in (lead, contributor, outsider, manager, viewer)
        if Share.objects.changeable_by(person).exists()
    ]
    assert may == [lead.name, outsider.name, manager.name]


def test_shares_follow_into_the_next_cycle(shared, key_result, cycle, into, manager, lib):
    archived = ShareFactory(objective=shared.objective, area=lib)
    type(lib).objects.filter(pk=archived.area_id).update(archived_at=NOW)
    report = roll_over(cycle, into=into, by=manager, now=NOW, today=TODAY)
    assert report.shares == ["EDGE-25H1-O1: CORE"]
    there = Share.objects.get(objective__roadmap__cycle=into)
    assert (there.area.key, there.weight) == ("CORE", 1)
    there.delete()
    again = roll_over(cycle, into=into, by=manager, now=NOW, today=TODAY)
    assert again.shares == []  # what was ended there stays so
