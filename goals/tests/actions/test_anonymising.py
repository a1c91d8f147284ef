"""A person who left becomes a pseudonym in every table, and nothing they did changes."""

import datetime as dt
import io

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.audit import Origin, coming_from
from accounts.models import AccountMail, ApiToken, AuditEntry, OrgRole, User
from accounts.tests.factories import UserFactory
from areas.models import Role
from areas.tests.factories import MembershipFactory
from goals.actions.anonymising import anonymise_person
from goals.actions.leaving import deactivate_person
from goals.actions.people import NotAllowed, add_person, invite_again
from goals.actions.refusals import Invalid, ReasonNeeded, WrongState
from goals.models import CheckIn, IdempotencyKey, KeyResult, OutboxMail
from goals.tests.factories import NOW, KeyResultFactory, check_in

NAME, EARLIER_NAME = "Canaria Vögelein", "Canaria Alt-O'Birds"
EMAIL, EARLIER_EMAIL = "canaria@birds.example", "c.alt@birds.example"
IP = "198.51.100.77"
TRACES = ("canaria", "vögelein", "birds", IP)
LATER = NOW + dt.timedelta(days=1)
WHY = "asked to be forgotten"


@pytest.fixture
def leaver(edge, administrator, lead, key_result, client):
    """Was here under two names and addresses, did a bit of everything, and left."""
    person = UserFactory(name=EARLIER_NAME, email=EARLIER_EMAIL)
    person.name, person.email, person.time_zone = NAME, EMAIL, "Europe/Berlin"
    person.set_password("a lighthouse keeper's tea")
    person.save()
    MembershipFactory(user=person, area=edge, role=Role.LEAD)
    with coming_from(Origin("page", IP)):
        client.post("/sign-in/", {"username": EMAIL.upper(), "password": "wrong"}, REMOTE_ADDR=IP)
        client.post("/sign-in/", {"username": EMAIL, "password": "a lighthouse keeper's tea"}, REMOTE_ADDR=IP)
        client.post("/tokens/", {"name": "canaria's script", "scope": "check-in", "area": "", "days": "90"})
        client.post("/security/sessions/", REMOTE_ADDR=IP)
    owned = KeyResultFactory(objective=key_result.objective, owner=person)
    check_in(owned, 3, author=person, note="What I measured")
    check_in(owned, 4, author=lead)
    token = ApiToken.issue(owner=lead, scope="write", name="lead's")[1]
    Client().post(
        f"/api/v1/key-results/{owned.code}/check-ins/",
        {"value": "5", "status": "on_track"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "nightly"},
    )
    assert "birds" in IdempotencyKey.objects.get().answer
    LogEntry.objects.create(
        user=administrator,
        content_type=ContentType.objects.get_for_model(User),
        object_id=person.pk,
        object_repr=NAME,
        action_flag=CHANGE,
        change_message=f'[{{"changed": {{"name": "{NAME}"}}}}]',
    )
    AccountMail.objects.create(kind="password_link", email=EMAIL.upper(), from_address=IP)
    OutboxMail.objects.create(
        user=person, kind="check_ins_due", period="2024-W41", message_id="<1>", state="dead",
        last_error=f"550 no mailbox {EMAIL}",
    )  # fmt: skip
    # Whoever leaves before hands over to the canary: their entry names it.
    other = UserFactory(name="Other Leaver")
    KeyResultFactory(objective=key_result.objective, owner=other)
    deactivate_person(other, by=administrator, now=NOW, successors={}, successor=person)
    deactivate_person(person, by=administrator, now=NOW, successors={}, successor=lead)
    return User.objects.get(pk=person.pk)


def dump() -> str:
    """Every value of every table there is, whoever made it."""
    lines = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            lines += [f"{table}: " + " | ".join(map(str, row)) for row in cursor.fetchall()]
    return "\n".join(lines)


def traces(text: str) -> list[str]:
    return [line[:300] for line in text.splitlines() if any(trace in line.casefold() for trace in TRACES)]


def counts() -> dict[str, int]:
    emptied = {AccountMail, UserSession}
    models = [
        model
        for model in apps.get_models()
        if model not in emptied and "session" not in model.__name__.lower()
    ]
    return {model.__name__: model._base_manager.count() for model in models}


def anonymise(person, by, **changes):
    return anonymise_person(person, **({"by": by, "now": LATER, "address": EMAIL, "reason": WHY} | changes))


def test_nothing_of_them_is_left_in_the_whole_database(leaver, administrator):
    assert len(traces(dump())) > 10
    anonymise(leaver, administrator)
    assert traces(dump()) == []


def test_nor_on_any_page(leaver, administrator, manager, key_result, client):
    code = KeyResult.objects.filter(check_in_count__gt=0).first().code
    done = anonymise(leaver, administrator)
    paths = [
        "/", "/people/", f"/people/{leaver.pk}/", "/record/", f"/key-results/{code}/", "/areas/EDGE/24H2/",
        "/check-ins/", "/risks/", "/tokens/", "/api/v1/key-results/", "/api/v1/check-ins/", "/api/v1/record/",
    ]  # fmt: skip
    client.force_login(administrator)
    shown = ""
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        assert traces(response.content.decode()) == [], path
        shown += response.content.decode()
    shown += b"".join(client.get("/record.csv").streaming_content).decode()
    assert traces(shown) == []
    assert done.name in shown


def test_numbers_sequences_and_the_count_of_everything_stay(leaver, administrator):
    figures = list(KeyResult.objects.order_by("pk").values("completion", "current_value", "check_in_count"))
    reported = list(CheckIn.objects.order_by("pk").values("pk", "sequence", "value", "author", "note"))
    before = counts()
    anonymise(leaver, administrator)
    assert (
        list(KeyResult.objects.order_by("pk").values("completion", "current_value", "check_in_count"))
        == figures
    )
    assert (
        list(CheckIn.objects.order_by("pk").values("pk", "sequence", "value", "author", "note")) == reported
    )
    assert counts() == before | {"AuditEntry": before["AuditEntry"] + 1}


