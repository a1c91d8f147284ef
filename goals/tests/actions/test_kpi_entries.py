"""Values of KPIs: kept in order, corrected by another one, and recorded at the key results that take them."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from goals.actions import locks
from goals.actions.key_results import change_key_result
from goals.actions.refusals import Archived, EnteredMeanwhile, Invalid, TakesFromKpi
from goals.models import AppendOnly, CheckIn, Cycle, KeyResult, Kpi, KpiEntry, Objective
from goals.tests.factories import NOW, TODAY, KeyResultFactory, KpiFactory, check_in, enter

WEEK = dt.timedelta(7)


@pytest.fixture
def kpi(edge, lead):
    return KpiFactory(area=edge, owner=lead)


@pytest.fixture
def fed(key_result, kpi):
    """EDGE-24H2-O1-KR1, which takes its value from EDGE-K1."""
    KeyResult.objects.filter(pk=key_result.pk).update(kpi=kpi)
    return KeyResult.objects.get(pk=key_result.pk)


def now(row):
    return type(row).objects.get(pk=row.pk)


def test_values_are_numbered_and_that_of_the_latest_day_is_in_force(kpi, lead):
    enter(kpi, 4, on=TODAY - WEEK)
    enter(kpi, 5)
    late = enter(kpi, 3, effective_on=TODAY - WEEK * 2).entry
    assert (late.sequence, late.previous_value, late.author) == (3, 5, lead)
    assert (kpi.current_value, kpi.entry_count, kpi.last_entry.sequence) == (5, 3, 2)
    assert kpi.history.count() == 1  # values are no change of it


def test_no_change_is_the_value_of_its_day(kpi):
    with pytest.raises(Invalid, match="no value yet"):
        enter(kpi, None)
    enter(kpi, 4, on=TODAY - WEEK)
    enter(kpi, 5)
    same = enter(kpi, None, effective_on=TODAY - dt.timedelta(2)).entry
    assert (same.value, same.is_no_change) == (4, True)


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"effective_on": TODAY + dt.timedelta(1)}, "effective_on", "on today or before"),
        ({"effective_on": dt.date(1, 1, 1)}, "effective_on", "1990-01-01 or later"),
        ({"evidence_url": "javascript:alert(1)"}, "evidence_url", "valid URL"),
        ({"note": "\0"}, "note", "cannot be stored"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(kpi, fields, field, sentence):
    with pytest.raises(Invalid, match=sentence) as refused:
        enter(kpi, 4, **fields)
    assert list(refused.value.errors) == [field]
    assert not KpiEntry.objects.exists()


def test_a_form_sent_twice_is_one_value_and_nobody_elses(kpi, contributor):
    form_id = uuid.uuid4()
    first, again = (enter(kpi, 4, form_id=form_id) for _ in range(2))
    assert again.entry == first.entry
    with pytest.raises(Invalid, match="open it anew"):
        enter(kpi, 4, form_id=form_id, author=contributor)


def test_who_has_not_seen_the_last_value_is_told_of_it(kpi, contributor):
    enter(kpi, 4, author=contributor)
    with pytest.raises(EnteredMeanwhile, match="Con Tributor reported 4 tok/s"):
        enter(kpi, 5, seen_count=0)
    assert enter(kpi, 5, seen_count=1).entry.sequence == 2


def test_a_correction_stands_in_the_place_of_what_it_corrects(kpi, edge):
    wrong = enter(kpi, 40, on=TODAY - WEEK).entry
    enter(kpi, 5)
    right = enter(kpi, 4, corrects=wrong, reason="a slip").entry
    assert (right.effective_on, right.corrects, kpi.current_value) == (TODAY - WEEK, wrong, 5)
    with pytest.raises(Invalid, match="as of the day it corrects"):
        enter(kpi, 4, corrects=wrong, reason="a slip", effective_on=TODAY)
    with pytest.raises(Invalid, match="Say why"):
        enter(kpi, 4, corrects=wrong)
    with pytest.raises(Invalid, match="gives the right value"):
        enter(kpi, None, corrects=wrong, reason="a slip")
    with pytest.raises(Invalid, match="another KPI"):
        enter(KpiFactory(area=edge), 4, corrects=wrong, reason="a slip")


def test_values_are_neither_changed_nor_deleted(kpi):
    kept = enter(kpi, 4).entry
    for write in (kept.save, kept.delete, KpiEntry.objects.all().delete):
        with pytest.raises(AppendOnly):
            write()
    with pytest.raises(AppendOnly):
        KpiEntry.objects.update(value=5)
    Kpi.objects.update(archived_at=NOW)
    with pytest.raises(Archived):
        enter(kpi, 4)


def test_one_value_serves_the_kpi_and_every_key_result_that_takes_it(kpi, fed, lead):
    other = KeyResultFactory(objective=fed.objective, kpi=kpi, kind="guardrail", **within(6))
    made = enter(kpi, 7, note="measured", evidence_url="https://example.org/1")
    assert [row.key_result for row in made.check_ins] == [fed, other]
    check_in_made = fed.check_ins.get()
    assert check_in_made.kpi_entry == made.entry
    told = (check_in_made.value, check_in_made.source, check_in_made.note, check_in_made.evidence_url)
    assert told == (7, "kpi", "measured", "https://example.org/1")
    assert check_in_made.author == lead
    assert (now(fed).current_value, now(fed).completion) == (7, Decimal("0.7"))
    assert Objective.objects.get(pk=fed.objective_id).completion == Decimal("0.7")


def within(upper):
    return {"start_value": None, "target_value": None, "upper_bound": Decimal(upper)}


@pytest.mark.parametrize(
    ("value", "day", "said"),
    [
        (6, TODAY, "on_track"),  # 57 % are expected
        (11, TODAY, "on_track"),
        (5, TODAY, "behind"),
        (1, TODAY, "at_risk"),
        (1, dt.date(2024, 7, 14), "on_track"),  # 7 % were
    ],
)
def test_the_status_said_is_the_pace_at_that_value_on_its_day(kpi, fed, value, day, said):
    enter(kpi, value, effective_on=day)
    assert fed.check_ins.get().status == said


def test_of_a_guardrail_it_says_kept_or_violated_and_without_a_target_what_was_said_last(kpi, objective):
    guardrail = KeyResultFactory(objective=objective, kpi=kpi, kind="guardrail", **within(6))
    aimless = KeyResultFactory(objective=objective, kpi=kpi, target_value=None)
    enter(kpi, 6, on=TODAY - WEEK)
    assert {row.status for row in CheckIn.objects.all()} == {"on_track"}
    check_in(aimless, None, status="behind", on=TODAY - dt.timedelta(1))
    enter(kpi, 7)
    assert guardrail.check_ins.newest_first()[0].status == "at_risk"
    assert aimless.check_ins.newest_first()[0].status == "behind"


def test_a_correction_corrects_the_check_ins_too(kpi, fed):
    wrong = enter(kpi, 1).entry
    enter(kpi, 6, corrects=wrong, reason="a slip")
    right = fed.check_ins.get(sequence=2)
    assert (right.corrects.sequence, right.reason, right.status) == (1, "a slip", "on_track")
    assert now(fed).current_value == 6


def test_a_correction_of_a_value_from_before_the_link_is_an_ordinary_check_in(kpi, key_result, lead):
    wrong = enter(kpi, 1).entry
    change_key_result(key_result, by=lead, now=NOW, kpi=kpi)
    enter(kpi, 6, corrects=wrong, reason="a slip")
    made = key_result.check_ins.get()
    assert (made.corrects, made.reason, made.value) == (None, "", 6)


def test_what_a_key_result_refuses_loses_nothing_and_is_told(kpi, fed, cycle):
    other = KeyResultFactory(objective=fed.objective, kpi=kpi)
    KeyResult.objects.filter(pk=other.pk).update(unit="ms")
    made = enter(kpi, 6)
    assert [row.key_result for row in made.check_ins] == [fed]
    [left] = made.not_recorded
    assert (left.key_result, "same unit" in left.refusal.sentence) == (other, True)
    before = enter(kpi, 3, effective_on=cycle.starts_on - dt.timedelta(1))
    assert ["in its cycle" in left.refusal.sentence for left in before.not_recorded] == [True, False]
    assert (kpi.entry_count, fed.check_ins.count(), other.check_ins.count()) == (2, 1, 0)


def test_a_cycle_that_closes_while_a_value_waits_for_it_is_told_of(kpi, fed, cycle, monkeypatch):
    def close_first(cycle_id):
        Cycle.objects.filter(pk=cycle_id).update(state="closed")

    monkeypatch.setattr(locks, "lock_cycle", close_first)
    made = enter(kpi, 6)
    assert [left.refusal.code for left in made.not_recorded] == ["cycle_closed"]
    assert (kpi.current_value, fed.check_ins.count()) == (6, 0)


@pytest.mark.parametrize("state", ["planning", "closed"])
def test_a_cycle_that_takes_no_check_ins_is_passed_over(kpi, fed, cycle, state):
    cycle.state = state
    cycle.save()
    made = enter(kpi, 6)
    assert (made.check_ins, made.not_recorded, kpi.entry_count) == ([], [], 1)


def test_what_was_dropped_is_passed_over_and_what_is_paused_is_not(kpi, fed):
    KeyResultFactory(objective=fed.objective, kpi=kpi, dropped_at=NOW)
    KeyResult.objects.filter(pk=fed.pk).update(
        paused_on=TODAY, paused_until=TODAY + WEEK, pause_reason="holidays"
    )
    assert [row.key_result for row in enter(kpi, 6).check_ins] == [fed]


def test_the_key_result_itself_takes_no_other_value(kpi, fed, lead, outsider):
    before = KeyResultFactory(objective=fed.objective)
    own = check_in(before, 2)
    change_key_result(before, by=lead, now=NOW, kpi=kpi)
    with pytest.raises(TakesFromKpi, match="takes its value from EDGE-K1"):
        check_in(fed, 5)
    enter(kpi, 5)
    said = check_in(fed, None, status="at_risk", note="it will not last")
    assert (said.value, said.status) == (5, "at_risk")
    with pytest.raises(TakesFromKpi):
        check_in(fed, 6, corrects=fed.check_ins.get(sequence=1), reason="a slip")
    # What was reported before it took its value from there is corrected where it stands.
    assert check_in(now(before), 3, corrects=own, reason="a slip").corrects == own
    Kpi.objects.update(visibility="restricted")
    with pytest.raises(TakesFromKpi, match="from a KPI"):
        check_in(fed, 5, author=outsider)


def test_who_does_not_see_a_key_result_is_not_told_of_it(kpi, fed, outsider):
    hidden = KeyResultFactory(objective=fed.objective, kpi=kpi, visibility="restricted")
    made = enter(kpi, 6)
    assert len(made.check_ins) == 2
    told = made.among(KeyResult.objects.visible_to(outsider))
    assert [row.key_result for row in told.check_ins] == [fed]
    assert hidden not in [row.key_result for row in told.check_ins]
