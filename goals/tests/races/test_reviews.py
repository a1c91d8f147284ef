"""A question comes before the note that ends it and before its author reviews no more, whoever is first."""

import pytest

from accounts.models import AuditEntry
from goals.models import Acknowledgement, Comment, Objective
from goals.tests.factories import KeyResultFactory, ObjectiveFactory, check_in

pytestmark = pytest.mark.django_db(transaction=True)

CHECK_INS = 25


@pytest.fixture
def rows(roadmap, lead, outsider):
    """Check-ins of the lead, each of an objective that the outsider reviews."""
    made = [ObjectiveFactory(roadmap=roadmap) for _ in range(CHECK_INS)]
    Objective.objects.update(reviewer=outsider, reviewer_since="2024-01-01T00:00Z")
    return [check_in(KeyResultFactory(objective=row), 3, author=lead).pk for row in made]


def race(clients, rows, lead, outsider, viewer):
    """One window takes note, two ask back, and a lead names another reviewer, from the other end on."""
    orders = [{"does": "acknowledge", "by": outsider.pk}, *[{"does": "ask back", "by": outsider.pk}] * 2]
    orders.append({"does": "hand over", "by": lead.pk, "reviewer": viewer.pk})
    for place, (client, order) in enumerate(zip(clients, orders, strict=True)):
        client.start("review", check_ins=rows[::-1] if place == 3 else rows, **order)
    return [client.answer() for client in clients]


def too_late():
    """Questions that the record has after the note, or after the change of the reviewer."""
    entries = AuditEntry.objects.order_by("pk")
    made = entries.filter(model__in=("goals.acknowledgement", "goals.comment"), action="created")
    found = {(model, row): pk for model, row, pk in made.values_list("model", "object_id", "pk")}
    other = entries.filter(model="goals.objective", changes__has_key="reviewer")
    changed = dict(other.values_list("object_id", "pk"))
    notes = {
        note.check_in_id: found["goals.acknowledgement", note.pk] for note in Acknowledgement.objects.all()
    }
    late = []
    for question in Comment.objects.filter(is_question=True).select_related("check_in__key_result"):
        asked = found["goals.comment", question.pk]
        after_note = asked > notes.get(question.check_in_id, asked)
        after_change = asked > changed.get(question.check_in.key_result.objective_id, asked)
        late += [question] if after_note or after_change else []
    return late


def test_nothing_is_asked_after_the_note_or_by_who_reviews_no_more(clients, rows, lead, outsider, viewer):
    noted, *asked, handed = race(clients, rows, lead, outsider, viewer)
    assert [answer["errors"] for answer in (noted, *asked, handed)] == [[]] * 4
    assert noted["kept"] == handed["kept"] == [True] * CHECK_INS
    assert {code for answer in asked for code in answer["refused"]} <= {"wrong_state"}
    assert sum(len(answer["refused"]) for answer in asked) >= 1
    assert too_late() == []


def test_without_the_locks_some_is(clients_without_locks, rows, lead, outsider, viewer):
    """The control: a race that holds without its locks would show nothing."""
    for _round in range(6):
        answers = race(clients_without_locks, rows, lead, outsider, viewer)
        if any(answer["errors"] for answer in answers) or too_late():
            return
        Acknowledgement.objects.all().delete()
        Objective.objects.update(reviewer=outsider)
    pytest.fail("Without the locks every question came in time.")
