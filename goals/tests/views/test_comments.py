"""Comments on objectives and check-ins, mentions, and taking note."""

import datetime as dt
import uuid

import pytest
import time_machine

from accounts.models import AuditEntry
from goals.models import Acknowledgement, Comment, Cycle, Mention, Objective, OutboxMail, Roadmap, Visibility
from goals.reminders.comments import build_comments
from goals.reminders.send import send_waiting
from goals.tests.factories import NOW, check_in
from goals.tests.views.entries import text_of
from goals.tests.views.plan_forms import post

OBJECTIVE = "/objectives/EDGE-24H2-O1/"
KEY_RESULT = "/key-results/EDGE-24H2-O1-KR1/"
OF_CHECK_IN = f"{KEY_RESULT}check-ins/1/"


def words(text, **more):
    return {"text": text, "form_id": str(uuid.uuid4())} | more


@pytest.fixture
def said(client, objective, viewer):
    post(client, f"{OBJECTIVE}comments/", viewer, words("Why **so** slow?"))
    return Comment.objects.get()


def test_whoever_may_see_an_objective_comments_on_it(client, page, said, viewer, lead):
    text = page(OBJECTIVE, user=lead)
    assert "Why <strong>so</strong> slow?" in text
    assert "Vi Ewer" in text
    assert said.history.get().history_user == viewer
    assert AuditEntry.objects.filter(kind="comment", subject="EDGE-24H2-O1", actor=viewer).exists()


def test_a_comment_on_a_check_in_stands_beside_it(client, page, reported, lead, viewer):
    response = post(client, f"{OF_CHECK_IN}comments/", viewer, words("Which phone?"))
    comment = Comment.objects.get()
    assert response["Location"] == f"{KEY_RESULT}#comment-{comment.pk}"
    assert "Which phone?" in page(KEY_RESULT, user=lead)
    assert "1 comment" in page(OBJECTIVE)


def test_a_double_click_says_it_once(client, objective, lead):
    sent = words("Once")
    for _click in range(3):
        assert post(client, f"{OBJECTIVE}comments/", lead, sent).status_code == 302
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("text", ["", "  ", "x" * 5001, "a\x00b", "a\x07b"])
def test_what_cannot_be_kept_is_told_and_kept_in_the_form(client, objective, lead, text):
    response = post(client, f"{OBJECTIVE}comments/", lead, words(text))
    assert response.status_code == 422
    assert response.context["form"].errors["text"]
    assert not Comment.objects.exists()


def test_markup_stays_text(client, page, objective, lead):
    text = "<script>alert(1)</script> [x](javascript:alert(1)) ![i](http://example.org/i.png)"
    post(client, f"{OBJECTIVE}comments/", lead, words(text))
    shown = page(OBJECTIVE)
    assert "<script>alert" not in shown
    assert 'javascript:alert(1)"' not in shown
    assert 'i.png"' not in shown


def test_ones_own_words_are_edited_within_a_quarter_of_an_hour(client, page, said, viewer):
    address = f"/comments/{said.pk}/edit/"
    assert address in page(OBJECTIVE, user=viewer)
    assert post(client, address, viewer, {"text": "Why slow?"}).status_code == 302
    said.refresh_from_db()
    assert (said.text, said.edited_at) == ("Why slow?", NOW)
    assert said.history.count() == 2
    with time_machine.travel(NOW + dt.timedelta(minutes=16), tick=False):
        assert address not in page(OBJECTIVE, user=viewer)
        response = post(client, address, viewer, {"text": "Too late"})
        assert response.status_code == 422
        assert "A comment is edited within 15 minutes" in text_of(response)
        assert "Too late" in response.content.decode()
    said.refresh_from_db()
    assert said.text == "Why slow?"


