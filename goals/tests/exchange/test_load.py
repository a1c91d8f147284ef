"""Documents become rows, all or nothing, and come back as the same documents."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from accounts.tests.factories import UserFactory
from areas.models import Area
from goals.actions.needs import withdraw_dependency
from goals.exchange import document as choices
from goals.exchange.document import KeyResultEntry, NeedEntry, ObjectiveEntry, RiskEntry, RoadmapDocument
from goals.exchange.dump import dump_roadmap, roadmap_document, with_plan
from goals.exchange.errors import DocumentError
from goals.exchange.load import load_documents
from goals.exchange.markdown_reader import read, read_file
from goals.exchange.markdown_writer import write
from goals.models import Cycle, Dependency, KeyResult, Mitigation, Objective, Risk, Roadmap
from goals.models.cycle import Visibility
from goals.models.objective import Level
from goals.tests.factories import NOW, TODAY, CycleFactory, ObjectiveFactory, RiskFactory

DEMO = Path("goals/demo/pytorch-2024-h2")


def load(*documents, **options):
    return load_documents(documents, **{"by": None, "today": TODAY, "now": NOW} | options)


def refusals(*documents, **options):
    with pytest.raises(DocumentError) as refusal:
        load(*documents, **options)
    return refusal.value.sentences()


def plan(*objectives, **fields):
    return RoadmapDocument(
        **{"area": "EDGE", "cycle": "24H2", "name": "edge.md", "objectives": objectives} | fields
    )


def beta(*key_results, **fields):
    values = {"kind": "focus", "number": 1, "title": "Beta", "key_results": key_results, "line": 9}
    return ObjectiveEntry(**values | fields)


def speed(**fields):
    values = {"number": 1, "title": "Speed", "start": Decimal(8), "target": Decimal("11.5"), "line": 15}
    return KeyResultEntry(**values | fields)


@pytest.fixture
def demo(db):
    """The documents of 2024 H2, and everybody they name; the cycle is being planned."""
    CycleFactory(state="planning")
    documents = [read_file(path) for path in sorted(DEMO.glob("*-24H2.md"))]
    for document in documents:
        for role in ("lead", "contributor"):
            UserFactory(email=f"{role}.{document.area.lower()}@example.org")
    return documents


def test_the_demo_becomes_rows_and_comes_back_as_the_same_documents(demo):
    report = load(*demo)

    assert {"CORE", "EDGE", "EDGE-24H2", "EDGE-24H2-O1-KR3", "EDGE-24H2-O3 needs Arm"} <= set(report.created)
    assert [dump_roadmap(document.code) for document in demo] == demo
    assert Area.objects.get(key="COREL").parent.key == "CORE"
    assert KeyResult.objects.get(code="EDGE-24H2-O1-KR3").objective.owner.email == "lead.edge@example.org"
    need = Dependency.objects.get(objective__code="EDGE-24H2-O2")
    assert need.on_objective.code == "COMPC-24H2-O1"


def test_what_was_written_out_is_unchanged_when_it_is_read_again(demo, django_assert_max_num_queries):
    load(*demo)
    documents = [dump_roadmap(document.code) for document in demo]

    report = load(*documents)

    assert report.created == report.changed == report.absent == []
    assert len(report.unchanged) > 150
    with django_assert_max_num_queries(26):
        load(documents[0])


def test_a_document_costs_the_same_queries_however_much_it_holds(demo, django_assert_num_queries):
    load(*demo)

    for codes in (["EDGE-24H2"], ["EDGE-24H2", "DIST-24H2", "DATA-24H2"]):
        with django_assert_num_queries(11):
            for roadmap in with_plan(Roadmap.objects.filter(code__in=codes)):
                roadmap_document(roadmap)


def test_a_dry_run_tells_and_writes_nothing(edge, cycle):
    report = load(plan(beta(speed())), dry_run=True)

    assert report.created == ["EDGE-24H2", "EDGE-24H2-O1", "EDGE-24H2-O1-KR1"]
    assert not Roadmap.objects.exists()


def test_an_unknown_area_is_made_only_when_the_document_names_it(lib, cycle):
    assert refusals(plan()) == ["edge.md:1: there is no area 'EDGE'; name it with area_name to make it"]

    load(plan(area_name="Edge", area_parent="LIB"))

    assert Area.objects.get(key="EDGE").parent == lib


def test_an_unknown_parent_is_refused_without_a_name(cycle):
    sentences = refusals(plan(area_name="Edge", area_parent="LIB"))

    assert sentences == ["edge.md:1: there is no area 'LIB'; name it with parent_name to make it"]
    assert not Area.objects.exists()


def test_an_unknown_cycle_is_refused_with_those_there_are(edge, cycle):
    assert refusals(plan(cycle="25H1")) == ["edge.md:1: there is no cycle '25H1'; the cycles are 24H2"]


def test_another_cycle_may_be_named_for_the_documents(edge, cycle):
    assert load(plan(cycle="25H1"), cycle="24H2").created == ["EDGE-24H2"]


def test_a_closed_cycle_takes_no_plan(edge, cycle):
    Cycle.objects.update(state="closed")

    assert refusals(plan()) == ["edge.md:1: 2024 H2 is closed; its numbers are frozen."]


def test_an_unknown_owner_is_refused_with_the_line_and_nothing_is_written(edge, cycle):
    sentences = refusals(plan(beta(speed(owner="nobody@example.org"))))

    assert sentences == ["edge.md:15: nobody here has the address nobody@example.org"]
    assert not Roadmap.objects.exists()


def test_owners_are_found_without_regard_to_case(edge, cycle):
    user = UserFactory(email="Ada@example.org")

    load(plan(beta(speed(owner="ADA@example.org"))))

    assert KeyResult.objects.get().owner == user
    assert load(plan(beta(speed(owner="ada@example.org")))).changed == []


def test_a_need_on_an_unknown_objective_is_refused(edge, cycle):
    sentences = refusals(plan(beta(needs=(NeedEntry(on_objective="CORE-24H2-O7", line=21),))))

    assert sentences == ["edge.md:21: there is no objective CORE-24H2-O7"]


def test_documents_of_one_load_may_need_what_comes_later(edge, core, cycle):
    needy = plan(beta(needs=(NeedEntry(on_objective="CORE-24H2-O1"),)))
    needed = plan(beta(), area="CORE", name="core.md")

    load(needy, needed)

    assert Dependency.objects.count() == 1


def test_documents_that_would_wait_for_each_other_are_refused(edge, core, cycle):
    needy = plan(beta(needs=(NeedEntry(on_objective="CORE-24H2-O1", line=21),)))
    needed = plan(beta(needs=(NeedEntry(on_objective="EDGE-24H2-O1", line=7),)), area="CORE", name="core.md")
    ways = "CORE-24H2-O1 → EDGE-24H2-O1 → CORE-24H2-O1"

    assert refusals(needy, needed) == [f"core.md:7: CORE-24H2-O1 would wait for itself: {ways}."]

    assert Dependency.objects.count() == 0


def test_an_answer_goes_out_and_comes_back_with_who_loaded_it(edge, core, cycle, manager):
    needs = (
        NeedEntry(partner="Arm", note="boards", state="agreed", answer="accepted", answer_note="In May."),
        NeedEntry(partner="Intel", answer="declined", answer_note="No · room: none"),
    )
    load(plan(beta(needs=needs)), by=manager)
    assert set(Dependency.objects.values_list("answered_by", flat=True)) == {manager.pk}
    written = dump_roadmap("EDGE-24H2")
    assert written.objectives[0].needs == needs
    assert read(write(written)) == written
    assert load(written, by=manager).changed == []


def test_a_document_says_that_an_answer_holds_for_other_words_too(edge, core, cycle, manager, lead):
    need = NeedEntry(partner="Arm", note="boards", state="agreed", answer="accepted", answer_note="In May.")
    load(plan(beta(needs=(need,))), by=manager)
    load(plan(beta(needs=(replace(need, note="two boards"),))), by=lead)
    row = Dependency.objects.get()
    assert (row.note, row.state, row.answer, row.answered_by) == ("two boards", "agreed", "accepted", manager)
    load(plan(beta(needs=(NeedEntry(partner="Arm", note="two boards"),))), by=lead)
    row.refresh_from_db()
    assert (row.state, row.answer, row.answered_by) == ("asked", "", None)


def test_what_was_withdrawn_is_in_no_document(edge, core, cycle, lead):
    load(plan(beta(needs=(NeedEntry(partner="Arm"),))))
    withdraw_dependency(Dependency.objects.get(), by=lead, now=NOW)
    assert dump_roadmap("EDGE-24H2").objectives[0].needs == ()
    load(plan(beta(needs=(NeedEntry(partner="Arm"),))))
    assert Dependency.objects.live().count() == 1


def test_a_decline_without_a_word_is_refused_at_its_line(edge, core, cycle):
    assert (
        "Whoever declines says why."
        in refusals(plan(beta(needs=(NeedEntry(partner="Arm", answer="declined", line=12),))))[0]
    )


def test_the_public_is_not_told_what_was_answered(edge, core, cycle, manager):
    answered = NeedEntry(partner="Arm", state="agreed", answer="accepted", answer_note="In May.")
    load(plan(beta(needs=(answered,))), by=manager)
    Roadmap.objects.update(state="published", visibility="public")
    Objective.objects.update(visibility="public")
    (need,) = dump_roadmap("EDGE-24H2", public=True).objectives[0].needs
    assert (need.state, need.answer, need.answer_note) == ("agreed", "", "")


def test_a_number_that_was_given_out_before_is_refused(edge, cycle):
    load(plan(beta(number=3)))

    sentences = refusals(plan(beta(number=2, title="Another")))

    assert sentences == ["edge.md:9: Number 2 was given out before; the next free one is 4."]


def test_what_was_archived_is_not_changed_by_a_document(objective):
    Objective.objects.update(archived_at=NOW)

    assert refusals(plan(beta())) == ["edge.md:9: EDGE-24H2-O1 was archived or dropped; restore it first"]


def test_entries_without_a_number_are_found_by_their_title(edge, cycle):
    unnumbered = plan(beta(speed(number=None), number=None))

    assert load(unnumbered).created == ["EDGE-24H2", "EDGE-24H2-O1", "EDGE-24H2-O1-KR1"]
    assert load(unnumbered).unchanged == ["EDGE-24H2", "EDGE-24H2-O1", "EDGE-24H2-O1-KR1"]


def test_what_the_document_does_not_name_stays(objective, key_result):
    risk = RiskFactory(objective=objective)

    report = load(plan(beta(speed(title=key_result.title), number=2, title="New")))

    assert report.absent == ["EDGE-24H2-O1"]
    report = load(plan(beta()))
    assert report.absent == ["EDGE-24H2-O2", "EDGE-24H2-O1-KR1", "EDGE-24H2-O1-R1"]
    assert Risk.objects.get() == risk


def test_a_definition_in_a_cycle_that_has_begun_changes_with_a_reason_only(edge, cycle):
    load(plan(beta(speed())))
    steeper = plan(beta(speed(target=Decimal(12))))

    assert refusals(steeper) == [
        "edge.md:15: Say why the definition of EDGE-24H2-O1-KR1 changes; the cycle has begun."
    ]
    assert KeyResult.objects.get().target_value == Decimal("11.5")
    assert load(steeper, reason="New hardware").changed == ["EDGE-24H2-O1-KR1"]
    assert KeyResult.objects.get().history.first().history_change_reason == "New hardware"


def test_due_day_and_marks_change_with_a_reason_in_a_cycle_that_has_begun(edge, cycle):
    load(plan(beta(speed())))

    for changed in ({"due_on": date(2024, 11, 30)}, {"commit": Decimal(10)}, {"stretch": Decimal(99)}):
        later = plan(beta(speed(**changed)))
        assert refusals(later) == [
            "edge.md:15: Say why the definition of EDGE-24H2-O1-KR1 changes; the cycle has begun."
        ]
        assert load(later, reason="Fair in December").changed == ["EDGE-24H2-O1-KR1"]


def test_all_problems_of_all_documents_are_told_at_once(edge, core, cycle):
    one = plan(beta(speed(owner="a@example.org"), owner="b@example.org"))
    other = plan(beta(speed(owner="c@example.org")), area="CORE", name="core.md")

    assert [sentence.split(": ")[0] for sentence in refusals(one, other)] == [
        "core.md:15",
        "edge.md:9",
        "edge.md:15",
    ]


def test_one_roadmap_does_not_stand_in_two_documents(edge, cycle):
    sentences = refusals(plan(), plan(name="edge-copy.md"))

    assert sentences == ["edge-copy.md:1: EDGE-24H2 stands in edge.md too"]


def test_the_order_of_the_document_is_kept(edge, cycle):
    document = plan(beta(speed(number=2, title="B"), speed(number=1, title="A")))
    load(document)

    assert dump_roadmap("EDGE-24H2").objectives == document.objectives
    turned = plan(beta(speed(number=1, title="A"), speed(number=2, title="B")))
    load(turned)
    assert dump_roadmap("EDGE-24H2").objectives == turned.objectives


def test_a_risk_may_hang_on_a_key_result_of_the_same_document(edge, cycle):
    risk = RiskEntry(number=1, kind="known", title="Late", key_result=1)

    load(plan(beta(speed(), risks=(risk,))))

    assert Risk.objects.get().key_result.code == "EDGE-24H2-O1-KR1"
    load(plan(beta(speed(), risks=(replace(risk, key_result=None),))))
    assert Risk.objects.get().key_result is None


def test_the_public_document_holds_only_what_is_public(edge, cycle):
    lead = UserFactory(email="lead@example.org")
    hidden = ObjectiveFactory(roadmap__area__key="SECRET", roadmap__cycle=cycle)
    risks = (
        RiskEntry(number=1, kind="known", title="Secret"),
        RiskEntry(number=2, kind="known", title="Told", visibility="public", key_result=2),
    )
    shown = beta(
        speed(owner=lead.email),
        speed(number=2, title="Internal", visibility="internal"),
        visibility="public",
        owner=lead.email,
        risks=risks,
        needs=(NeedEntry(on_objective=hidden.code), NeedEntry(partner="Arm")),
    )
    document = plan(shown, beta(number=2, title="Hidden"), state="published", visibility="public")
    load(document)

    public = dump_roadmap("EDGE-24H2", public=True)

    (objective,) = public.objectives
    assert [each.title for each in objective.key_results] == ["Speed"]
    assert [(each.number, each.title, each.key_result) for each in objective.risks] == [(2, "Told", None)]
    assert [need.partner for need in objective.needs] == ["Arm"]
    assert "lead@example.org" not in str(public)


def test_what_was_archived_or_dropped_is_not_in_the_document(edge, cycle):
    risk = RiskEntry(number=1, kind="known", title="Late", key_result=2)
    entries = [speed(number=number, title=f"Speed {number}") for number in (1, 2, 3)]
    load(plan(beta(*entries, risks=(risk,)), beta(number=2, title="Gone")))
    KeyResult.objects.filter(number=2).update(dropped_at=NOW)
    KeyResult.objects.filter(number=3).update(archived_at=NOW)
    Objective.objects.filter(number=2).update(archived_at=NOW)

    (objective,) = dump_roadmap("EDGE-24H2").objectives

    assert [each.number for each in objective.key_results] == [1]
    assert [each.key_result for each in objective.risks] == [None]


@pytest.mark.parametrize("fields", [{"visibility": "internal"}, {"state": "draft"}])
def test_a_roadmap_that_is_not_public_has_no_public_document(edge, cycle, fields):
    load(plan(**{"state": "published", "visibility": "public"} | fields))

    with pytest.raises(DocumentError, match="EDGE-24H2: the roadmap is not public"):
        dump_roadmap("EDGE-24H2", public=True)


def test_the_plan_keeps_dates_of_key_results_and_the_day_they_came_in(edge, cycle):
    load(plan(beta(speed(due_on=date(2024, 10, 31), rhythm=7))))

    key_result = KeyResult.objects.get()
    assert (key_result.due_on, key_result.check_in_every_days, key_result.added_on) == (
        date(2024, 10, 31),
        7,
        TODAY,
    )


def test_documents_and_models_know_the_same_words():
    assert list(choices.STATES) == Roadmap.State.values
    assert list(choices.VISIBILITIES) == Visibility.values
    assert list(choices.KINDS) == Objective.Kind.values
    assert list(choices.COMMITMENTS) == Objective.Commitment.values
    assert list(choices.PILLARS.items()) == Objective.Pillar.choices
    assert list(choices.LEVELS) == Level.values
    assert list(choices.KEY_RESULT_KINDS) == KeyResult.Kind.values
    assert list(choices.KEY_RESULT_VISIBILITIES) == KeyResult.Visibility.values
    assert list(choices.RISK_KINDS) == Risk.Kind.values
    assert list(choices.RISK_RESPONSES) == Risk.Response.values
    assert list(choices.RISK_STATES) == Risk.State.values
    assert list(choices.STEP_STATES) == Mitigation.State.values
    assert list(choices.NEED_STATES) == Dependency.State.values
    assert list(choices.NEED_ANSWERS) == ["", *Dependency.Answer.values]


def test_a_reviewer_is_named_by_a_document_and_taken_back_by_one_without(edge, cycle, manager):
    assert refusals(plan(beta(speed(), reviewer="nobody@example.org"))) == [
        "edge.md:9: nobody here has the address nobody@example.org"
    ]
    load(plan(beta(speed(), reviewer=manager.email)))
    objective = Objective.objects.get()
    assert (objective.reviewer, objective.reviewer_since is None) == (manager, False)
    assert load(plan(beta(speed(), reviewer=manager.email))).changed == []
    load(plan(beta(speed())))
    objective.refresh_from_db()
    assert (objective.reviewer, objective.reviewer_since) == (None, None)
