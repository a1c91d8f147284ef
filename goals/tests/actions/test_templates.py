"""Templates: what they hold, who they hold it from, and what begins from them."""

import datetime as dt
from decimal import Decimal

import pytest

from goals.actions.refusals import Archived, CycleClosed, Invalid, StaleVersion, WrongState
from goals.actions.templates import (
    archive_template,
    begin_objective,
    change_template,
    restore_template,
    save_template,
)
from goals.models import Cycle, InterimTarget, KeyResult, Objective, ObjectiveTemplate, Roadmap
from goals.tests.factories import (
    NOW,
    TODAY,
    InitiativeFactory,
    KeyResultFactory,
    RoadmapFactory,
    TemplateFactory,
    check_in,
)


@pytest.fixture
def later(edge, into):
    """EDGE-25H1, being planned."""
    return RoadmapFactory(area=edge, cycle=into)


@pytest.fixture
def whole(objective, key_result):
    """An objective that was reported on, with a plan and things to do."""
    Objective.objects.update(description="Why *now*", weight=Decimal("2.5"), tags="speed", confidence=7)
    KeyResult.objects.update(due_on=dt.date(2024, 9, 30), unit="tok/s", weight=Decimal(3))
    InterimTarget.objects.create(key_result=key_result, on=dt.date(2024, 8, 1), value=Decimal(4))
    InitiativeFactory(key_result=key_result, title="Measure", due_on=dt.date(2024, 7, 1), state="done")
    InitiativeFactory(key_result=key_result, title="Given up", state="dropped")
    KeyResultFactory(objective=objective, title="Battery", guardrail=True)
    check_in(key_result, 6)
    return Objective.objects.select_related("roadmap__area", "roadmap__cycle").get()


def saved(objective, by, **options):
    options = {"name": "Faster", "initiatives": True} | options
    return save_template(objective, options.pop("area", objective.roadmap.area), by=by, now=NOW, **options)


def begun(template, into, by, **options):
    return begin_objective(template, into, by=by, now=NOW, today=TODAY, **options)


def test_an_objective_begins_again_without_people_and_progress(whole, later, lead):
    template = saved(whole, lead).template
    assert begun(template, later, lead).codes == [
        *("EDGE-25H1-O1", "EDGE-25H1-O1-KR1", "EDGE-25H1-O1-KR2"),
    ]
    made = Objective.objects.get(code="EDGE-25H1-O1")
    assert (made.title, made.description, made.weight, made.tags) == (
        *(whole.title, "Why *now*", Decimal("2.5"), "speed"),
    )
    assert (made.owner, made.confidence, made.visibility, made.predecessor) == (None, None, "internal", None)
    first, second = made.key_results.order_by("number")
    assert (first.start_value, first.target_value, first.unit, first.weight) == (0, 10, "tok/s", 3)
    assert (first.owner, first.current_value, first.check_in_count) == (None, None, 0)
    assert second.kind == "guardrail"
    [step] = first.initiatives.all()
    assert (step.title, step.state, step.owner, step.due_on) == (
        "Measure",
        "planned",
        None,
        dt.date(2025, 1, 1),
    )


def test_days_are_shares_of_the_cycle(whole, later, lead):
    """Day 91 of 183 is day 90 of 180."""
    template = saved(whole, lead).template
    assert template.plan["key_results"][0]["due_at"] == "0.497268"
    begun(template, later, lead)
    made = KeyResult.objects.get(code="EDGE-25H1-O1-KR1")
    assert (made.due_on - dt.date(2025, 1, 1)).days == 90
    assert [(day.isoformat(), value) for day, value in made.interim_points] == [("2025-01-31", Decimal(4))]


def test_what_is_chosen_is_made_and_otherwise_where_it_is_said(whole, later, lead):
    template = saved(whole, lead, initiatives=False).template
    chosen = {1: {"target_value": Decimal(12), "title": "Much faster"}}
    begun(template, later, lead, title="Anew", description="", chosen=chosen)
    [made] = KeyResult.objects.filter(objective__roadmap=later)
    assert (made.title, made.target_value, made.objective.title) == ("Much faster", 12, "Anew")
    # Interim targets lay on another way.
    assert (list(made.interim_points), made.initiatives.count()) == ([], 0)


@pytest.mark.parametrize("row", [Objective, Roadmap])
def test_what_is_restricted_is_no_template(whole, lead, row):
    row.objects.update(visibility="restricted")
    whole = Objective.objects.select_related("roadmap__area", "roadmap__cycle").get()
    with pytest.raises(WrongState, match="EDGE-24H2-O1 is restricted"):
        saved(whole, lead)
    assert not ObjectiveTemplate.objects.exists()


def test_a_restricted_key_result_stays_out(whole, lead):
    KeyResult.objects.filter(number=1).update(visibility="restricted")
    report = saved(whole, lead)
    assert [row["title"] for row in report.template.plan["key_results"]] == ["Battery"]
    assert report.notes == ["EDGE-24H2-O1-KR1 is restricted and stays out of the template."]
    assert "Decode speed" not in str(report.template.plan)


def test_a_plan_that_takes_nothing_new_takes_no_template(later, lead, edge):
    template = TemplateFactory(area=edge)
    for state, refusal in (("closed", CycleClosed), ("closing", WrongState)):
        Cycle.objects.filter(key="25H1").update(state=state)
        with pytest.raises(refusal):
            begun(template, later, lead)
    assert not Objective.objects.filter(roadmap=later).exists()


def test_what_cannot_be_is_refused_whole(later, lead, edge):
    template = TemplateFactory(area=edge)
    with pytest.raises(Invalid, match="Speed: Start and target are the same"):
        begun(template, later, lead, chosen={1: {"target_value": Decimal(0)}})
    with pytest.raises(Invalid, match="no key result 2"):
        begun(template, later, lead, chosen={2: {}})
    assert not Objective.objects.exists()


def test_an_archived_one_begins_nothing_until_it_is_restored(later, lead, edge):
    template = TemplateFactory(area=edge)
    archive_template(template, by=lead, now=NOW, version=1)
    for act in (
        lambda: begun(template, later, lead),
        lambda: change_template(template, by=lead, now=NOW, name="New"),
    ):
        with pytest.raises(Archived):
            act()
    with pytest.raises(WrongState):
        archive_template(template, by=lead, now=NOW)
    restore_template(template, by=lead, now=NOW)
    with pytest.raises(WrongState):
        restore_template(template, by=lead, now=NOW)
    assert begun(template, later, lead).codes[0] == "EDGE-25H1-O1"


def test_a_stale_name_is_refused(lead, edge):
    template = TemplateFactory(area=edge)
    assert change_template(template, by=lead, now=NOW, version=1, name="New")
    for act in (change_template, archive_template):
        with pytest.raises(StaleVersion):
            act(template, by=lead, now=NOW, version=1)


def test_who_may_keep_which(lead, outsider, manager, viewer, edge, core):
    for area in (edge, core, None):
        TemplateFactory(area=area, name=area.key if area else "all")

    def kept_by(user):
        return {row.name for row in ObjectiveTemplate.objects.editable_by(user)}

    assert [kept_by(user) for user in (lead, outsider, viewer, manager)] == [
        *({"EDGE"}, {"CORE"}, set(), {"EDGE", "CORE", "all"}),
    ]
