"""What a webhook is owed: noted with what it tells, in one transaction, by area and event."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from areas.tests.factories import AreaFactory
from goals.actions.cycles import begin_closing, close_cycle
from goals.actions.key_results import change_key_result
from goals.actions.refusals import Invalid, WrongState
from goals.actions.risk_life import close_risk, reopen_risk
from goals.actions.risks import change_risk, create_risk
from goals.actions.webhook_events import notice_paces
from goals.actions.webhooks import change_webhook, create_webhook, delete_webhook, start_webhook, stop_webhook
from goals.models import KeyResult, NotedPace, Risk, WebhookDelivery
from goals.tests.factories import (
    NOW,
    KeyResultFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    check_in,
)
from goals.webhooks.bodies import body_of

pytestmark = pytest.mark.django_db
TARGETS = {"title": "Of a test", "url": "https://hooks.example.org/"}


def hook_of(area, by, *events):
    return create_webhook(area, by=by, now=NOW, events=list(events), **TARGETS)


def owed(**of):
    return list(WebhookDelivery.objects.filter(**of).order_by("pk"))


def told(delivery):
    return json.loads(body_of(delivery))["data"]


def test_a_check_in_is_told_of_its_area_and_of_those_above(lib, edge, core, key_result, lead, manager):
    below = AreaFactory(key="TEAM", parent=edge)
    hooks = {area.key: hook_of(area, manager, "check_in.recorded") for area in (lib, edge, core, below)}
    hook_of(edge, manager, "cycle.closed")
    stopped = hook_of(edge, manager, "check_in.recorded")
    stop_webhook(stopped, by=manager, now=NOW, because="a pause")
    delete_webhook(hook_of(edge, manager, "check_in.recorded"), by=manager, now=NOW)
    check_in(key_result, 4, author=lead)
    assert [row.webhook for row in owed()] == [hooks["LIB"], hooks["EDGE"]]
    assert len({row.message_id for row in owed()}) == 2


def test_what_is_refused_is_told_to_nobody(edge, key_result, lead):
    hook_of(edge, lead, "check_in.recorded")
    with pytest.raises(Invalid):
        check_in(key_result, 4, author=lead, effective_on=dt.date(2030, 1, 1))
    assert owed() == []


def test_figures_are_those_of_the_moment(edge, key_result, lead):
    hook_of(edge, lead, "check_in.recorded")
    check_in(key_result, 4, author=lead)
    check_in(key_result, 9, author=lead)
    first, second = (told(row) for row in owed())
    assert (first["check_in"]["value"], first["key_result"]["current_value"]) == ("4", "4")
    assert (first["key_result"]["pace"], second["key_result"]["pace"]) == ("at_risk", "on_track")
    assert second["check_in"]["previous_value"] == "4"


def test_a_pace_that_a_check_in_changes_is_told_with_it(edge, key_result, lead):
    check_in(key_result, 4, author=lead)
    hook_of(edge, lead, "pace.changed")
    check_in(key_result, "3.9", author=lead)
    assert owed() == []
    check_in(key_result, 6, author=lead)
    check_in(key_result, 1, author=lead)
    assert [(told(row)["previous_pace"], told(row)["pace"]) for row in owed()] == [
        ("at_risk", "on_track"),
        ("on_track", "at_risk"),
    ]
    assert KeyResult.objects.get().current_value == 1


def test_a_pace_that_the_day_changes_is_told_once(edge, key_result, lead):
    check_in(key_result, 6, author=lead)
    hook_of(edge, lead, "pace.changed")
    assert [notice_paces(now=NOW), notice_paces(now=NOW)] == [0, 0]
    later = NOW + dt.timedelta(days=45)
    assert [notice_paces(now=later), notice_paces(now=later)] == [1, 0]
    [row] = owed()
    assert (told(row)["previous_pace"], told(row)["pace"]) == ("on_track", "behind")
    assert told(row)["key_result"]["expected"] == "0.819672131147541"


def test_who_begins_to_listen_is_not_told_what_was_before(edge, key_result, lead, manager):
    """And who listened before misses nothing by that."""
    check_in(key_result, 6, author=lead)
    first = hook_of(edge, lead, "pace.changed")
    later = NOW + dt.timedelta(days=45)
    second = create_webhook(edge, by=manager, now=later, events=["cycle.closed"], **TARGETS)
    assert change_webhook(second, by=manager, now=later, events=["pace.changed"])
    assert [row.webhook for row in owed()] == [first]
    stop_webhook(second, by=manager, now=later, because="a pause")
    check_in(key_result, 1, author=lead)
    start_webhook(second, by=manager, now=later)
    assert {row.webhook for row in owed()} == {first}
    check_in(key_result, 9, author=lead)
    assert second in {row.webhook for row in owed()}


def test_nothing_is_noted_where_nobody_listens(edge, core, key_result, lead, manager):
    hook_of(edge, lead, "check_in.recorded")
    hook_of(core, manager, "pace.changed")
    check_in(key_result, 4, author=lead)
    assert notice_paces(now=NOW) == 0
    assert not NotedPace.objects.exists()


def test_a_tick_asks_as_often_however_many_key_results_there_are(edge, objective, lead, key_result):
    hook_of(edge, lead, "pace.changed")
    with CaptureQueriesContext(connection) as few:
        notice_paces(now=NOW)
    for _number in range(30):
        KeyResultFactory(objective=objective)
    notice_paces(now=NOW)
    with CaptureQueriesContext(connection) as many:
        notice_paces(now=NOW)
    assert len(many) <= len(few)


def test_a_target_that_changes_in_a_cycle_that_has_begun(edge, key_result, lead):
    hook_of(edge, lead, "target.changed")
    change_key_result(key_result, by=lead, now=NOW, title="Another title")
    change_key_result(key_result, by=lead, now=NOW, weight=Decimal(2), reason="counts more")
    assert owed() == []
    due_on = dt.date(2024, 11, 30)
    why = "The phone is slower"
    change_key_result(key_result, by=lead, now=NOW, reason=why, target_value=Decimal("8.5"), due_on=due_on)
    [row] = owed()
    data = told(row)
    assert data["changes"] == {"target_value": ["10", "8.5"], "due_on": [None, "2024-11-30"]}
    assert (data["reason"], data["by"], data["key_result"]["code"]) == (why, lead.email, key_result.code)


def test_a_target_of_a_cycle_that_is_planned_is_nobodys_business_yet(edge, into, lead):
    row = KeyResultFactory(objective=ObjectiveFactory(roadmap=RoadmapFactory(area=edge, cycle=into)))
    hook_of(edge, lead, "target.changed", "pace.changed")
    change_key_result(row, by=lead, now=NOW, target_value=Decimal(8))
    assert owed() == []


OCCURRED = {"occurred_on": dt.date(2024, 10, 1), "consequence": "Two weeks were lost"}


def test_a_risk_that_occurs_is_told_once(edge, objective, key_result, lead):
    hook_of(edge, lead, "risk.occurred")
    risk = RiskFactory(objective=objective, key_result=key_result)
    change_risk(risk, by=lead, now=NOW, title="Another title")
    assert owed() == []
    change_risk(risk, by=lead, now=NOW, state="occurred", **OCCURRED)
    change_risk(risk, by=lead, now=NOW, title="One more")
    handled = {"outcome": "handled", "outcome_note": "Bought a phone"}
    close_risk(risk, by=lead, now=NOW, today=NOW.date(), **handled, **OCCURRED)
    assert len(owed()) == 1
    [row] = owed()
    data = told(row)["risk"]
    assert (data["code"], data["key_result"]) == (risk.code, key_result.code)
    assert (data["state"], data["occurred_on"], data["consequence"]) == (
        "occurred",
        "2024-10-01",
        "Two weeks were lost",
    )
    reopen_risk(Risk.objects.get(), by=lead, now=NOW, reason="again")
    close_risk(Risk.objects.get(), by=lead, now=NOW, today=NOW.date(), outcome="prevented")
    create_risk(objective, by=lead, now=NOW, title="Known", state="occurred", likelihood=1, **OCCURRED)
    assert len(owed()) == 2


def test_what_its_owner_does_not_see_has_no_payload(edge, objective, key_result, lead, outsider):
    hook = hook_of(edge, lead, "risk.occurred", "check_in.recorded", "target.changed")
    check_in(key_result, 4, author=lead)
    change_key_result(key_result, by=lead, now=NOW, target_value=Decimal(8), reason="why")
    fields = {"title": "R", "key_result": key_result, "state": "occurred", "likelihood": 1, **OCCURRED}
    create_risk(objective, by=lead, now=NOW, **fields)
    assert told(owed()[-1])["risk"]["key_result"] == key_result.code
    KeyResult.objects.update(visibility="restricted")
    for row in owed(webhook=hook):
        assert body_of(row)
        row.webhook.owner = outsider
        assert body_of(row) is None


def test_a_cycle_that_is_closed_is_told_everywhere(lib, core, cycle, lead, manager):
    hooks = [hook_of(area, manager, "cycle.closed") for area in (lib, core)]
    hook_of(lib, manager, "check_in.recorded")
    close_cycle(begin_closing(cycle, by=manager, now=NOW), by=manager, now=NOW)
    assert [row.webhook for row in owed()] == hooks
    data = told(owed()[1])
    assert data["cycle"]["key"] == "24H2"
    assert data["progress_url"] == "http://127.0.0.1:8000/api/v1/progress/?cycle=24H2&area=CORE"


@pytest.mark.parametrize(
    "fields",
    [
        {"events": []},
        {"events": ["webhook.ping"]},
        {"events": ["no.such"]},
        {"url": ""},
        {"url": "http://hooks.example.org/"},
        {"url": "https://127.0.0.1/"},
        {"url": "https://hooks.example.org/\0"},
        {"title": "x" * 101},
        {"title": "two\nlines"},
    ],
)
def test_what_does_not_fit_is_refused(edge, lead, fields):
    hook = hook_of(edge, lead, "cycle.closed")
    with pytest.raises(Invalid):
        create_webhook(edge, by=lead, now=NOW, **{"events": ["cycle.closed"], **TARGETS, **fields})
    with pytest.raises(Invalid):
        change_webhook(hook, by=lead, now=NOW, **fields)
    hook.refresh_from_db()
    assert (hook.title, hook.url, hook.events) == (TARGETS["title"], TARGETS["url"], "cycle.closed")


def test_steps_begin_from_the_state_they_need(edge, lead, monkeypatch):
    monkeypatch.setattr("goals.actions.webhooks.MOST_OF_AN_AREA", 1)
    hook = hook_of(edge, lead, "cycle.closed")
    with pytest.raises(Invalid):
        hook_of(edge, lead, "cycle.closed")
    with pytest.raises(WrongState):
        start_webhook(hook, by=lead, now=NOW)
    stop_webhook(hook, by=lead, now=NOW, because="a pause")
    with pytest.raises(WrongState):
        stop_webhook(hook, by=lead, now=NOW, because="a pause")
