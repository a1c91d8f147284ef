"""What happened: whole, in order, page by page, and as far as its reader may see it."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest

from goals.actions import roadmaps
from goals.actions.alignments import align, unalign, weigh
from goals.actions.comments import acknowledge, add_comment, delete_comment
from goals.actions.concerns import add_concern
from goals.actions.initiatives import create_initiative
from goals.actions.key_results import change_key_result, create_key_result
from goals.actions.kpis import change_kpi
from goals.actions.moving import move_key_result
from goals.actions.shares import end_share, share
from goals.actions.subscriptions import subscribe
from goals.figures.activity import Place, activity, whole_activity
from goals.figures.activity_scope import Scope
from goals.figures.what_changed import what_changed
from goals.models import Acknowledgement, ActivityMark, CheckIn, Comment, KeyResult, Objective, Roadmap
from goals.tests.factories import (
    NOW,
    TODAY,
    DependencyFactory,
    KeyResultFactory,
    KpiFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    check_in,
    enter,
)

EARLY = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
# After all that the factories make.
LATER = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def story(key_result, lead, contributor, administrator):
    """A check-in, a comment on it and on the objective, a change of the plan, a risk with a step."""
    objective = key_result.objective
    made = check_in(key_result, 3, author=lead, note="Nightly")
    add_comment(made, by=contributor, now=NOW, text="Well done")
    add_comment(objective, by=lead, now=NOW, text="Hello", mentions=[contributor])
    roadmaps.change_objective(objective, by=lead, now=NOW, title="Faster", owner=administrator)
    MitigationFactory(risk=RiskFactory(objective=objective))
    create_initiative(key_result, by=contributor, now=NOW, title="Do it")
    return key_result


@pytest.fixture
def ties(story, core, cycle, edge, lead, outsider, manager):
    """What ties the story to CORE-24H2-O1 and is over in part, interim targets, a note taken, and a KPI."""
    objective, there = story.objective, ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    who = {"by": lead, "now": LATER, "reason": "agreed"}
    weigh(align(objective, there, **who), Decimal(2), by=outsider, now=LATER, reason="enough")
    unalign(objective.supports.get(), **who)
    align(objective, there, **who)
    end_share(share(objective, core, weight=Decimal("0.5"), **who), **who)
    add_concern(story.risks.first() or RiskFactory(objective=objective), there, **who)
    for value in (5, 6):
        plan = [(dt.date(2024, 11, 1), Decimal(value))]
        change_key_result(story, interim_targets=plan, **who)
    change_key_result(KeyResult.objects.get(pk=story.pk), interim_targets=[], **who)
    acknowledge(story.last_check_in, by=manager, now=LATER)
    kpi = KpiFactory(area=edge, title="Crashes", aim="within", upper_bound=Decimal(3))
    enter(kpi, 4, author=lead)
    change_kpi(type(kpi).objects.get(pk=kpi.pk), by=lead, now=LATER, upper_bound=Decimal(5))
    return there


def told(scope, **options):
    """(code, what, new) of every line."""
    rows = activity(scope, limit=500, **options).rows
    return [(line.code, line.what, line.new) for row in rows for line in row.lines]


def test_it_says_what_what_changed_says(story, ties, manager, cycle):
    """The lines of two pages come from one place: every kind that the activity tells of."""
    happened = activity(Scope(manager), limit=500).rows
    lines = {(c.code, c.title, c.what, c.old, c.new, c.by, c.reason) for row in happened for c in row.lines}
    changes = [row for row in what_changed(cycle, user=manager, since=EARLY) if row.section != "people"]
    assert {(c.code, c.title, c.what, c.old, c.new, c.by, c.reason) for c in changes} == lines
    assert len(happened) > 8
    assert {
        ("supports CORE-24H2-O1", "", "1"),
        ("supports CORE-24H2-O1", "1", "2"),
        ("supports CORE-24H2-O1 no more", "2", "–"),
        ("shared with CORE", "", "0.5"),
        ("shared with CORE no more", "0.5", "–"),
        ("concerns CORE-24H2-O1", "", ""),
        ("interim target for 1 Nov 2024", "–", "5"),
        ("interim target for 1 Nov 2024", "5", "6"),
        ("interim target for 1 Nov 2024", "6", "–"),
        ("taken note of check-in 1", "", ""),
        ("value", "", "4"),
        ("at most", "3", "5"),
    } <= {(what, old, new) for _code, _title, what, old, new, _by, _reason in lines}


def test_what_is_tied_to_what_is_hidden_is_not_told(story, ties, outsider, viewer, edge):
    subscribe(edge, by=viewer, now=NOW)
    scopes = Scope(viewer), Scope(viewer, area=edge), Scope(viewer, is_followed=True)
    named = [f"{what} CORE-24H2-O1" for what in ("supports", "concerns")]
    for scope in scopes:
        assert set(named) <= {what for _code, what, _new in told(scope)}
    Objective.objects.filter(pk=ties.pk).update(visibility="restricted")
    for scope in scopes:
        assert not [what for _code, what, _new in told(scope) if "CORE-24H2-O1" in what]
    assert {what for _code, what, _new in told(Scope(outsider)) if "O1" in what}
    type(edge.kpis.get()).objects.update(visibility="restricted")
    assert "EDGE-K1" in {code for code, _what, _new in told(Scope(viewer))}
    assert "EDGE-K1" not in {code for code, _what, _new in told(Scope(outsider))}
    bound = type(edge).objects.at_or_below([edge])
    assert not [what for _code, what, _new in told(Scope(outsider, reach=bound)) if "CORE-24H2-O1" in what]


def test_what_is_needed_and_hidden_is_not_told(story, ties, viewer, edge):
    """What a need is of stands in the title of its line, so lines are counted."""
    scopes = Scope(viewer), Scope(viewer, area=edge)
    counts = {}
    for visibility in ("internal", "restricted"):
        Objective.objects.filter(pk=ties.pk).update(visibility=visibility)
        counts[visibility] = [len(told(scope)) for scope in scopes]
    DependencyFactory(objective=story.objective, partner="", on_objective=ties)
    assert [len(told(scope)) for scope in scopes] == counts["restricted"]
    Objective.objects.filter(pk=ties.pk).update(visibility="internal")
    assert [len(told(scope)) for scope in scopes] == [count + 1 for count in counts["internal"]]


def test_who_took_a_note_back_is_told_of_no_more_and_co_owners_of_what_they_own(story, ties, lead, core):
    assert "shared with CORE" in {what for _code, what, _new in told(Scope(lead, area=core))}
    Acknowledgement.objects.all().delete()
    assert not [what for _code, what, _new in told(Scope(lead)) if "taken note" in what]


def test_interim_targets_that_came_with_their_key_result_are_not_told(objective, lead):
    plan = [(dt.date(2024, 11, 1), Decimal(9))]
    fields = {"title": "Speed", "start_value": Decimal(8), "target_value": Decimal(12)}
    create_key_result(objective, by=lead, now=NOW, today=TODAY, interim_targets=plan, **fields)
    assert not [what for _code, what, _new in told(Scope(lead)) if "interim" in what]


def test_an_objective_has_all_in_it_and_nothing_beside(story, lead, roadmap):
    other = KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap))
    check_in(other, 7, author=lead)
    of_one = told(Scope(lead, objective=story.objective))
    assert ("EDGE-24H2-O1", "title", "Faster") in of_one
    assert ("EDGE-24H2-O1", "owner", "Ad Ministrator") in of_one
    assert ("EDGE-24H2-O1-KR1", "check-in", "3") in of_one
    assert ("", "new", "") in of_one  # the step
    assert not any("O2" in code for code, _what, _new in of_one)
    of_key_result = told(Scope(lead, key_result=story))
    assert {code for code, _what, _new in of_key_result} == {"EDGE-24H2-O1-KR1"}
    assert ("EDGE-24H2-O1-KR1", "comment on check-in 1", "") in of_key_result


def test_an_area_has_all_below_it(story, lead, lib, core, edge):
    assert told(Scope(lead, area=lib)) == told(Scope(lead, area=edge))
    assert told(Scope(lead, area=core)) == []


def test_a_person_has_what_they_did(story, lead, contributor):
    done = {(code, what) for code, what, _new in told(Scope(lead, person=contributor))}
    assert done == {("EDGE-24H2-O1-KR1", "comment on check-in 1"), ("EDGE-24H2-O1-KR1", "new")}


def test_what_is_followed_is_told_once_and_mentions_too(story, contributor, lead, edge, outsider):
    assert told(Scope(outsider, is_followed=True)) == []
    mentioned = activity(Scope(contributor, is_followed=True), limit=9).rows
    assert [(row.first.what, row.mentions_reader) for row in mentioned] == [("comment", True)]
    for thing in (edge, story.objective, story):
        subscribe(thing, by=outsider, now=NOW)
    assert told(Scope(outsider, is_followed=True)) == told(Scope(outsider, area=edge))


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_have_everything_once_whatever_comes_in_meanwhile(story, lead, limit):
    scope = Scope(lead)
    whole = [row.place for row in activity(scope, limit=500).rows]
    assert whole == sorted(whole, reverse=True)
    found, after = [], None
    while True:
        page = activity(scope, after=after, limit=limit)
        assert len(page.rows) <= limit
        found += [row.place for row in page.rows]
        check_in(story, 4, author=lead, now=LATER + dt.timedelta(days=len(found)))
        if page.older is None:
            break
        after = Place.read(str(page.older))
        assert after == page.older
    assert found == whole
    assert [row.place for row in whole_activity(scope, at_once=2)][-len(whole) :] == whole


def test_of_one_moment_every_place_is_another(story, lead):
    Comment.objects.update(created_at=NOW)
    places = [row.place for row in activity(Scope(lead), limit=500).rows]
    assert all(later > earlier for later, earlier in pairwise(places))


@pytest.mark.parametrize(
    "text", ["", "x", "1-4-1", "1-0", "-1-0-1", "9" * 18 + "-0-1", "1-0-1 ", "١-0-1", "1-0-1\n"]
)
def test_what_is_no_place_is_read_as_none(text):
    assert Place.read(text) is None


def test_a_filter_takes_one_kind_or_a_time(story, lead):
    by_kind = {kind: told(Scope(lead, section=kind)) for kind in ("values", "plan", "risks", "comments")}
    assert all(by_kind.values())
    assert sum(map(len, by_kind.values())) == len(told(Scope(lead)))
    assert told(Scope(lead, since=LATER)) == []


def test_what_nobody_is_told_of_makes_no_row(key_result, lead):
    before = told(Scope(lead))
    change_key_result(key_result, by=lead, now=NOW, source_note="a note on the source")
    assert told(Scope(lead)) == before


def test_a_move_is_told_by_its_codes(key_result, lead, roadmap):
    move_key_result(key_result, ObjectiveFactory(roadmap=roadmap), by=lead, now=NOW, reason="why")
    rows = activity(Scope(lead, key_result=KeyResult.objects.get()), limit=9).rows
    lines = [(line.what, line.old, line.new) for row in rows for line in row.lines]
    assert ("moved", "EDGE-24H2-O1-KR1", "EDGE-24H2-O2-KR1") in lines


def test_a_deleted_comment_is_told_no_more(story, lead):
    delete_comment(Comment.objects.get(objective__isnull=False), by=lead, now=NOW)
    assert ("EDGE-24H2-O1", "comment", "") not in told(Scope(lead))


@pytest.mark.parametrize("scope", ["everything", "area", "objective", "key result", "person", "follows"])
def test_nothing_hidden_is_told(story, outsider, lead, edge, scope):
    for thing in (edge, story.objective, story):
        subscribe(thing, by=outsider, now=NOW)
    options = {
        "everything": {},
        "area": {"area": edge},
        "objective": {"objective": story.objective},
        "key result": {"key_result": story},
        "person": {"person": lead},
        "follows": {"is_followed": True},
    }[scope]
    assert told(Scope(outsider, **options))
    KeyResult.objects.update(visibility="restricted")
    assert not [code for code, _what, _new in told(Scope(outsider, **options)) if "KR" in code]
    Objective.objects.update(visibility="restricted")
    assert {code for code, _what, _new in told(Scope(outsider, **options))} <= {"EDGE-24H2"}
    Roadmap.objects.update(visibility="restricted")
    assert told(Scope(outsider, **options)) == []
    Roadmap.objects.update(visibility="internal")
    Objective.objects.update(visibility="internal")
    KeyResult.objects.update(visibility="inherit")
    assert told(Scope(outsider, **options))


def test_a_mention_in_what_is_hidden_now_is_not_told(story, outsider, lead):
    add_comment(story.objective, by=lead, now=NOW, text="For you", mentions=[outsider])
    assert told(Scope(outsider, is_followed=True))
    Objective.objects.update(visibility="restricted")
    assert told(Scope(outsider, is_followed=True)) == []


def test_a_bound_program_reads_of_its_area_alone(story, lead, core, edge, contributor):
    assert told(Scope(lead, reach=type(core).objects.at_or_below([core]))) == []
    assert told(Scope(lead, reach=type(core).objects.at_or_below([edge]))) == told(Scope(lead))
    bound = Scope(contributor, is_followed=True, reach=type(core).objects.at_or_below([core]))
    assert told(bound) == []


def test_what_a_bound_program_does_not_reach_is_not_named_as_a_need(story, manager, core, edge, cycle):
    there = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), title="Out of reach")
    DependencyFactory(objective=story.objective, on_objective=there, partner="")
    needs = {row.first.title for row in activity(Scope(manager), limit=500).rows}
    assert "needs CORE-24H2-O1 Out of reach" in needs
    bound = Scope(manager, reach=type(core).objects.at_or_below([edge]))
    assert not any("Out of reach" in row.first.title for row in activity(bound, limit=500).rows)


def test_archived_areas_are_out(story, manager, edge):
    type(edge).objects.filter(pk=edge.pk).update(archived_at=NOW)
    assert told(Scope(manager)) == []


@pytest.mark.only_on("sqlite")
def test_a_page_costs_the_same_however_much_happened(
    story, lead, roadmap, django_assert_num_queries, django_assert_max_num_queries
):
    subscribe(story.area, by=lead, now=NOW)
    for scope in (Scope(lead), Scope(lead, is_followed=True)):
        with django_assert_max_num_queries(COST):
            activity(scope, limit=50)
    for number in range(20):
        row = KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap))
        check_in(row, number + 1, author=lead)
        RiskFactory(objective=row.objective)
    for scope in (Scope(lead), Scope(lead, is_followed=True)):
        with django_assert_max_num_queries(COST):
            assert len(activity(scope, limit=50).rows) == 50


# Five for what happened, seven for the things it is about, owners, and mentions.
COST = 14


def test_other_areas_of_the_same_cycle_are_not_mixed_in(story, lead, core, cycle):
    there = KeyResultFactory(objective=ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle)))
    check_in(there, 5, author=lead)
    subscribe(core, by=lead, now=NOW)
    codes = {code for code, _what, _new in told(Scope(lead, is_followed=True))}
    assert codes == {"CORE-24H2", "CORE-24H2-O1", "CORE-24H2-O1-KR1"}
    assert CheckIn.objects.count() == 2
    assert ActivityMark.objects.filter(person=lead).count() == 1
