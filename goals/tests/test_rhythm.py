"""Which rhythm is in force, and what a pause does to what is owed."""

import datetime as dt

import pytest

from areas.models import Area
from areas.tests.factories import AreaFactory
from goals.actions.pauses import pause_key_result, resume_key_result, set_area_rhythm
from goals.actions.refusals import Archived, CycleClosed, Invalid, ReasonNeeded, StaleVersion, WrongState
from goals.figures import key_result_figures
from goals.models import Cycle, KeyResult
from goals.models.pausing import rhythm_of
from goals.reminders.asked import owed_by
from goals.tests.factories import NOW, TODAY, check_in

UNTIL = dt.date(2024, 11, 4)


def again(key_result):
    return KeyResult.objects.with_context().get(pk=key_result.pk)


def in_force(key_result):
    rhythm = rhythm_of(again(key_result))
    return rhythm.days, rhythm.said_by


def test_the_nearest_word_counts(key_result, edge, lib):
    assert in_force(key_result) == (14, "cycle")
    lib.check_in_every_days = 30
    lib.save()
    assert in_force(key_result) == (30, "area")
    edge = Area.objects.get(pk=edge.pk)
    edge.check_in_every_days = 7
    edge.save()
    assert edge.rhythm_days == 7
    assert in_force(key_result) == (7, "area")
    KeyResult.objects.update(check_in_every_days=3)
    assert in_force(key_result) == (3, "key_result")


def test_a_rhythm_reaches_down_to_areas_made_later_and_follows_a_move(key_result, edge, lib, core):
    lib.check_in_every_days = 30
    lib.save()
    deep = AreaFactory(key="DEEP", parent=AreaFactory(key="MID", parent=lib))
    assert deep.rhythm_days == 30
    edge = Area.objects.get(pk=edge.pk)
    edge.parent = core
    edge.save()
    assert in_force(key_result) == (14, "cycle")
    assert Area.objects.get(pk=deep.pk).rhythm_days == 30


def test_no_query_is_needed_for_it(key_result, lib, django_assert_num_queries):
    lib.check_in_every_days = 30
    lib.save()
    loaded = again(key_result)
    with django_assert_num_queries(0):
        assert loaded.rhythm_days == 30
        assert loaded.check_in_due_on


def test_a_lead_sets_the_rhythm_of_an_area_with_history(lead, edge):
    version = Area.objects.get(pk=edge.pk).version
    changed = set_area_rhythm(edge, by=lead, now=NOW, days=7, version=version)
    newest = changed.history.latest("history_id")
    assert (newest.check_in_every_days, newest.history_user) == (7, lead)
    with pytest.raises(StaleVersion):
        set_area_rhythm(edge, by=lead, now=NOW, days=8, version=version)
    with pytest.raises(Invalid, match="366"):
        set_area_rhythm(edge, by=lead, now=NOW, days=367, version=changed.version)


# Pauses


def pause(key_result, lead, **changes):
    fields = {"by": lead, "now": NOW, "today": TODAY, "until": UNTIL, "reason": "The cluster is down"}
    return pause_key_result(key_result, **fields | changes)


def test_nothing_is_owed_until_the_day_and_then_it_is_again(lead, key_result):
    assert again(key_result).owes_check_in(TODAY)
    assert [row.code for row in owed_by(lead, today=TODAY)] == [key_result.code]
    pause(key_result, lead)
    paused = again(key_result)
    assert paused.check_in_due_on == UNTIL
    assert owed_by(lead, today=UNTIL - dt.timedelta(days=1)) == []
    assert not paused.is_paused(UNTIL)
    assert [row.code for row in owed_by(lead, today=UNTIL)] == [key_result.code]


def test_what_is_paused_is_not_stale_and_gets_three_days_after(lead, key_result):
    check_in(key_result, 3, on=dt.date(2024, 9, 2))
    assert key_result_figures(again(key_result), today=TODAY).stale
    pause(key_result, lead)
    paused = again(key_result)
    stale_on = {
        day: key_result_figures(paused, today=UNTIL + dt.timedelta(days=day)).stale for day in (-1, 0, 3, 4)
    }
    assert stale_on == {-1: False, 0: False, 3: False, 4: True}
    # What was silent before it was paused is shown so on the days before.
    assert key_result_figures(paused, today=TODAY - dt.timedelta(days=1)).stale


def test_a_check_in_on_what_is_paused_is_kept_and_the_pause_goes_on(lead, key_result):
    pause(key_result, lead)
    check_in(key_result, 3)
    assert again(key_result).is_paused(TODAY)
    assert again(key_result).check_in_due_on == UNTIL
    check_in(key_result, 4, on=UNTIL)
    assert again(key_result).check_in_due_on == dt.date(2024, 11, 18)


def test_the_history_tells_who_paused_why_and_who_went_on(lead, contributor, key_result):
    pause(key_result, lead)
    resume_key_result(key_result, by=contributor, now=NOW, today=TODAY)
    after, before = key_result.history.order_by("-history_id")[:2]
    assert (before.paused_until, before.pause_reason) == (UNTIL, "The cluster is down")
    assert (before.history_user, before.history_change_reason) == (lead, "The cluster is down")
    assert (after.paused_until, after.history_user) == (None, contributor)
    assert again(key_result).owes_check_in(TODAY)
    with pytest.raises(WrongState):
        resume_key_result(key_result, by=lead, now=NOW, today=TODAY)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"until": TODAY}, Invalid),
        ({"until": dt.date(2025, 1, 1)}, Invalid),
        ({"until": dt.date(1, 1, 1)}, Invalid),
        ({"reason": "  "}, ReasonNeeded),
        ({"reason": "x" * 501}, Invalid),
        ({"reason": "nul \x00"}, Invalid),
        ({"version": 99}, StaleVersion),
    ],
)
def test_a_pause_that_cannot_be_is_refused(lead, key_result, changes, refusal):
    with pytest.raises(refusal):
        pause(key_result, lead, **changes)
    assert again(key_result).paused_until is None


def test_nothing_is_paused_in_a_closed_cycle_or_when_dropped(lead, key_result):
    KeyResult.objects.update(dropped_at=NOW)
    with pytest.raises(Archived):
        pause(key_result, lead)
    KeyResult.objects.update(dropped_at=None)
    Cycle.objects.update(state=Cycle.State.CLOSED)
    with pytest.raises(CycleClosed):
        pause(key_result, lead)


def test_a_pause_moves_no_figure(lead, key_result):
    check_in(key_result, 3)
    before = key_result_figures(again(key_result), today=TODAY)
    pause(key_result, lead)
    after = key_result_figures(again(key_result), today=TODAY)
    assert (before.completion, before.expected, before.pace) == (after.completion, after.expected, after.pace)
