"""Every mail is in the language of whom it is for, whoever causes it and wherever it is sent from."""

import datetime as dt

import pytest
from django.utils import translation

from accounts.models import AccountMail, MailKind, User
from accounts.sign_in.mail import build_message as build_account_mail
from goals.actions.comments import add_comment
from goals.actions.people import add_person
from goals.models import OutboxMail
from goals.reminders.comments import build_comments
from goals.reminders.invitations import build_invitation
from goals.reminders.message import build_message
from goals.tests.factories import NOW, check_in


@pytest.fixture(autouse=True)
def german_lead(lead):
    User.objects.filter(pk=lead.pk).update(language="de")
    lead.refresh_from_db()


@pytest.fixture(autouse=True, params=["en", "de"])
def language_of_the_process(request):
    with translation.override(request.param):
        yield


def html_of(message):
    [(html, _kind)] = message.alternatives
    return html


def test_reminder(lead, key_result):
    check_in(key_result, "2.5", on=dt.date(2024, 9, 16))
    mail = OutboxMail(user=lead, kind="check_ins_due", period="2024-W42", message_id="<one@example.org>")
    message = build_message(mail, now=NOW)
    assert message.subject == "1 Check-in ist fällig · 2024 H2"
    assert "Guten Tag Lea Lead," in message.body
    assert "Zuletzt: 2,5 tok/s (16 Sep 2024)" in message.body
    assert "Heute erwartet: 5,7" in message.body
    assert '<html lang="de">' in html_of(message)
    User.objects.filter(pk=lead.pk).update(language="en")
    lead.refresh_from_db()
    assert build_message(mail, now=NOW).subject == "1 check-in is due · 2024 H2"


def test_mention(lead, manager, objective):
    add_comment(objective, by=manager, text="Look.", mentions=[lead], now=NOW)
    message = build_comments(OutboxMail.objects.get(user=lead), now=NOW)
    assert message.subject.startswith("Mana Ger hat Sie erwähnt · ")
    assert '<html lang="de">' in html_of(message)


def test_invitation_comes_in_the_language_of_who_invites(administrator):
    administrator.language = "de"
    administrator.save()
    nia = add_person("nia@example.org", name="Nia", by=administrator, now=NOW).person
    assert nia.language == "de"
    message = build_invitation(OutboxMail.objects.get(user=nia), now=NOW)
    assert message.subject == "Ad Ministrator lädt Sie zu okrtracker ein"
    assert "bis zum 21 Oktober 2024" in message.body


def test_mail_about_an_account(lead):
    mail = AccountMail(email=lead.email, kind=MailKind.PASSWORD_CHANGED, created_at=NOW)
    message = build_account_mail(mail)
    assert message.subject == "Ihr Konto bei okrtracker: das Passwort wurde geändert"
    assert "Guten Tag Lea Lead," in message.body
