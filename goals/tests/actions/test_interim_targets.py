"""The plan of a key result: dated interim targets that the expected value follows."""

import datetime as dt
from decimal import Decimal

import pytest

from goals.actions.key_results import change_key_result, create_key_result
from goals.actions.refusals import Invalid, ReasonNeeded
from goals.actions.what_if import figures_after
from goals.figures import key_result_figures, plan_changes
from goals.models import Cycle, InterimTarget, KeyResult
from goals.tests.factories import NOW, TODAY, KeyResultFactory, check_in
from goals.views.courses import key_result_chart

SEPTEMBER, NOVEMBER = dt.date(2024, 9, 30), dt.date(2024, 11, 15)
PLAN = [(SEPTEMBER, Decimal(2)), (NOVEMBER, Decimal(6))]


def plan_of(key_result):
    return list(key_result.interim_targets.order_by("on").values_list("on", "value"))


@pytest.fixture
def planned(key_result, lead):
    change_key_result(key_result, by=lead, now=NOW, interim_targets=PLAN, reason="uneven")
    return KeyResult.objects.with_context().get(pk=key_result.pk)


def test_expected_follows_the_plan_from_one_interim_target_to_the_next(planned):
    check_in(planned, 3)
    planned = KeyResult.objects.with_context().get(pk=planned.pk)
    # 14 of the 46 days from the end of September to mid-November, from 2 to 6 tok/s.
    figures = key_result_figures(planned, today=TODAY)
    assert round(figures.expected_value, 4) == round(Decimal(2) + Decimal(4) * 14 / 46, 4)
    assert figures.pace == "on_track"
    on = {day: key_result_figures(planned, today=day).expected_value for day, _value in PLAN}
    assert on == dict(PLAN)
    # Without the plan 5.7 would be expected, and 3 would be at risk.
    InterimTarget.objects.all().delete()
    even = KeyResult.objects.with_context().get(pk=planned.pk)
    assert key_result_figures(even, today=TODAY).pace == "at_risk"


def test_what_if_goes_by_the_plan_too_and_asks_nothing(planned, django_assert_num_queries):
    with django_assert_num_queries(0):
        after = figures_after(planned, value=Decimal(3), effective_on=TODAY, today=TODAY)
    assert after.pace == "on_track"


def test_the_chart_bends_where_the_plan_does(planned):
    figures = key_result_figures(planned, today=TODAY)
    chart = key_result_chart(figures, [], [], today=TODAY)
    [expected] = [line for line in chart.drawing.lines if line.kind == "expected"]
    assert len(expected.points.split()) == 4
    assert not [line for line in chart.drawing.lines if line.kind == "stretch"]
    planned.stretch_value = Decimal(15)
    chart = key_result_chart(figures, [], [], today=TODAY)
    assert [line.kind for line in chart.drawing.lines if line.kind == "stretch"] == ["stretch"]


def test_a_falling_way_has_a_plan_too(objective, lead):
    made = create_key_result(
        objective,
        by=lead,
        now=NOW,
        today=TODAY,
        title="Memory",
        start_value=Decimal("18.9"),
        target_value=Decimal(16),
        interim_targets=[(SEPTEMBER, Decimal(18))],
    )
    row = KeyResult.objects.with_context().get(pk=made.pk)
    assert key_result_figures(row, today=SEPTEMBER).expected_value == 18


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ([(dt.date(2024, 7, 1), Decimal(1))], "2024-07-01: An interim target lies between"),
        ([(dt.date(2024, 12, 31), Decimal(1))], "2024-12-31: An interim target lies between"),
        ([(SEPTEMBER, Decimal(1)), (SEPTEMBER, Decimal(2))], "A day has one interim target."),
        ([(SEPTEMBER, Decimal("1e15"))], "2024-09-30: Ensure that there are no more than 14 digits"),
        ([(SEPTEMBER, Decimal("Infinity"))], "2024-09-30: "),
        (
            [(SEPTEMBER + dt.timedelta(days=n), Decimal(n)) for n in range(61)],
            "A key result has at most 60 interim targets.",
        ),
    ],
)
def test_what_fits_no_plan_is_refused_and_nothing_is_written(key_result, lead, plan, sentence):
    with pytest.raises(Invalid) as refusal:
        change_key_result(key_result, by=lead, now=NOW, interim_targets=plan, reason="r", title="Anew")
    assert refusal.value.errors["interim_targets"][0].startswith(sentence)
    assert plan_of(key_result) == []
    assert KeyResult.objects.get().title != "Anew"


