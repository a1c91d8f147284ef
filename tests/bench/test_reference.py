"""The organisation that the benchmark measures on, small enough for a test."""

import datetime as dt
from collections import Counter
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import User
from areas.models import Area, Membership
from bench.reference.loading import NotEmpty, load
from bench.reference.shape import Shape
from goals.actions.check_ins import record_check_in
from goals.models import Change, ChangeCount, CheckIn, Cycle, KeyResult, Mitigation, Objective, Risk, Roadmap

TODAY = dt.date(2026, 11, 27)
# Large enough for each kind of row, and for each of the patterns that numbers make.
SCALE = 0.004
WRITTEN = [Area, User, Membership, Cycle, Roadmap, Objective, KeyResult, CheckIn, Risk, Mitigation, Change]
WRITTEN += [model.history.model for model in WRITTEN if hasattr(model, "history")]

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation(db):
    load(scale=SCALE, today=TODAY)


def everything():
    """Every row of every table, with its primary key as the database gave it where nobody asks for it."""
    for model in WRITTEN:
        given = {"history_id"} if model.__name__.startswith("Historical") else set()
        if model is Change:
            given = {"id"}
        names = [field.attname for field in model._meta.concrete_fields if field.attname not in given]
        yield model.__name__, sorted(map(repr, model._base_manager.values_list(*names)))


def test_two_loads_are_equal():
    loads = []
    for _ in range(2):
        with transaction.atomic():
            load(scale=SCALE, today=TODAY)
            loads.append(list(everything()))
            transaction.set_rollback(True)
    assert loads[0] == loads[1]
    assert all(rows for _name, rows in loads[0])


def test_what_is_stored_is_what_the_formulas_say(organisation):
    said = StringIO()
    call_command("rebuild_progress", "--check", stdout=said)
    assert said.getvalue() == "Every stored figure is what its formula says.\n"


def test_the_check_notices_a_figure_that_is_invented(organisation):
    KeyResult.objects.filter(check_in_count__gt=0).first().__class__.objects.filter(pk=1).update(
        check_in_count=1
    )
    with pytest.raises(SystemExit):
        call_command("rebuild_progress", "--check", stdout=StringIO(), stderr=StringIO())


def test_every_row_is_one_that_a_form_would_take(organisation):
    """The database keeps its constraints while loading; this asks for what validators and `clean` say too."""
    wrong = []
    for model in [Area, Cycle, Roadmap, Objective, KeyResult, CheckIn, Risk, Mitigation]:
        # That they lead to rows is asked at the end, of all at once.
        references = [field.name for field in model._meta.concrete_fields if field.is_relation]
        for row in model.objects.order_by("pk")[:400]:
            try:
                row.clean_fields(exclude=references)
                row.clean()
            except ValidationError as error:
                wrong.append((row, error))
    assert wrong == []
    connection.check_constraints()


def test_the_organisation_has_the_shape_it_says(organisation):
    shape = Shape(SCALE, TODAY)
    assert Area.objects.filter(parent__isnull=True).count() == 7
    assert Area.objects.filter(parent__isnull=False).count() == 28
    assert Cycle.objects.count() == 4
    assert Roadmap.objects.count() == 4 * 28
    assert Objective.objects.count() == 40 == 4 * shape.objectives_of_cycle
    assert KeyResult.objects.count() == 4 * 40
    assert Risk.objects.count() == 2 * 40 == Mitigation.objects.count()
    assert User.objects.count() == 28
    kinds = Counter(KeyResult.objects.values_list("kind", flat=True))
    assert kinds == {"reach": 112, "milestone": 32, "guardrail": 16}
    codes = Objective.objects.values_list("code", "roadmap__code", "kind", "number")
    assert all(
        code == f"{roadmap}-{'O' if kind == 'focus' else 'B'}{number}"
        for code, roadmap, kind, number in codes
    )
    # As once somebody has followed the plan.
    assert ChangeCount.objects.get().last_position == Change.objects.count()
    assert not Change.objects.unnumbered().exists()


@pytest.mark.parametrize(
    ("scale", "areas", "people", "objectives"),
    [(0.1, 7, 200, 250), (1, 7, 2000, 2500), (10, 70, 20000, 25000)],
)
def test_a_larger_organisation_has_more_areas_and_no_longer_roadmaps(scale, areas, people, objectives):
    shape = Shape(scale, TODAY)
    teams = shape.objectives_of_teams()
    assert (shape.areas, shape.people, shape.objectives_of_cycle) == (areas, people, objectives)
    assert len(teams) == shape.teams == 4 * areas
    assert sum(teams) == objectives
    assert teams[:2] == [13, 75]
    assert max(teams[2:]) <= 93


def test_check_ins_lie_in_their_cycles_of_which_the_last_one_runs(organisation):
    states = Cycle.objects.order_by("starts_on").values_list("state", flat=True)
    assert list(states) == ["closed", "closed", "closed", "active"]
    running = Cycle.objects.get(state="active")
    assert running.starts_on < TODAY < running.ends_on
    days = CheckIn.objects.values_list(
        "effective_on", "key_result__objective__roadmap__cycle__starts_on", "key_result__added_on"
    )
    assert all(starts_on == added_on <= on < TODAY for on, starts_on, added_on in days)
    corrections = CheckIn.objects.filter(corrects__isnull=False).select_related("corrects")
    assert corrections.exists()
    for correction in corrections:
        assert correction.corrects.key_result_id == correction.key_result_id
        assert correction.corrects.effective_on == correction.effective_on


def test_the_product_writes_on_from_there(organisation):
    key_result = KeyResult.objects.filter(objective__roadmap__cycle__state="active").first()
    value, seen = key_result.target_value or key_result.upper_bound, key_result.check_in_count
    now = dt.datetime.combine(TODAY, dt.time(10), tzinfo=dt.UTC)
    author = User.objects.get(pk=1)
    kept = record_check_in(
        key_result, author=author, now=now, today=TODAY, value=value, status="on_track", source="page"
    )
    key_result.refresh_from_db()
    assert (kept.sequence, key_result.current_value) == (seen + 1, value)
    call_command("rebuild_progress", "--check", stdout=StringIO())


def test_it_is_loaded_beside_nothing(lib):
    with pytest.raises(NotEmpty):
        load(scale=SCALE, today=TODAY)
