"""Documents that name what has moved by its old code."""

import pytest

from goals.actions.moving import move_key_result, move_objective
from goals.exchange.errors import DocumentError
from goals.exchange.load import load_documents
from goals.exchange.markdown_reader import read
from goals.models import KeyResult, Objective
from goals.tests.factories import NOW, TODAY, AlignmentFactory, ObjectiveFactory, RoadmapFactory

HEAD = "---\narea: EDGE\ncycle: 24H2\n---\n\n## Focus areas\n\n"


def load(text, by):
    return load_documents([read(HEAD + text)], by=by, today=TODAY, now=NOW)


@pytest.fixture
def gone(objective, lib, cycle, manager):
    """EDGE-24H2-O1 is LIB-24H2-O1 now."""
    into = RoadmapFactory(area=lib, cycle=cycle)
    move_objective(objective, into, by=manager, now=NOW, reason="It fits better.")
    return Objective.objects.get(pk=objective.pk)


def test_what_has_moved_is_named_and_not_made_again(gone, manager, outsider):
    with pytest.raises(DocumentError) as refused:
        load("### [O1] A dependable base\n", manager)
    (problem,) = refused.value.problems
    assert problem.message == "EDGE-24H2-O1 has moved to LIB-24H2-O1; take it out of this document"
    assert problem.line == 8 and Objective.objects.count() == 1
    Objective.objects.update(visibility="restricted")
    with pytest.raises(DocumentError) as refused:
        load("### [O1] A dependable base\n", outsider)
    assert "LIB" not in str(refused.value)


def test_a_key_result_that_has_moved_is_not_made_again(key_result, roadmap, lead):
    into = ObjectiveFactory(roadmap=roadmap)
    move_key_result(key_result, into, by=lead, now=NOW, reason="It fits better.")
    with pytest.raises(DocumentError, match="EDGE-24H2-O1-KR1 has moved to EDGE-24H2-O2-KR1"):
        load("### [O1] A dependable base\n\n#### Key results\n\n- [KR1] Decode speed: 0 → 10 tok/s\n", lead)
    assert KeyResult.objects.count() == 1


def test_an_old_code_of_another_finds_it(gone, roadmap, manager):
    supporter = ObjectiveFactory(roadmap=roadmap, number=2, title="Fast everywhere")
    AlignmentFactory(supporter=supporter, supported=gone)
    text = "### [O2] Fast everywhere\n\n#### Supports\n\n- EDGE-24H2-O1\n\n#### Needs\n\n- EDGE-24H2-O1\n"
    load(text, manager)
    assert supporter.supports.get().supported == gone
    assert supporter.needs.get().on_objective == gone