def test_a_deleted_comment_leaves_its_place_and_its_history(client, page, said, viewer, lead):
    assert post(client, f"/comments/{said.pk}/delete/", viewer, {}).status_code == 302
    text = page(OBJECTIVE, user=lead)
    assert "Vi Ewer deleted this comment." in text
    assert "slow?" not in text
    assert said.history.first().text == "Why **so** slow?"
    # What is deleted is not edited back.
    assert post(client, f"/comments/{said.pk}/edit/", viewer, {"text": "Anew"}).status_code == 422
    assert "This comment is deleted already." in text_of(
        client.get(post(client, f"/comments/{said.pk}/delete/", viewer, {})["Location"].partition("#")[0])
    )


def test_nobody_changes_the_words_of_others(client, said, lead, manager, administrator):
    for user in (lead, manager, administrator):
        assert post(client, f"/comments/{said.pk}/edit/", user, {"text": "x"}).status_code == 403
        assert post(client, f"/comments/{said.pk}/delete/", user, {}).status_code == 403
    said.refresh_from_db()
    assert (said.text, said.deleted_at) == ("Why **so** slow?", None)


def test_what_one_may_not_see_is_not_talked_about(client, status, said, reported, outsider):
    Objective.objects.update(visibility="restricted")
    for address in (f"{OBJECTIVE}comments/", f"{OF_CHECK_IN}comments/", f"{OF_CHECK_IN}acknowledge/"):
        assert post(client, address, outsider, words("x")).status_code == 404
    assert status(f"{OBJECTIVE}people/?mention=Lea", user=outsider) == 404
    assert status(f"/comments/{said.pk}/edit/", user=outsider) == 404
    assert Comment.objects.count() == 1


def test_comments_are_never_public(client, page, said):
    Roadmap.objects.update(state=Roadmap.State.PUBLISHED, visibility=Visibility.PUBLIC)
    Objective.objects.update(visibility=Visibility.PUBLIC)
    client.logout()
    text = client.get("/public/24H2/EDGE/").content.decode()
    assert "A dependable base" in text
    assert "slow" not in text


def test_a_mention_by_name_or_address_makes_one_mail(
    client, page, objective, viewer, lead, manager, mailoutbox
):
    mention = f"@lea lead, Somebody Else ({manager.email}), {lead.email.upper()}"
    response = post(client, f"{OBJECTIVE}comments/", viewer, words("Look\nhere", mention=mention))
    assert response.status_code == 302, text_of(response)
    assert {found.person for found in Mention.objects.all()} == {lead, manager}
    assert "@Lea Lead" in page(OBJECTIVE)
    send_waiting(now=NOW + dt.timedelta(hours=1, minutes=3))
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted([lead.email, manager.email])
    mail = mailoutbox[0]
    assert mail.subject == "Vi Ewer mentioned you · EDGE-24H2-O1"
    assert "Look\nhere" in mail.body
    assert f"#comment-{Comment.objects.get().pk}" in mail.body
    assert "/mails/stop/?token=" in mail.body
    assert mail.extra_headers["Message-ID"].startswith("<mention.")


def test_who_may_not_see_it_is_neither_found_nor_mentioned(client, page, objective, lead, outsider, viewer):
    Objective.objects.update(visibility="restricted")
    answers = []
    for name in (outsider.name, "No Body"):
        response = post(client, f"{OBJECTIVE}comments/", lead, words("Look", mention=name))
        assert response.status_code == 422
        answers.append(response.context["form"].errors["mention"][0].replace(name, ""))
    assert answers[0] == answers[1]
    assert not Comment.objects.exists()
    assert not OutboxMail.objects.exists()
    found = page(f"{OBJECTIVE}people/?mention=Lea Lead, er", user=lead)
    assert "Vi Ewer" in found
    assert 'value="Lea Lead, Vi Ewer (' in found
    assert "Out Sider" not in found
    Objective.objects.update(visibility="internal")
    assert "Out Sider" in page(f"{OBJECTIVE}people/?mention=si")
    assert page(f"{OBJECTIVE}people/?mention=%00si").strip() == ""


