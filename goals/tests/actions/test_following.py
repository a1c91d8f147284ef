"""Open risks and needs follow their objectives into the next cycle, once, also those that come late."""

import importlib

import pytest
from django.apps import apps

from accounts.tests.factories import UserFactory
from goals.actions.alignments import unalign
from goals.actions.following import initiatives_to_follow, needs_to_follow, risks_to_follow
from goals.actions.initiatives import change_initiative
from goals.actions.needs import change_dependency, create_dependency
from goals.actions.risks import create_risk
from goals.actions.rollover import Decision, roll_over
from goals.models import Alignment, Dependency, Initiative, KeyResult, Mitigation, Objective, Risk
from goals.tests.actions.test_cycles import everything
from goals.tests.factories import (
    NOW,
    TODAY,
    AlignmentFactory,
    DependencyFactory,
    InitiativeFactory,
    KeyResultFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
)

KR1 = "EDGE-24H2-O1-KR1"


@pytest.fixture
def run(key_result, cycle, into, manager):
    def run(decisions=None, **options):
        return roll_over(cycle, into=into, by=manager, now=NOW, today=TODAY, decisions=decisions, **options)

    return run


@pytest.fixture
def base(core, cycle):
    """CORE-24H2-O1 with a key result: what others need."""
    made = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    KeyResultFactory(objective=made)
    return made


def needs(objective):
    """What its successor needs: (code or partner, state, note)."""
    found = Dependency.objects.filter(objective__predecessor=objective).order_by("pk")
    return [
        (row.on_objective.code if row.on_objective else row.partner, row.state, row.note) for row in found
    ]


@pytest.mark.parametrize("state", ["asked", "agreed", "at_risk"])
def test_a_need_comes_along_and_is_asked_for_anew(run, objective, manager, state):
    DependencyFactory(objective=objective, partner="Hugging Face", note="Weights", state=state)
    report = run()
    assert needs(objective) == [("Hugging Face", "asked", "Weights")]
    assert report.needs == ["EDGE-25H1-O1: Hugging Face"]
    made = Dependency.objects.get(objective__predecessor=objective)
    assert (made.predecessor.state, made.history.get().history_user) == (state, manager)


def test_what_is_met_stays_behind(run, objective):
    DependencyFactory(objective=objective, state="met")
    assert run().needs == []
    assert needs(objective) == []


def test_a_need_points_to_what_the_other_objective_became(run, objective, base):
    DependencyFactory(objective=objective, partner="", on_objective=base)
    run()
    assert needs(objective) == [("CORE-25H1-O1", "asked", "")]


def test_it_points_there_too_when_the_other_objective_goes_on_later(run, objective, base, manager):
    DependencyFactory(objective=objective, partner="", on_objective=base)
    run({KR1: Decision()})
    assert needs(objective) == [("CORE-24H2-O1", "asked", "")]
    made = Dependency.objects.get(objective__predecessor=objective)
    change_dependency(made, by=manager, now=NOW, state="agreed")
    report = run()
    # Who agreed did so for another objective.
    assert needs(objective) == [("CORE-25H1-O1", "asked", "")]
    assert report.needs == ["EDGE-25H1-O1: CORE-25H1-O1"]


def test_what_does_not_go_on_is_still_needed(run, objective, base):
    DependencyFactory(objective=objective, partner="", on_objective=base)
    run({KR1: Decision(), f"{base.code}-KR1": Decision("drop", "Enough.")})
    assert needs(objective) == [("CORE-24H2-O1", "asked", "")]


def test_of_two_that_waited_for_each_other_one_need_stays_behind_and_is_told(run, objective, base):
    DependencyFactory(objective=objective, partner="", on_objective=base)
    DependencyFactory(objective=base, partner="", on_objective=objective)
    for report in (run(dry_run=True), run(), run()):
        (sentence,) = report.left
        assert "would wait for itself: " in sentence
    assert Dependency.objects.of_cycle(into_of(base)).count() == 1


def into_of(row):
    return Objective.objects.get(predecessor=row).roadmap.cycle


def test_what_is_listed_there_by_hand_is_not_listed_twice(run, objective, base, manager, cycle, into):
    DependencyFactory(objective=objective, partner="Hugging Face")
    DependencyFactory(objective=objective, partner="", on_objective=base)
    run({KR1: Decision()})
    Dependency.objects.filter(objective__roadmap__cycle=into).delete()
    made = Objective.objects.get(predecessor=objective)
    create_dependency(made, by=manager, now=NOW, partner="Hugging Face", note="Mine")
    create_dependency(made, by=manager, now=NOW, on_objective=base)
    run()
    # The one by hand on the objective of then stays where it was put; the one that follows points on.
    assert needs(objective) == [
        ("Hugging Face", "asked", "Mine"),
        ("CORE-24H2-O1", "asked", ""),
        ("CORE-25H1-O1", "asked", ""),
    ]
    assert needs_to_follow(cycle, into) == []


