"""What is held about a person: all of it, theirs to have, and no secret."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db.models import EmailField, GenericIPAddressField

from accounts.audit import record
from accounts.models import AccountMail, ApiToken, AuditEntry, Invitation, TrustedBrowser, User
from goals.actions.comments import add_comment
from goals.actions.drafts import keep_draft
from goals.actions.needs import answer_dependency
from goals.exchange.personal_data import IN_PROFILE, LEFT_OUT, SECTIONS, personal_data
from goals.models import (
    Absence,
    Acknowledgement,
    ActivityMark,
    Mention,
    Nudge,
    Objective,
    OutboxMail,
    RolloverDecision,
    SavedFilter,
    Subscription,
    Visibility,
)
from goals.tests.factories import (
    NOW,
    CardFactory,
    DependencyFactory,
    InitiativeFactory,
    KeyResultFactory,
    KpiFactory,
    MitigationFactory,
    RiskFactory,
    WebhookFactory,
    check_in,
    enter,
)

SESSION_KEY, SEED = "the key of a session", "the seed of an app"
TELLING_NAMES = {"name", "email", "address", "ip", "user_agent", "uid"}


def places() -> set[str]:
    """Every field of every table that refers to people, or holds a name or an address."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields + model._meta.many_to_many:
            tells = isinstance(field, EmailField | GenericIPAddressField) or field.name in TELLING_NAMES
            if field.related_model is User or (not field.is_relation and tells):
                found.add(f"{model.__name__}.{field.name}")
    return found


def test_every_place_where_a_person_stands_is_told_or_left_out_with_a_reason():
    told = {f"{section.model.__name__}.{field}" for section in SECTIONS for field in section.by} | IN_PROFILE
    # The names and addresses of rows that are told as a whole.
    whole = {section.model.__name__ for section in SECTIONS}
    open_questions = {
        place
        for place in places() - told - set(LEFT_OUT)
        if f"*.{place.split('.')[1]}" not in LEFT_OUT
        and not (place.split(".")[0] in whole and place.split(".")[1] in TELLING_NAMES)
    }
    assert open_questions == set(), "say in goals/exchange/personal_data.py what becomes of these"
    assert len(places()) > 30
    assert all(LEFT_OUT.values())


@pytest.fixture
def held(key_result, lead, administrator):
    """The lead with something of everything."""
    check_in(key_result, 3, author=lead, note="their own note")
    reviewed = {"reviewed_by": lead, "reviewed_on": NOW.date()}
    risk = RiskFactory(objective=key_result.objective, owner=lead, title="a risk", **reviewed)
    MitigationFactory(risk=risk, owner=lead)
    need = DependencyFactory(objective=key_result.objective)
    answer_dependency(need, "declined", by=lead, now=NOW, note="their own answer")
    elsewhere = KeyResultFactory(objective=key_result.objective)
    Objective.objects.update(reviewer=lead, reviewer_since=NOW)
    InitiativeFactory(key_result=elsewhere, owner=lead, title="a plan", link="https://example.org/a-plan")
    days = {"first_on": NOW.date(), "last_on": NOW.date()}
    Absence.objects.create(person=lead, stand_in=administrator, note="At sea", **days)
    keep_draft(key_result, author=lead, now=NOW, version=None, note="their own draft")
    Subscription.objects.create(person=lead, key_result=elsewhere)
    CardFactory(dashboard__owner=lead)
    SavedFilter.objects.create(owner=lead, page="risk_list", name="late", query="show=overdue")
    WebhookFactory(owner=lead)
    ActivityMark.objects.create(person=lead, seen_until=NOW)
    ApiToken.issue(owner=lead, scope="read", name="Badge")
    Invitation.issue(lead, by=administrator, now=NOW)
    OutboxMail.objects.create(user=lead, kind="check_ins_due", period="2024-W42", message_id="<1>")
    AccountMail.objects.create(kind="password_link", email=lead.email.upper(), from_address="192.0.2.9")
    Authenticator.objects.create(user=lead, type="totp", data={"secret": SEED})
    UserSession.objects.create(user=lead, ip="192.0.2.7", session_key=SESSION_KEY, user_agent="A browser")
    enter(KpiFactory(area=key_result.area, owner=lead), 3)
    say = add_comment(key_result.objective, by=lead, now=NOW, text="their own words")
    Mention.objects.create(comment=say, person=lead)
    Acknowledgement.objects.create(check_in=key_result.check_ins.get(), person=lead)
    Nudge.objects.create(key_result=key_result, author=administrator, person=lead, sentence="Please.")
    RolloverDecision.objects.create(
        key_result=key_result, into=key_result.cycle, choice="drop", reason="done elsewhere", by=lead
    )
    TrustedBrowser.objects.create(user=lead, digest="TRUST-DIGEST", user_agent="A browser")
    record("sign_in_failed", actor=None, actor_email=lead.email, kind="sign-in", subject=lead.email)
    return lead


