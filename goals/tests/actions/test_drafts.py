"""Drafts: their author's alone, until they are thrown away or sent by the one way in."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from areas.models import Membership
from goals.actions import drafts
from goals.actions.drafts import DraftChanged, discard_draft, keep_draft, send_draft
from goals.actions.leaving import deactivate_person
from goals.actions.people import NotAllowed
from goals.actions.refusals import Archived, CycleClosed, Invalid, ReportedMeanwhile
from goals.models import Absence, CheckIn, CheckInDraft, Cycle, KeyResult, Roadmap
from goals.tests.factories import NOW, TODAY, KeyResultFactory, check_in

WHOLE = {"value_text": "4", "status": "behind", "confidence": 6, "note": "slower", "blocker": "no cluster"}


@pytest.fixture
def keep(key_result, lead):
    def kept(*, by=lead, version=None, row=key_result, **written):
        row = KeyResult.objects.get(pk=row.pk)
        return keep_draft(row, author=by, now=NOW, version=version, **WHOLE | written)

    return kept


def send(draft, *, now=NOW, today=TODAY):
    draft = CheckInDraft.objects.with_context().get(pk=draft.pk)
    return send_draft(draft, now=now, today=today, source="page")


def test_a_draft_becomes_a_check_in_with_all_it_says(keep, lead):
    kept = send(keep(effective_on=dt.date(2024, 10, 11), evidence_url="https://example.org/1"))
    assert (kept.value, kept.status, kept.confidence, kept.note, kept.blocker) == (
        *(Decimal(4), "behind", 6),
        *("slower", "no cluster"),
    )
    assert (kept.author, kept.effective_on, kept.evidence_url) == (
        *(lead, dt.date(2024, 10, 11)),
        "https://example.org/1",
    )
    assert not CheckInDraft.objects.exists()


def test_its_day_is_that_of_sending_where_none_is_said(keep):
    assert send(keep(), today=TODAY + dt.timedelta(2)).effective_on == TODAY + dt.timedelta(2)


def test_no_change_is_what_stood_then(keep, key_result):
    check_in(key_result, 3)
    kept = send(keep(value_text="", is_no_change=True))
    assert (kept.value, kept.is_no_change) == (Decimal(3), True)


@pytest.mark.parametrize(
    ("written", "field", "sentence"),
    [
        ({"value_text": ""}, "value", "Enter the value now, or mark “no change”."),
        ({"value_text": "fast"}, "value", "Write the number in plain digits, like 1400 or 52.9."),
        ({"is_no_change": True}, "value", "Enter a value or mark “no change”, not both."),
        ({"status": ""}, "status", "Say on track, behind or at risk."),
    ],
)
def test_what_is_not_whole_is_kept_and_not_sent(keep, written, field, sentence):
    draft = keep(**written)
    with pytest.raises(Invalid) as refused:
        send(draft)
    assert refused.value.errors == {field: [sentence]}
    assert CheckInDraft.objects.get() == draft
    assert not CheckIn.objects.exists()


def test_each_person_has_their_own(keep, contributor, manager):
    keep()
    keep(by=contributor, note="mine")
    for person, note in ((contributor, ["mine"]), (manager, [])):
        assert list(CheckInDraft.objects.of(person).values_list("note", flat=True)) == note


def test_an_empty_one_is_not_kept(key_result, lead):
    with pytest.raises(Invalid, match="nothing to keep"):
        keep_draft(key_result, author=lead, now=NOW, version=None, note=" ")


def test_a_time_that_has_passed_is_refused(keep):
    with pytest.raises(Invalid) as refused:
        keep(send_at=NOW)
    assert refused.value.errors == {"send_at": ["Choose a time that lies ahead."]}


def test_two_windows_do_not_overwrite_each_other_unseen(keep):
    draft = keep()
    for version in (None, draft.version + 1):
        with pytest.raises(DraftChanged):
            keep(version=version, note="another")
    newer = keep(version=draft.version, note="newer")
    with pytest.raises(DraftChanged):
        discard_draft(draft, version=draft.version)
    discard_draft(newer, version=newer.version)
    assert not CheckInDraft.objects.exists()


def test_what_was_changed_since_it_was_read_is_not_sent(keep):
    draft = CheckInDraft.objects.with_context().get(pk=keep().pk)
    keep(version=1, note="newer")
    with pytest.raises(DraftChanged):
        send_draft(draft, now=NOW, today=TODAY, source="page")
    assert not CheckIn.objects.exists()


def test_what_others_reported_meanwhile_is_not_passed_over(keep, key_result, contributor):
    draft = keep()
    check_in(key_result, 5, author=contributor)
    with pytest.raises(ReportedMeanwhile):
        send(draft)
    assert CheckInDraft.objects.get() == draft


def test_the_rights_of_the_moment_count(keep, contributor):
    draft = keep(by=contributor)
    Membership.objects.filter(user=contributor).delete()
    with pytest.raises(NotAllowed, match="any more"):
        send(draft)
    assert (CheckInDraft.objects.count(), CheckIn.objects.count()) == (1, 0)


def test_who_has_left_sends_nothing(keep, lead):
    draft = keep(by=lead)
    lead.is_active = False
    lead.save()
    with pytest.raises(NotAllowed, match="any more"):
        send(CheckInDraft.objects.with_context().get(pk=draft.pk))


def test_who_stands_in_sends_what_they_still_see(keep, key_result, lead, outsider):
    days = {"first_on": TODAY, "last_on": timezone.localdate() + dt.timedelta(days=1)}
    Absence.objects.create(person=lead, stand_in=outsider, **days)
    draft = keep(by=outsider)
    Roadmap.objects.update(visibility="restricted")
    with pytest.raises(NotAllowed, match="any more"):
        send(draft)
    Roadmap.objects.update(visibility="internal")
    assert send(draft).author == outsider


def test_a_closed_cycle_and_an_archived_key_result_take_none(keep, key_result, objective):
    draft = keep()
    Cycle.objects.update(state="closed")
    for act in (lambda: send(draft), lambda: keep(version=1)):
        with pytest.raises(CycleClosed):
            act()
    Cycle.objects.update(state="active")
    KeyResult.objects.update(archived_at=NOW)
    with pytest.raises(Archived):
        send(draft)
    other = KeyResultFactory(objective=objective)
    KeyResult.objects.filter(pk=other.pk).update(dropped_at=NOW)
    with pytest.raises(Archived):
        keep(row=other)


def test_drafts_leave_with_their_author(keep, contributor, lead, administrator):
    keep(by=contributor)
    mine = keep()
    deactivate_person(contributor, by=administrator, now=NOW, successors={}, successor=lead)
    assert list(CheckInDraft.objects.all()) == [mine]


def test_a_value_reads_as_it_was_typed_then(keep, key_result):
    assert keep(value_text="1,400 tok/s").value == Decimal(1400)
    assert drafts.as_typed(Decimal(1), KeyResultFactory(milestone=True)) == "done"
