"""Stored figures are what the formulas say, whatever was done and in whatever order."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goals.actions.check_ins import record_check_in
from goals.actions.key_results import archive_key_result, change_key_result, restore_key_result
from goals.actions.refusals import Refused
from goals.actions.roadmaps import archive_objective, change_objective, restore_objective
from goals.actions.stored import differences
from goals.figures import roadmap_figures
from goals.models import CheckIn, KeyResult, Objective
from goals.progress import COMPLETION_PLACES, round_half_up
from goals.tests.factories import NOW, TODAY, KeyResultFactory

VALUES = st.decimals(min_value=-50, max_value=50, places=2)
DAYS = st.dates(min_value=dt.date(2024, 7, 1), max_value=TODAY)
WHICH = st.integers(min_value=0, max_value=2)
STEPS = st.one_of(
    st.tuples(st.just("report"), WHICH, VALUES, DAYS),
    st.tuples(st.just("no_change"), WHICH, DAYS),
    st.tuples(st.just("correct"), WHICH, VALUES, st.integers(min_value=0, max_value=9)),
    st.tuples(st.just("retarget"), WHICH, VALUES),
    st.tuples(st.just("restart"), WHICH, VALUES),
    st.tuples(st.just("reweigh"), WHICH, st.sampled_from(["0", "0.5", "1", "3"])),
    st.tuples(st.just("archive"), WHICH),
    st.tuples(st.just("restore"), WHICH),
    st.tuples(st.just("turn_objective"), st.booleans()),
    st.tuples(st.just("reweigh_objective"), st.sampled_from(["0", "2"])),
)


class Plan:
    """One objective with three key results, and the things people do to it."""

    def __init__(self, objective, lead):
        self.objective, self.lead = objective, lead
        self.rows = [KeyResultFactory(objective=objective) for _ in range(3)]

    def row(self, which: int) -> KeyResult:
        return KeyResult.objects.get(pk=self.rows[which].pk)

    def _record(self, which: int, value: Decimal | None, **fields) -> None:
        record_check_in(
            self.row(which),
            author=self.lead,
            now=NOW,
            today=TODAY,
            value=value,
            status="on_track",
            source="page",
            **fields,
        )

    def report(self, which, value, day):
        self._record(which, value, effective_on=day)

    def no_change(self, which, day):
        self._record(which, None, effective_on=day)

    def correct(self, which, value, place):
        kept = list(CheckIn.objects.filter(key_result=self.rows[which]).order_by("sequence"))
        if kept:
            self._record(which, value, corrects=kept[place % len(kept)], reason="misread")

    def _change(self, which, **changes):
        change_key_result(self.row(which), by=self.lead, now=NOW, reason="agreed", **changes)

    def retarget(self, which, value):
        self._change(which, target_value=value)

    def restart(self, which, value):
        self._change(which, start_value=value)

    def reweigh(self, which, weight):
        self._change(which, weight=Decimal(weight))

    def archive(self, which):
        archive_key_result(self.row(which), by=self.lead, now=NOW)

    def restore(self, which):
        restore_key_result(self.row(which), by=self.lead, now=NOW)

    def turn_objective(self, archive):
        (archive_objective if archive else restore_objective)(self.objective, by=self.lead, now=NOW)

    def reweigh_objective(self, weight):
        change_objective(self.objective, by=self.lead, now=NOW, reason="agreed", weight=Decimal(weight))


@pytest.fixture
def plan(objective, lead):
    return Plan(objective, lead)


@given(steps=st.lists(STEPS, min_size=1, max_size=12))
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    # One plan for all examples: what is stored has to be right after any history.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_was_done_stored_figures_are_what_the_formulas_say(plan, steps):
    for name, *arguments in steps:
        # An equal start and target, a second archiving: what is refused may have moved nothing.
        with suppress(Refused):
            getattr(plan, name)(*arguments)
        assert differences(KeyResult.objects.all(), Objective.objects.all()) == [], (name, arguments)
    chains = {row.pk: list(CheckIn.objects.filter(key_result=row).order_by("sequence")) for row in plan.rows}
    for chain in chains.values():
        assert [row.sequence for row in chain] == list(range(1, len(chain) + 1))
        assert [row.previous_value for row in chain[1:]] == [row.value for row in chain[:-1]]
    objective = Objective.objects.get(pk=plan.objective.pk)
    for shown in roadmap_figures(objective.roadmap, user=None, today=TODAY).focus:
        assert (
            None if shown.mean.completion is None else _stored(shown.mean.completion)
        ) == objective.completion


def _stored(share: Decimal) -> Decimal:
    return round_half_up(share, COMPLETION_PLACES)


def test_a_stored_figure_that_is_wrong_is_named(plan):
    """The judge of the tests above and of the races judges."""
    plan.report(0, Decimal(5), TODAY)
    KeyResult.objects.filter(pk=plan.rows[0].pk).update(completion=Decimal("0.6"))
    (found,) = differences(KeyResult.objects.all(), [])
    assert found.startswith(f"{plan.rows[0].code} completion: 0.6")
    assert len(differences([], Objective.objects.all())) == 1