def test_the_pseudonym_is_neutral_stays_and_is_recorded_without_the_name(leaver, administrator):
    done = anonymise(leaver, administrator)
    assert done.name.startswith("Former member ")
    code = done.name.removeprefix("Former member ")
    assert done.email == f"former-member-{code.lower()}@anonymised.invalid"
    assert (done.time_zone, done.reminders_enabled, done.anonymised_at) == ("UTC", False, LATER)
    assert not done.has_usable_password()
    entry = AuditEntry.objects.newest_first().first()
    assert (entry.action, entry.actor, entry.about, entry.subject, entry.reason) == (
        "anonymised",
        administrator,
        done,
        done.name,
        WHY,
    )
    assert CheckIn.objects.filter(author=done).exists()
    with pytest.raises(WrongState, match="anonymised already"):
        anonymise(leaver, administrator, address=done.email)
    with pytest.raises(WrongState, match="was anonymised"):
        invite_again(done, by=administrator, now=LATER)


def test_their_address_is_free_for_somebody_new(leaver, administrator):
    anonymise(leaver, administrator)
    assert add_person(EMAIL, name="Somebody new", by=administrator, now=LATER).is_invited


def test_words_of_others_stay(leaver, administrator, key_result, lead):
    check_in(key_result, 5, author=lead, note=f"As {NAME} said")
    anonymise(leaver, administrator)
    assert [line for line in traces(dump()) if not line.startswith("goals_checkin:")] == []
    assert CheckIn.objects.filter(note=f"As {NAME} said").exists()


def test_a_short_name_takes_no_letters_from_other_words(administrator, edge):
    al = UserFactory(name="Al", email="al@example.org")
    heir = UserFactory(name="Alan Also")
    other = UserFactory(name="Otto")
    KeyResultFactory(owner=other)
    deactivate_person(other, by=administrator, now=NOW, successors={}, successor=heir)
    deactivate_person(al, by=administrator, now=NOW, successors={})
    anonymise(User.objects.get(pk=al.pk), administrator, address="al@example.org")
    entry = AuditEntry.objects.get(about=other, action="deactivated")
    assert entry.reason == "1 thing went to Alan Also"


@pytest.mark.parametrize(
    ("change", "refusal", "sentence"),
    [
        ({"address": "another@birds.example"}, Invalid, "not the address"),
        ({"address": ""}, Invalid, "not the address"),
        ({"reason": " "}, ReasonNeeded, "Say why"),
        ({"reason": f"{NAME} asked"}, Invalid, "leave their name"),
        ({"reason": f"mail from {EARLIER_EMAIL.upper()}"}, Invalid, "leave their name"),
    ],
)
def test_a_mistake_changes_nothing(leaver, administrator, change, refusal, sentence):
    before = dump()
    with pytest.raises(refusal, match=sentence):
        anonymise(leaver, administrator, **change)
    assert dump() == before


def test_only_who_left_and_has_nothing_to_hand_over(leaver, administrator, lead, key_result):
    with pytest.raises(WrongState, match="is active"):
        anonymise(lead, administrator, address=lead.email)
    KeyResult.objects.filter(pk=key_result.pk).update(owner=leaver)
    with pytest.raises(WrongState, match="still answers for something"):
        anonymise(leaver, administrator)
    KeyResult.objects.filter(pk=key_result.pk).update(owner=lead)
    invite_again(leaver, by=administrator, now=LATER)
    with pytest.raises(WrongState, match="open invitation"):
        anonymise(leaver, administrator)


@pytest.mark.parametrize("role", ["lead", "manager"])
def test_only_administrators_do(leaver, request, role):
    with pytest.raises(NotAllowed):
        anonymise(leaver, request.getfixturevalue(role))
    assert User.objects.get(pk=leaver.pk).name == NAME


def test_the_page_asks_for_address_and_reason(leaver, administrator, manager, client):
    path = f"/people/{leaver.pk}/anonymise/"
    client.force_login(manager)
    assert client.get(path).status_code == 403
    assert client.post(path, {"address": EMAIL, "reason": WHY}).status_code == 403
    client.force_login(administrator)
    assert path in client.get(f"/people/{leaver.pk}/").content.decode()
    page = client.post(path, {"address": "x", "reason": WHY}).content.decode()
    assert "not the address of" in page
    assert WHY in page
    page = client.post(path, {"address": EMAIL, "reason": WHY}, follow=True).content.decode()
    assert "They are Former member" in page
    assert f"/people/{leaver.pk}/anonymise/" not in page
    assert "anonymised already" in client.get(path).content.decode()


def test_the_command_does_the_same(leaver, administrator):
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("anonymise_person", "nobody@example.org", "--by", administrator.email, "--reason", WHY)
    out = io.StringIO()
    call_command("anonymise_person", EMAIL, "--by", administrator.email, "--reason", WHY, stdout=out)
    assert out.getvalue().startswith("They are Former member ")
    assert traces(dump()) == []
    with pytest.raises(CommandError, match="nobody here"):
        call_command("anonymise_person", EMAIL, "--by", "nobody@example.org", "--reason", WHY)


def test_of_two_administrators_the_one_who_lost_the_role_is_refused(leaver, administrator):
    second = UserFactory(name="Second", org_role=OrgRole.ADMINISTRATOR)
    deactivate_person(second, by=administrator, now=NOW, successors={})
    with pytest.raises(NotAllowed):
        anonymise(leaver, second)
