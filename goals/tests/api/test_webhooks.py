"""Webhooks by programs."""

import datetime as dt
import json

import pytest
import time_machine

from accounts.models import AuditEntry
from goals.actions.webhooks import create_webhook
from goals.models import IdempotencyKey, Webhook, WebhookDelivery
from goals.tests.factories import NOW, WebhookDeliveryFactory, WebhookFactory, check_in
from goals.webhooks.bodies import body_of

WEBHOOKS = "/api/v1/webhooks/"
NEW = {
    "area": "EDGE",
    "title": "Chat",
    "address": "https://hooks.example.org/edge",
    "events": ["pace.changed", "check_in.recorded"],
}


@pytest.fixture
def writer(program, lead):
    return program(lead, "write")


def own(row):
    return f"{WEBHOOKS}{row['id'] if isinstance(row, dict) else row.pk}/"


def test_a_program_makes_changes_stops_and_deletes(writer):
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    made, again = (writer.post(WEBHOOKS, NEW, format="json", **key) for _ in "ab")
    assert (made.status_code, again.status_code) == (201, 201), made.json()
    hook = Webhook.objects.get()
    assert made.json() == again.json()
    assert (made.json()["secret"], made["Cache-Control"]) == (hook.secret, "no-store")
    assert made.json()["events"] == ["check_in.recorded", "pace.changed"]
    [listed] = writer.get(WEBHOOKS).json()["results"]
    read = writer.get(own(listed))
    assert "secret" not in read.json()
    assert read.json() == listed
    sent = {"address": "https://hooks.example.org/other", "events": ["cycle.closed"]}
    assert writer.patch(own(listed), sent, format="json").status_code == 428
    done = writer.patch(own(listed), sent, format="json", HTTP_IF_MATCH=read["ETag"])
    assert (done.status_code, done.json()["events"]) == (200, ["cycle.closed"])
    stale = writer.patch(own(listed), sent, format="json", HTTP_IF_MATCH=read["ETag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    stopped = writer.post(f"{own(listed)}stop/", {}, format="json")
    assert (stopped.json()["is_active"], stopped.json()["stopped_because"]) == (False, "stopped by a program")
    twice = writer.post(f"{own(listed)}stop/", {}, format="json")
    assert (twice.status_code, twice.json()["code"]) == (409, "wrong_state")
    started = writer.post(f"{own(listed)}start/", {}, format="json")
    assert started.json()["is_active"]
    with time_machine.travel(NOW + dt.timedelta(minutes=1)):
        renewed = writer.post(f"{own(listed)}secret/", {}, format="json").json()["secret"]
    assert renewed not in ("", hook.secret)
    # What was answered before is told again, but not with a secret that came later.
    assert "secret" not in writer.post(WEBHOOKS, NEW, format="json", **key).json()
    assert writer.delete(own(listed), HTTP_IF_MATCH=writer.get(own(listed))["ETag"]).status_code == 204
    assert writer.get(own(listed)).status_code == 404
    assert writer.get(WEBHOOKS).json()["results"] == []


def test_no_secret_stands_in_a_kept_answer_or_the_record(writer):
    secrets = [
        writer.post(WEBHOOKS, NEW, format="json", HTTP_IDEMPOTENCY_KEY="once").json()["secret"],
        writer.post(f"{own(Webhook.objects.get())}secret/", {}, format="json").json()["secret"],
    ]
    kept = " ".join(IdempotencyKey.objects.values_list("answer", flat=True))
    told = json.dumps(list(AuditEntry.objects.values_list("changes", flat=True)))
    columns = json.dumps(list(Webhook.objects.values()), default=str)
    for secret in secrets:
        assert secret not in kept + told + columns


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"address": "http://hooks.example.org/"}, "address"),
        ({"address": "https://10.0.0.1/"}, "address"),
        ({"address": "https://[::1]/"}, "address"),
        ({"address": "javascript:alert(1)"}, "address"),
        ({"address": "https://hooks.example.org/\x01"}, "address"),
        ({"events": []}, "events"),
        ({"events": ["webhook.ping"]}, "events"),
        ({"events": "cycle.closed"}, "events"),
        ({"title": "a\nb"}, "title"),
        ({"title": "\ud800"}, None),
        ({"area": "NONE"}, "area"),
        ({"area": "A\x00"}, "area"),
        ({"owner": "mana.ger@example.org"}, "owner"),
        ({"secret": "whsec_x"}, "secret"),
    ],
)
def test_what_does_not_fit_is_refused(writer, lead, sent, field):
    content = json.dumps(NEW | sent)
    answer = writer.generic("POST", WEBHOOKS, content, content_type="application/json")
    assert answer.status_code == 400
    if field:
        assert {error["field"].partition(".")[0] for error in answer.json()["errors"]} == {field}
    assert not Webhook.objects.exists()