def test_an_objective_comes_to_need_neither_itself_nor_one_twice(run, objective, base, manager, cycle, into):
    DependencyFactory(objective=objective, partner="", on_objective=base)
    run({KR1: Decision()})
    made = Objective.objects.get(predecessor=objective)
    create_dependency(made, by=manager, now=NOW, on_objective=objective)
    run()
    assert sorted(needs(objective)) == [("CORE-25H1-O1", "asked", ""), ("EDGE-24H2-O1", "asked", "")]
    assert needs_to_follow(cycle, into) == []


def test_a_risk_that_came_later_follows_with_the_next_run(run, key_result, objective, manager, cycle, into):
    RiskFactory(objective=objective, title="Known from the start")
    run()
    late = create_risk(objective, by=manager, now=NOW, title="Late", likelihood=2, impact=2)
    own = create_risk(
        objective, by=manager, now=NOW, title="Of KR1", likelihood=2, impact=2, key_result=key_result
    )
    MitigationFactory(risk=late, text="Look weekly")
    assert list(risks_to_follow(cycle, into)) == [late, own]
    report = run()
    assert (report.lines, report.risks) == ([], ["EDGE-25H1-O1-R2", "EDGE-25H1-O1-R3"])
    made = Risk.objects.get(predecessor=own)
    assert made.key_result == KeyResult.objects.get(predecessor=key_result)
    assert Mitigation.objects.get(risk__predecessor=late).text == "Look weekly"
    assert not risks_to_follow(cycle, into).exists()


def test_a_need_that_came_later_follows_too(run, objective, manager):
    run()
    create_dependency(objective, by=manager, now=NOW, partner="Late")
    assert run().needs == ["EDGE-25H1-O1: Late"]


def test_a_third_run_makes_nothing_of_what_was_renamed_or_closed_there(run, objective, base, into):
    RiskFactory(objective=objective)
    DependencyFactory(objective=objective, partner="Hugging Face")
    run()
    ended = {"state": "closed", "outcome": "prevented", "closed_on": TODAY}
    Risk.objects.filter(predecessor__isnull=False).update(title="Renamed", **ended)
    Dependency.objects.filter(predecessor__isnull=False).update(partner="Renamed", state="met")
    before = everything()
    report = run()
    assert (report.risks, report.needs, report.left) == ([], [], [])
    assert everything() == before


def test_nothing_follows_an_objective_that_was_taken_out_there(run, objective, manager, cycle, into):
    run()
    Objective.objects.filter(roadmap__cycle=into).update(dropped_at=NOW)
    create_risk(objective, by=manager, now=NOW, title="Late", likelihood=2, impact=2)
    create_dependency(objective, by=manager, now=NOW, partner="Late")
    report = run()
    assert (report.risks, report.needs, report.left) == ([], [], [])


def test_what_the_other_plan_does_not_take_stays_behind_and_is_told(run, objective, into):
    good, bad = RiskFactory(objective=objective), RiskFactory(objective=objective, title="a\x07b")
    report = run()
    assert report.left == ["EDGE-24H2-O1-R2: This text holds characters that cannot be stored."]
    assert [risk.predecessor for risk in Risk.objects.filter(objective__roadmap__cycle=into)] == [good]
    assert not bad.successors.exists()


def test_a_dry_run_tells_what_follows_and_leaves_nothing(run, objective, base):
    DependencyFactory(objective=objective, partner="", on_objective=base)
    RiskFactory(objective=objective)
    before = everything()
    shown = run(dry_run=True)
    assert (shown.risks, shown.needs) == (["EDGE-25H1-O1-R1"], ["EDGE-25H1-O1: CORE-25H1-O1"])
    assert everything() == before
    assert run(expected=shown.fingerprint) == shown


def test_who_may_not_see_what_is_needed_does_not_see_what_it_became(run, objective, base):
    Objective.objects.filter(pk=base.pk).update(visibility="restricted")
    DependencyFactory(objective=objective, partner="", on_objective=base)
    run()
    need = Dependency.objects.get(objective__predecessor=objective)
    assert need.on_objective.predecessor == base
    assert not Objective.objects.visible_to(UserFactory()).filter(pk=need.on_objective_id).exists()


