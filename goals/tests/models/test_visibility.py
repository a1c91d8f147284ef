"""Who sees what: the permission table, told of one restricted thing at a time."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from areas.models import Area, Role
from areas.tests.factories import AreaFactory, MembershipFactory
from goals.models import CheckIn, Comment, KeyResult, Objective, Risk, Roadmap
from goals.tests.factories import NOW, TODAY, KeyResultFactory, ObjectiveFactory, RiskFactory, check_in

CAST = ["viewer", "contributor", "lead", "outsider", "manager", "administrator"]
MEMBERS = {"viewer", "contributor", "lead", "manager", "administrator"}
MODELS = (Roadmap, Objective, KeyResult, Risk, CheckIn)


@pytest.fixture
def cast(request):
    return {name: request.getfixturevalue(name) for name in CAST} | {"anonymous": AnonymousUser()}


@pytest.fixture
def plan(objective):
    """One of everything, owned by nobody: an owner sees what is theirs."""
    Objective.objects.filter(pk=objective.pk).update(owner=None)
    row = KeyResultFactory(objective=objective)
    check_in(row, 3)
    return {
        "roadmap": objective.roadmap,
        "objective": objective,
        "key_result": row,
        "risk": RiskFactory(objective=objective, key_result=row),
    }


def who_sees(model, cast) -> set[str]:
    return {name for name, person in cast.items() if model.objects.visible_to(person).exists()}


def restrict(row) -> None:
    type(row).objects.filter(pk=row.pk).update(visibility="restricted")


@pytest.mark.parametrize("model", MODELS)
def test_everybody_who_signs_in_reads_everything_internal(plan, cast, model):
    assert who_sees(model, cast) == set(CAST)


@pytest.mark.parametrize(
    ("restricted", "hidden"),
    [
        ("roadmap", {Roadmap, Objective, KeyResult, Risk, CheckIn}),
        ("objective", {Objective, KeyResult, Risk, CheckIn}),
        ("key_result", {KeyResult, CheckIn, Risk}),
        ("risk", {Risk}),
    ],
)
def test_what_is_restricted_and_what_lies_below_it_is_for_members_and_managers(
    plan, cast, restricted, hidden
):
    restrict(plan[restricted])
    for model in MODELS:
        assert who_sees(model, cast) == (MEMBERS if model in hidden else set(CAST)), model


def test_members_of_the_area_above_see_what_is_restricted_below(plan, lib, outsider):
    restrict(plan["roadmap"])
    MembershipFactory(user=outsider, area=lib, role=Role.VIEWER)
    assert all(model.objects.visible_to(outsider).exists() for model in MODELS)


def test_members_of_a_team_do_not_see_what_is_restricted_above_it(plan, edge, outsider):
    restrict(plan["roadmap"])
    MembershipFactory(user=outsider, area=AreaFactory(key="EDGETOOLS", parent=edge), role=Role.LEAD)
    assert not any(model.objects.visible_to(outsider).exists() for model in MODELS)


def test_an_owner_sees_what_is_theirs(plan, outsider):
    restrict(plan["roadmap"])
    KeyResult.objects.filter(pk=plan["key_result"].pk).update(owner=outsider)
    assert KeyResult.objects.visible_to(outsider).exists()
    assert CheckIn.objects.visible_to(outsider).exists()
    assert not Objective.objects.visible_to(outsider).exists()
    Objective.objects.filter(pk=plan["objective"].pk).update(owner=outsider)
    assert Objective.objects.visible_to(outsider).exists()


def test_owner_of_an_objective_sees_its_restricted_parts(plan, outsider):
    restrict(plan["key_result"])
    Objective.objects.filter(pk=plan["objective"].pk).update(owner=outsider)
    assert KeyResult.objects.visible_to(outsider).exists()
    assert CheckIn.objects.visible_to(outsider).exists()


@pytest.mark.parametrize("about", ["objective", "check_in"])
def test_a_comment_is_seen_by_whoever_sees_what_it_is_about(plan, cast, lead, about):
    """Members alone when that is restricted; no visitor ever."""
    row = plan["key_result"].check_ins.get() if about == "check_in" else plan["objective"]
    Comment.objects.create(author=lead, text="Go on.", created_at=NOW, **{about: row})
    assert who_sees(Comment, cast) == set(CAST)
    restrict(plan["key_result" if about == "check_in" else "objective"])
    assert who_sees(Comment, cast) == MEMBERS


@pytest.mark.parametrize("restricted", ["roadmap", "objective", "key_result", "risk"])
@pytest.mark.parametrize("person", ["contributor", "lead", "manager", "administrator"])
def test_whoever_edits_in_an_area_sees_all_of_it(plan, cast, person, restricted):
    """So a form that only an editor reaches need not look at each row it lists again."""
    restrict(plan[restricted])
    assert plan["roadmap"].area in Area.objects.contributable_by(cast[person])
    assert all(model.objects.visible_to(cast[person]).exists() for model in MODELS)


def test_owner_of_a_restricted_risk_sees_it(plan, outsider):
    restrict(plan["risk"])
    Risk.objects.update(owner=outsider)
    assert Risk.objects.visible_to(outsider).exists()


@pytest.mark.parametrize("person", CAST)
def test_who_may_check_in(plan, cast, person):
    may = {"contributor", "lead", "manager", "administrator"}
    assert KeyResult.objects.checkable_by(cast[person], TODAY).exists() == (person in may)
    assert not KeyResult.objects.checkable_by(AnonymousUser(), TODAY).exists()


@pytest.mark.parametrize("person", ["viewer", "outsider"])
def test_an_owner_may_always_check_in_on_their_own(plan, cast, person, objective):
    KeyResult.objects.filter(pk=plan["key_result"].pk).update(owner=cast[person])
    KeyResultFactory(objective=objective)
    assert list(KeyResult.objects.checkable_by(cast[person], TODAY)) == [plan["key_result"]]
    restrict(plan["roadmap"])
    assert list(KeyResult.objects.checkable_by(cast[person], TODAY)) == [plan["key_result"]]


def publish(plan) -> None:
    Roadmap.objects.update(state="published", visibility="public")
    Objective.objects.update(visibility="public")
    Risk.objects.update(visibility="public")


def public() -> set[type]:
    return {model for model in (Roadmap, Objective, KeyResult, Risk) if model.objects.public().exists()}


def test_nothing_is_public_by_itself(plan):
    assert public() == set()
    publish(plan)
    assert public() == {Roadmap, Objective, KeyResult, Risk}


@pytest.mark.parametrize(
    ("model", "change", "left"),
    [
        (Roadmap, {"state": "draft"}, set()),
        (Roadmap, {"visibility": "internal"}, set()),
        (Area, {"archived_at": NOW}, set()),
        (Objective, {"visibility": "internal"}, {Roadmap}),
        (Objective, {"archived_at": NOW}, {Roadmap}),
        (KeyResult, {"visibility": "internal"}, {Roadmap, Objective, Risk}),
        (KeyResult, {"visibility": "restricted"}, {Roadmap, Objective}),
        (KeyResult, {"dropped_at": NOW}, {Roadmap, Objective, Risk}),
        (Risk, {"visibility": "internal"}, {Roadmap, Objective, KeyResult}),
        (Risk, {"archived_at": NOW}, {Roadmap, Objective, KeyResult}),
    ],
)
def test_the_world_reads_what_was_opted_in_at_every_level(plan, model, change, left):
    publish(plan)
    model.objects.update(**change)
    assert public() == left


def test_another_areas_restricted_objective_is_hidden_from_members_of_this_one(plan, core, cycle, lead):
    from goals.tests.factories import RoadmapFactory

    foreign = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), visibility="restricted")
    assert foreign not in Objective.objects.visible_to(lead)
    assert plan["objective"] in Objective.objects.visible_to(lead)


@pytest.mark.only_on("postgresql")
def test_what_a_person_answers_for_is_found_by_an_index(key_result, lead):
    """The header of every page asks it. An OR with a subquery alone leads through all key results."""
    rows = KeyResult.objects.answered_for_by(lead, TODAY)
    assert list(rows) == [key_result]
    with connection.cursor() as cursor:
        # However few rows a test has: what can be found by an index is.
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "Seq Scan on goals_keyresult" not in rows.explain()