def test_only_a_reach_has_a_plan_and_loses_it_with_its_kind(planned, objective, lead):
    guardrail = KeyResultFactory(objective=objective, guardrail=True)
    with pytest.raises(Invalid) as refusal:
        change_key_result(guardrail, by=lead, now=NOW, interim_targets=PLAN, reason="r")
    assert "Interim targets belong to a reach alone." in refusal.value.sentence
    change_key_result(planned, by=lead, now=NOW, kind="milestone", reason="simpler")
    assert plan_of(planned) == []


def test_a_due_day_does_not_move_before_the_plan(planned, lead):
    with pytest.raises(Invalid) as refusal:
        change_key_result(planned, by=lead, now=NOW, due_on=NOVEMBER, reason="Sooner")
    assert refusal.value.errors["interim_targets"][0].startswith("2024-11-15: An interim target lies")
    change_key_result(planned, by=lead, now=NOW, due_on=NOVEMBER + dt.timedelta(days=1), reason="Later")


def test_a_begun_cycle_asks_why_the_plan_changes(key_result, lead):
    with pytest.raises(ReasonNeeded):
        change_key_result(key_result, by=lead, now=NOW, interim_targets=PLAN)
    Cycle.objects.update(state="planning")
    assert change_key_result(key_result, by=lead, now=NOW, interim_targets=PLAN)
    assert not change_key_result(key_result, by=lead, now=NOW, interim_targets=PLAN[::-1])


def test_a_changed_plan_makes_a_form_stale(key_result, planned, lead):
    assert planned.version == key_result.version + 1


def test_every_change_of_a_plan_is_told_with_who_when_and_why(planned, lead, manager):
    later = NOW + dt.timedelta(days=1)
    change_key_result(
        planned, by=manager, now=later, interim_targets=[(SEPTEMBER, Decimal(4))], reason="late phone"
    )
    told = [(c.label, c.old, c.new, c.by, c.reason) for c in plan_changes([planned.pk])]
    assert told == [
        ("interim target for 30 Sep 2024", 2, 4, manager, "late phone"),
        ("interim target for 15 Nov 2024", 6, None, manager, "late phone"),
        ("interim target for 30 Sep 2024", None, 2, lead, "uneven"),
        ("interim target for 15 Nov 2024", None, 6, lead, "uneven"),
    ]


def test_what_a_key_result_was_made_with_is_no_change(objective, lead):
    made = create_key_result(
        objective,
        by=lead,
        now=NOW,
        today=TODAY,
        title="Planned from the start",
        start_value=Decimal(0),
        target_value=Decimal(10),
        interim_targets=PLAN,
    )
    assert plan_of(made) == PLAN
    assert plan_changes([made.pk]) == []


def test_a_row_with_its_context_brings_its_plan_along(planned, django_assert_num_queries):
    assert planned.interim_points == PLAN
    # One queryset for each row of a list would cost more than the rows themselves.
    with django_assert_num_queries(0):
        assert [row.value for row in planned.known_interim_targets] == [Decimal(2), Decimal(6)]
    assert isinstance(planned.known_interim_targets, list)
    alone = KeyResult.objects.get(pk=planned.pk)
    with django_assert_num_queries(1):
        assert alone.interim_points == PLAN