def test_it_asks_as_often_for_ten_needs_as_for_one(
    objective, base, cycle, into, run, django_assert_num_queries
):
    run()
    for number in range(10):
        DependencyFactory(objective=objective, partner=f"Partner {number}")
    with django_assert_num_queries(3):
        assert len(needs_to_follow(cycle, into)) == 10


def test_the_migration_knows_risks_that_were_carried_over_before(run, objective, manager, cycle, into):
    old = [RiskFactory(objective=objective, title=title) for title in ("Same", "Same", "Other")]
    run()
    Risk.objects.update(predecessor=None)
    made = Objective.objects.get(predecessor=objective)
    create_risk(made, by=manager, now=NOW, title="New there", likelihood=2, impact=2)
    migration = importlib.import_module("goals.migrations.0009_link_carried_risks")
    migration.link_carried_risks(apps, None)
    linked = Risk.objects.filter(objective=made).order_by("number").values_list("predecessor", flat=True)
    assert list(linked) == [*(risk.pk for risk in old), None]
    assert run().risks == []


def test_unfinished_initiatives_come_along_in_their_order_and_done_ones_stay(
    run, key_result, contributor, manager
):
    link = "https://example.org/pull/7"
    for title, state in (("First", "doing"), ("Past", "done"), ("Not", "dropped"), ("Last", "planned")):
        InitiativeFactory(
            key_result=key_result, title=title, state=state, link=link, owner=contributor, due_on=TODAY
        )
    report = run()
    assert report.initiatives == ["EDGE-25H1-O1-KR1: First", "EDGE-25H1-O1-KR1: Last"]
    there = list(Initiative.objects.filter(key_result__predecessor=key_result))
    assert [(row.title, row.state, row.link, row.owner, row.due_on) for row in there] == [
        ("First", "doing", link, contributor, TODAY),
        ("Last", "planned", link, contributor, TODAY),
    ]
    assert [row.predecessor.title for row in there] == ["First", "Last"]
    assert there[0].history.get().history_user == manager
    assert key_result.initiatives.count() == 4


def test_who_left_owns_no_initiative_there(run, key_result, contributor):
    InitiativeFactory(key_result=key_result, owner=contributor)
    contributor.is_active = False
    contributor.save()
    run()
    assert Initiative.objects.get(predecessor__isnull=False).owner is None


def test_initiatives_of_a_dropped_key_result_stay_behind(run, key_result):
    InitiativeFactory(key_result=key_result)
    assert run({KR1: Decision(choice="drop", reason="no use")}).initiatives == []
    assert Initiative.objects.count() == 1


def test_an_initiative_that_came_later_follows_once(run, cycle, into, key_result, contributor, manager):
    run()
    late = InitiativeFactory(key_result=key_result, title="Late")
    assert list(initiatives_to_follow(cycle, into)) == [late]
    assert run().initiatives == ["EDGE-25H1-O1-KR1: Late"]
    made = late.successors.get()
    change_initiative(made, by=manager, now=NOW, state="done")
    assert not initiatives_to_follow(cycle, into).exists()
    report = run()
    assert report.initiatives == report.left == []
    made.refresh_from_db()
    assert made.state == "done"


def test_an_initiative_of_what_was_given_up_there_stays_behind(run, cycle, into, key_result, manager):
    run()
    InitiativeFactory(key_result=key_result)
    KeyResult.objects.filter(predecessor=key_result).update(dropped_at=NOW)
    assert not initiatives_to_follow(cycle, into).exists()
    assert run().initiatives == []


def test_alignments_come_along_when_both_ends_go_on_and_once(run, objective, base, into, manager):
    alone = ObjectiveFactory(roadmap=base.roadmap)  # nothing of it is unfinished
    Objective.objects.filter(pk=base.pk).update(counts_supporters=True)
    for supported, weight in ((base, 3), (alone, 1)):
        AlignmentFactory(supporter=objective, supported=supported, weight=weight)
    assert run(dry_run=True).supports == ["EDGE-25H1-O1: CORE-25H1-O1"]
    assert not Alignment.objects.filter(supporter__roadmap__cycle=into).exists()
    assert run().supports == ["EDGE-25H1-O1: CORE-25H1-O1"]
    made = Alignment.objects.get(supporter__roadmap__cycle=into)
    assert (made.weight, made.supported.counts_supporters) == (3, True)
    assert run().supports == []
    unalign(made, by=manager, now=NOW)
    assert run().supports == []


def test_an_alignment_follows_when_its_other_end_comes_late(run, objective, base):
    AlignmentFactory(supporter=objective, supported=base)
    core = base.key_results.get().code
    assert run({KR1: Decision()}).supports == []
    assert run({core: Decision()}).supports == ["EDGE-25H1-O1: CORE-25H1-O1"]