def test_two_of_one_name_are_told_apart_by_address(client, objective, lead, viewer, contributor):
    viewer.name = contributor.name
    viewer.save()
    response = post(client, f"{OBJECTIVE}comments/", lead, words("Look", mention="con tributor"))
    assert "several people are called so" in response.context["form"].errors["mention"][0]
    post(client, f"{OBJECTIVE}comments/", lead, words("Look", mention=viewer.email))
    assert Mention.objects.get().person == viewer


def test_a_mail_goes_to_nobody_who_may_not_see_it_any_more_or_wants_none(
    client, objective, lead, viewer, outsider
):
    names = f"{viewer.email}, {outsider.email}"
    post(client, f"{OBJECTIVE}comments/", lead, words("Look", mention=names))
    of_outsider = OutboxMail.objects.get(user=outsider)
    assert build_comments(of_outsider, now=NOW) is not None
    Objective.objects.update(visibility="restricted")
    assert build_comments(of_outsider, now=NOW) is None
    of_viewer = OutboxMail.objects.get(user=viewer)
    assert build_comments(of_viewer, now=NOW) is not None
    Comment.objects.update(deleted_at=NOW)
    assert build_comments(of_viewer, now=NOW) is None
    Comment.objects.update(deleted_at=None)
    of_viewer.user.mention_mails_enabled = False
    assert build_comments(of_viewer, now=NOW) is None
    viewer.mention_mails_enabled = False
    viewer.save()
    post(client, f"{OBJECTIVE}comments/", lead, words("Again", mention=viewer.email))
    assert Mention.objects.filter(person=viewer).count() == 2
    assert OutboxMail.objects.filter(user=viewer).count() == 1


def test_leads_and_managers_take_note_with_one_press_and_take_it_back(
    client, page, request, key_result, contributor, lead, manager
):
    check_in(key_result, 3, author=contributor)
    for role in ("contributor", "viewer", "outsider"):
        user = request.getfixturevalue(role)
        assert post(client, f"{OF_CHECK_IN}acknowledge/", user, {}).status_code == 403
        assert "Take note" not in page(KEY_RESULT, user=user)
    for user in (lead, manager, manager):
        response = post(client, f"{OF_CHECK_IN}acknowledge/", user, {})
        assert response["Location"] == f"{KEY_RESULT}#check-in-1"
    assert Acknowledgement.objects.count() == 2
    text = page(KEY_RESULT, user=lead)
    assert "Mana Ger took note on 14 Oct, 10:00" in text
    assert "✓ Mana Ger" in page(OBJECTIVE)
    post(client, f"{OF_CHECK_IN}acknowledge/", manager, {"undo": "1"})
    assert Acknowledgement.objects.get().person == lead
    assert Acknowledgement.history.filter(history_type="-").get().history_user == manager


def test_nobody_takes_note_of_their_own_check_in(client, page, reported, lead):
    assert "Take note" not in page(KEY_RESULT, user=lead)
    post(client, f"{OF_CHECK_IN}acknowledge/", lead, {})
    assert not Acknowledgement.objects.exists()
    assert "Somebody else takes note of your check-in." in page(KEY_RESULT)


def test_in_a_closed_cycle_nothing_more_is_said(client, page, said, reported, viewer, manager):
    Cycle.objects.update(state="closed")
    assert "<textarea" not in page(OBJECTIVE, user=viewer)
    attempts = {f"{OBJECTIVE}comments/": words("Late"), f"{OF_CHECK_IN}comments/": words("Late")}
    for address, sent in attempts.items():
        assert "is closed" in text_of(post(client, address, viewer, sent))
    post(client, f"/comments/{said.pk}/delete/", viewer, {})
    post(client, f"/comments/{said.pk}/edit/", viewer, {"text": "Late"})
    post(client, f"{OF_CHECK_IN}acknowledge/", manager, {})
    said.refresh_from_db()
    assert (Comment.objects.count(), said.text, said.deleted_at) == (1, "Why **so** slow?", None)
    assert not Acknowledgement.objects.exists()