def test_everything_is_there(held):
    data = personal_data(held, now=NOW)
    assert [name for name, rows in data.items() if rows == []] == [
        "e_mail_addresses",
        "accounts_elsewhere",
        "invitations_sent",
        "requests_of_programs",
    ]
    assert data["profile"]["email"] == held.email
    assert [row["note"] for row in data["check_ins"]] == ["their own note"]
    assert [row["title"] for row in data["risks"]] == ["a risk"]
    assert data["roles"][0]["area_key"] == "EDGE"
    assert data["sessions"][0]["ip"] == "192.0.2.7"
    assert {"created", "sign_in_failed"} <= {
        row["action"] for row in [*data["record"], *data["failed_sign_ins"]]
    }


def test_no_secret_is(held, client):
    held.set_password("a lighthouse keeper's tea")
    held.save()
    client.force_login(held)
    text = client.get("/preferences/data.json").content.decode()
    for secret in (
        held.password,
        ApiToken.objects.get().digest,
        Invitation.objects.get().digest,
        Invitation.objects.get().nonce,
        SEED,
        SESSION_KEY,
        "TRUST-DIGEST",
        client.session.session_key,
    ):
        assert secret not in text


def test_own_words_stay_theirs_and_restricted_words_of_others_do_not(held, key_result, core, outsider):
    """The lead is moved to another area, and the plan is restricted to those who are in EDGE."""
    held.memberships.all().delete()
    assert [row["title"] for row in personal_data(held, now=NOW)["risks"]] == ["a risk"]
    Objective.objects.update(visibility=Visibility.RESTRICTED, title="A SECRET PLAN", owner=None)
    data = personal_data(held, now=NOW)
    text = json.dumps(data, default=str)
    assert [row["title"] for row in data["risks"]] == [None]
    assert [row["text"] for row in data["mitigations"]] == [None]
    assert [(row["key_result"], row["title"]) for row in data["initiatives"]] == [("EDGE-24H2-O1-KR2", None)]
    assert "a-plan" not in text
    assert "A SECRET" not in text
    assert "a plan" not in text
    assert "a risk" not in text
    assert "their own note" in text


def test_what_others_did_is_not_in_it(held, outsider, key_result):
    check_in(key_result, 4, author=outsider, note="a note of another")
    record("changed", actor=outsider, kind="test", subject="OF ANOTHER")
    text = json.dumps(personal_data(held, now=NOW), default=str)
    assert "a note of another" not in text
    assert "OF ANOTHER" not in text
    assert outsider.email not in text


def test_the_page_leads_to_ones_own_and_administrators_take_anybodys_on_the_record(
    client, held, administrator, manager
):
    client.force_login(held)
    assert "/preferences/data.json" in client.get("/preferences/").content.decode()
    response = client.get("/preferences/data.json")
    assert response["Content-Disposition"] == 'attachment; filename="personal-data.json"'
    assert response.json()["profile"]["email"] == held.email
    path = f"/people/{held.pk}/data/"
    for somebody, expected in ((held, 403), (manager, 403), (administrator, 200)):
        client.force_login(somebody)
        assert client.post(path).status_code == expected
    assert client.get(path).status_code == 405
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.actor, entry.about) == (administrator, held)


def test_it_costs_no_query_for_each_check_in(held, key_result, django_assert_max_num_queries):
    for number in range(30):
        check_in(key_result, number, author=held)
    with django_assert_max_num_queries(40):
        personal_data(held, now=NOW)
