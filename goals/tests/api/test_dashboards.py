"""Dashboards by programs."""

import pytest

from goals.actions.dashboards import create_dashboard
from goals.models import Card, Dashboard, KeyResult
from goals.tests.factories import DashboardFactory

DASHBOARDS = "/api/v1/dashboards/"
NOTE = {"kind": "note", "settings": {"text": "Hello"}}


@pytest.fixture
def writer(program, lead, key_result):
    return program(lead, "write")


def test_a_program_makes_reads_arranges_and_deletes(writer):
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    sent = {"title": "Mondays", "cards": [NOTE, {"kind": "risks", "width": 2, "settings": {"area": "EDGE"}}]}
    answers = [writer.post(DASHBOARDS, sent, format="json", **key) for _ in "ab"]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].json()
    told = writer.get(DASHBOARDS).json()["results"]
    assert [row["title"] for row in told] == ["Mondays"]
    own = f"{DASHBOARDS}{told[0]['key']}/"
    read = writer.get(own)
    first, second = read.json()["cards"]
    sent = {"cards": [{name: second[name] for name in ("id", "kind", "width", "settings")}, NOTE]}
    done = writer.patch(own, sent, format="json", HTTP_IF_MATCH=read["ETag"])
    assert done.status_code == 200, done.json()
    assert [card["kind"] for card in done.json()["cards"]] == ["risks", "note"]
    assert done.json()["cards"][0]["id"] == second["id"]
    assert not Card.objects.filter(pk=first["id"]).exists()
    stale = writer.patch(own, {"title": "x"}, format="json", HTTP_IF_MATCH=read["ETag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert writer.patch(own, {"title": "x"}, format="json").status_code == 428
    assert writer.delete(own, HTTP_IF_MATCH=done["ETag"]).status_code == 204
    assert not Dashboard.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"title": ""},
        {"title": "x", "owner": "me"},
        {"title": "x", "cards": [{"kind": "nonsense"}]},
        {"title": "x", "cards": [{"kind": "note"}]},
        {"title": "x", "cards": [{"kind": "note", "settings": ["text"]}]},
        {"title": "x", "cards": [NOTE | {"width": 4}]},
        {"title": "x", "cards": [NOTE | {"colour": "red"}]},
        {"title": "x", "cards": [NOTE | {"id": 1}]},
        {"title": "x", "cards": [{"kind": "key_result_course", "settings": {"code": "NONE"}}]},
    ],
)
def test_what_does_not_fit_is_refused(writer, sent):
    answer = writer.post(DASHBOARDS, sent, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not Dashboard.objects.exists()


def test_of_others_a_shared_one_is_read_alone(program, writer, outsider):
    board = DashboardFactory(owner=outsider)
    own = f"{DASHBOARDS}{board.key}/"
    assert writer.get(own).status_code == 404
    Dashboard.objects.update(is_shared=True, is_start=True)
    told = writer.get(own).json()
    assert (told["is_own"], told["is_start"]) == (False, False)
    assert writer.get(DASHBOARDS).json()["results"] == []
    for method in ("patch", "delete"):
        assert getattr(writer, method)(own, {}, format="json").status_code == 403


def test_a_card_about_what_is_hidden_tells_nothing(program, outsider, manager, key_result):
    card = {"kind": "key_result_course", "title": "Decode", "settings": {"code": key_result.code}}
    board = create_dashboard(manager, title="All", is_shared=True, cards=[card])
    KeyResult.objects.update(visibility="restricted")
    reader = program(outsider, "read")
    [told] = reader.get(f"{DASHBOARDS}{board.key}/").json()["cards"]
    assert (told["title"], told["settings"], told["hidden"]) == ("", {}, True)
    [told] = program(manager, "read").get(f"{DASHBOARDS}{board.key}/").json()["cards"]
    assert (told["settings"]["code"], told["hidden"]) == (key_result.code, False)


def test_an_owner_is_named_by_e_mail_and_told_so(writer, lead):
    cards = [
        {"kind": "kpis", "settings": {"owner": name}} for name in (lead.email.upper(), str(lead.pk), "me")
    ]
    made = writer.post(DASHBOARDS, {"title": "Theirs", "cards": cards}, format="json")
    assert [card["settings"]["owner"] for card in made.json()["cards"]] == [lead.email, lead.email, "me"]
    assert [card.settings["owner"] for card in Card.objects.all()] == [str(lead.pk), str(lead.pk), "me"]
    unknown = {"title": "x", "cards": [{"kind": "kpis", "settings": {"owner": "no.body@example.org"}}]}
    assert writer.post(DASHBOARDS, unknown, format="json").status_code == 400
