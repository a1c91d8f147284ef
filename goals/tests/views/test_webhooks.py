"""Webhooks on the pages of an area: set up, tried, looked after."""

import pytest
from django.urls import reverse

from goals.models import Webhook, WebhookDelivery
from goals.tests.factories import NOW, WebhookDeliveryFactory, WebhookFactory

NEW = {"title": "Chat", "url": "https://hooks.example.org/edge", "events": ["cycle.closed", "pace.changed"]}


@pytest.fixture
def hook(edge, lead):
    return WebhookFactory(area=edge, owner=lead)


@pytest.fixture
def page(client, lead, hook):
    """Of the webhook, for its lead."""
    client.force_login(lead)

    def press(step="", **data):
        path = f"/webhooks/{hook.pk}/{step}"
        return client.post(path, data, follow=True) if step else client.get(path)

    return press


def test_a_lead_sets_one_up_and_sees_its_secret_once(client, lead, edge, roadmap):
    client.force_login(lead)
    assert 'href="/areas/EDGE/webhooks/"' in client.get("/areas/EDGE/24H2/").text
    form = client.get("/areas/EDGE/webhooks/new/").context["form"]
    sent = NEW | {"form_id": form.shown_form_id}
    shown = client.post("/areas/EDGE/webhooks/new/", sent, follow=True)
    hook = Webhook.objects.get()
    assert (hook.owner, hook.events) == (lead, "pace.changed cycle.closed")
    assert hook.secret in shown.text
    assert "no-store" in shown["Cache-Control"]
    assert hook.secret not in client.get(hook.get_absolute_url()).text
    # The same form once more leads to the same one.
    client.post("/areas/EDGE/webhooks/new/", sent)
    assert Webhook.objects.count() == 1
    listed = client.get("/areas/EDGE/webhooks/").text
    assert "hooks.example.org" in listed
    assert "/edge" not in listed.partition("<main")[2].replace("/areas/", "")


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"url": "https://192.168.0.7/hook"}, "This address leads into a private network."),
        ({"url": "http://hooks.example.org/"}, "An address begins with https://."),
        ({"url": ""}, "This field is required."),
        ({"events": []}, "This field is required."),
        ({"events": ["webhook.ping"]}, "is not one of the available choices"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(client, lead, edge, sent, sentence):
    client.force_login(lead)
    answer = client.post("/areas/EDGE/webhooks/new/", NEW | sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not Webhook.objects.exists()


def test_it_is_edited_and_a_stale_window_shows_both(client, hook, page):
    sent = {"title": "Status page", "url": hook.url, "events": ["check_in.recorded"], "version": 1}
    answer = page("edit/", **sent)
    assert "Status page" in answer.text
    answer = page("edit/", **sent | {"title": "Late", "events": ["risk.occurred"]})
    assert answer.status_code == 409
    assert "Status page" in answer.text
    assert "a check-in" in answer.text
    hook.refresh_from_db()
    assert (hook.title, hook.events) == ("Status page", "check_in.recorded")


def test_it_is_tried_stopped_started_and_deleted(client, hook, page):
    assert "A test is on its way" in page("ping/").text
    assert "Nothing is sent any more." in page("stop/").text
    assert WebhookDelivery.objects.get().state == "skipped"
    assert "stopped by hand" in page().text
    assert "This webhook is stopped; start it first." in page("ping/").text
    assert "It is told what happens" in page("start/").text
    before = hook.secret
    shown = page("secret/").text
    hook.refresh_from_db()
    assert hook.secret in shown
    assert before not in shown
    assert "The webhook is deleted." in page("delete/").text
    assert page().status_code == 404
    assert page("ping/").status_code == 404


def test_one_that_fails_is_told_to_those_who_keep_it(client, hook, page):
    assert "Running" in page().text
    Webhook.objects.update(failing_since=NOW)
    text = page().text
    assert "Failing" in text
    assert "Nothing has been taken since 14 Oct 2024, 10:00." in text


def test_the_log_shows_what_was_sent_and_sends_it_again(client, hook, page):
    told = {"body": '{"type": "<b>"}', "answer": "<script>", "status": 500, "last_error": "It answered 500."}
    tried = [{"at": "2024-10-14T08:09:10Z", "status": None, "error": "<i>no answer"}]
    sent = WebhookDeliveryFactory(webhook=hook, state="dead", attempts=10, tried=tried, **told)
    text = page().text
    attempt = "<li>14 Oct 2024, 08:09:10: &lt;i&gt;no answer</li>"
    for shown in (sent.message_id, "given up", "It answered 500.", "&lt;script&gt;", attempt):
        assert shown in text
    assert "It is sent again." in page(f"deliveries/{sent.pk}/replay/").text
    assert WebhookDelivery.objects.get().state == "pending"
    assert "This message is waiting to be sent." in page(f"deliveries/{sent.pk}/replay/").text
    assert page("deliveries/999/replay/").status_code == 404


def test_others_find_none_of_it(client, hook, contributor, outsider, manager):
    for person in (contributor, outsider):
        client.force_login(person)
        assert client.get("/areas/EDGE/webhooks/").status_code == 403
        assert client.get("/areas/EDGE/webhooks/new/").status_code == 403
        assert client.get(f"/webhooks/{hook.pk}/").status_code == 404
        for step in ("ping", "stop", "start", "secret", "delete"):
            assert client.post(reverse(f"goals:webhook_{step}", args=[hook.pk])).status_code == 404
    client.force_login(manager)
    assert client.get(f"/webhooks/{hook.pk}/").status_code == 200


def test_the_list_of_an_area_has_those_above_as_far_as_one_edits_them(client, lib, hook, lead, manager):
    above = WebhookFactory(area=lib, owner=manager, title="Of the libraries")
    client.force_login(lead)
    assert above.title not in client.get("/areas/EDGE/webhooks/").text
    client.force_login(manager)
    assert above.title in client.get("/areas/EDGE/webhooks/").text