def test_who_does_not_edit_the_plan_finds_none(program, edge, core, outsider, contributor, lead):
    hook = WebhookFactory(area=edge, owner=lead)
    sent = WebhookDeliveryFactory(webhook=hook)
    for reader in (program(outsider, "write"), program(contributor, "write"), program(lead, "write", core)):
        assert reader.get(WEBHOOKS).json()["results"] == []
        for path in ("", "deliveries/"):
            assert reader.get(f"{own(hook)}{path}").status_code == 404
        for step in ("ping", "stop", "secret", f"deliveries/{sent.pk}/replay"):
            assert reader.post(f"{own(hook)}{step}/", {}, format="json").status_code == 404
        assert reader.post(WEBHOOKS, NEW, format="json").status_code == 403
    assert program(lead, "read").post(WEBHOOKS, NEW, format="json").status_code == 403


def test_the_log_is_read_and_a_message_sent_again(writer, edge, lead):
    hook = WebhookFactory(area=edge, owner=lead)
    tried = [{"at": "2024-10-14T08:09:10Z", "status": None, "error": "It does not answer."}]
    old, new = WebhookDeliveryFactory(webhook=hook), WebhookDeliveryFactory(webhook=hook, tried=tried)
    log = f"{own(hook)}deliveries/"
    rows = writer.get(log).json()["results"]
    assert [(row["id"], row["tried"]) for row in rows] == [(new.pk, tried), (old.pk, [])]
    assert writer.get(log, {"format": "csv"}).status_code == 200
    for _time in "ab":
        answer = writer.post(f"{log}{old.pk}/replay/", {}, format="json", HTTP_IDEMPOTENCY_KEY="once")
        assert (answer.status_code, answer.json()["state"]) == (200, "pending")
    waits = writer.post(f"{log}{old.pk}/replay/", {}, format="json")
    assert (waits.status_code, waits.json()["code"]) == (409, "wrong_state")
    other = WebhookDeliveryFactory(webhook=WebhookFactory(area=edge, owner=lead))
    assert writer.post(f"{log}{other.pk}/replay/", {}, format="json").status_code == 404
    assert writer.post(f"{own(hook)}ping/", {}, format="json").status_code == 200
    assert WebhookDelivery.objects.filter(state="pending", event="webhook.ping", webhook=hook).count() == 2


def test_a_payload_says_what_the_api_says(program, edge, key_result, lead):
    create_webhook(edge, by=lead, now=NOW, url=NEW["address"], events=["check_in.recorded"])
    check_in(key_result, "4.50", author=lead, note="Slow = slow", confidence=6)
    data = json.loads(body_of(WebhookDelivery.objects.get()))["data"]
    reader, path = program(lead, "read"), f"/api/v1/key-results/{key_result.code}/"
    whole = reader.get(path).json()
    assert {name: whole[name] for name in data["key_result"]} == data["key_result"]
    [row] = reader.get(f"{path}check-ins/").json()["results"]
    assert data["check_in"].pop("url").endswith(f"{path}check-ins/?limit=1")
    assert data["check_in"] == row
