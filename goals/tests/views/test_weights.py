"""All weights of an objective or a roadmap in one form."""

from decimal import Decimal

import pytest

from goals.models import Cycle, KeyResult, Objective
from goals.tests.factories import (
    NOW,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    ShareFactory,
    check_in,
)
from goals.tests.views.entries import text_of
from goals.tests.views.plan_forms import post

OF_OBJECTIVE = "/objectives/EDGE-24H2-O1/weights/"
OF_ROADMAP = "/areas/EDGE/24H2/weights/"


@pytest.fixture
def three(key_result, objective, lead):
    """KR1 and KR2 are reaches, KR3 is a guardrail; all weigh 1."""
    KeyResultFactory(objective=objective, owner=lead, title="Stars")
    KeyResultFactory(objective=objective, owner=lead, guardrail=True, title="Perplexity")
    return list(KeyResult.objects.order_by("number"))


def entered(rows, *weights, **more):
    rows = [type(row).objects.get(pk=row.pk) for row in rows]
    sent = {f"version-{row.code}": row.version for row in rows}
    return sent | {f"weight-{row.code}": weight for row, weight in zip(rows, weights, strict=True)} | more


def weights_of(rows):
    return [type(row).objects.get(pk=row.pk).weight for row in rows]


def test_shares_add_up_to_all_and_a_guardrail_has_none(page, client, three, lead):
    text = page(OF_OBJECTIVE, user=lead)
    assert text.count("50.0\u202f%") == 2
    assert "100.0\u202f%" in text
    assert "a guardrail counts in no mean" in text


def test_lead_changes_them_together_with_a_reason(client, three, objective, lead):
    check_in(three[0], 10)
    response = post(client, OF_OBJECTIVE, lead, entered(three, "3", "1", "1"))
    assert response.status_code == 422
    assert "the cycle has begun" in response.context["form"].errors["reason"][0]
    assert weights_of(three) == [1, 1, 1]
    response = post(client, OF_OBJECTIVE, lead, entered(three, "3", "1", "1", reason="The core of it"))
    assert response["Location"] == "/objectives/EDGE-24H2-O1/"
    assert weights_of(three) == [3, 1, 1]
    objective.refresh_from_db()
    assert objective.completion == Decimal("0.75")
    rows = [row.history.first() for row in three]
    assert [row.history_change_reason for row in rows] == ["The core of it", None, None]
    assert rows[0].history_user == lead
    assert "1 weight saved." in text_of(client.get("/objectives/EDGE-24H2-O1/"))


def test_preview_says_the_shares_and_saves_nothing(client, three, lead):
    response = post(client, OF_OBJECTIVE, lead, entered(three, "3", "1", "1", preview="1"))
    assert response.status_code == 200
    assert "75.0\u202f%" in response.content.decode()
    fragment = client.get(f"{OF_OBJECTIVE}shares/", entered(three, "1", "0", "7")).content.decode()
    assert 'id="share-EDGE-24H2-O1-KR1" hx-swap-oob="true">100.0\u202f%<' in fragment
    assert "0 counts nowhere" in fragment
    assert "<html" not in fragment
    fragment = client.get(f"{OF_OBJECTIVE}shares/", entered(three, "x", "-4", "")).content.decode()
    assert "%" not in fragment
    assert weights_of(three) == [1, 1, 1]


@pytest.mark.parametrize("weight", ["-1", "x", "1e2", "0.001", "100000", "", "NaN"])
def test_what_is_no_weight_is_told_at_its_field_and_saves_none(client, three, lead, weight):
    response = post(client, OF_OBJECTIVE, lead, entered(three, "2", weight, "1", reason="why"))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [f"weight-{three[1].code}"]
    assert weights_of(three) == [1, 1, 1]


def test_a_stale_form_saves_nothing_and_shows_what_is_saved_now(client, three, lead, manager):
    mine = entered(three, "2", "5", "1", reason="mine")
    post(client, OF_OBJECTIVE, manager, entered(three, "4", "1", "3", reason="theirs"))
    response = post(client, OF_OBJECTIVE, lead, mine)
    assert response.status_code == 409
    assert "EDGE-24H2-O1-KR1, EDGE-24H2-O1-KR3 was changed by somebody else" in text_of(response)
    assert weights_of(three) == [4, 1, 3]
    form = response.context["form"]
    shown = [form[f"weight-{row.code}"].value() for row in three]
    assert shown == ["2", "5", "3"]  # what I did not touch is theirs
    assert [line.saved for line in form.groups()[0].rows] == [4, 1, None]
    again = {name: form[name].value() for name in form.fields}
    assert post(client, OF_OBJECTIVE, lead, again).status_code == 302
    assert weights_of(three) == [2, 5, 3]


def test_focus_and_excellence_are_weighed_apart(client, page, objective, key_result, roadmap, lead):
    second = ObjectiveFactory(roadmap=roadmap)
    KeyResultFactory(objective=second)
    better = ObjectiveFactory(roadmap=roadmap, kind="excellence")
    KeyResultFactory(objective=better)
    empty = ObjectiveFactory(roadmap=roadmap)
    text = page(OF_ROADMAP, user=lead)
    assert text.count("50.0\u202f%") == 2
    assert text.count("100.0\u202f%") == 3  # of B1, and both totals
    assert "none of its key results counts" in text
    rows = [objective, second, better, empty]
    sent = entered(rows, "3", "1", "1", "1", reason="The first matters")
    assert post(client, OF_ROADMAP, lead, sent)["Location"] == "/areas/EDGE/24H2/"
    assert weights_of(rows) == [3, 1, 1, 1]


def test_only_editors_weigh(client, request, status, three, outsider):
    for role in ("lead", "contributor", "viewer", "outsider", "manager", "administrator"):
        user = request.getfixturevalue(role)
        expected = 200 if role in {"lead", "manager", "administrator"} else 403
        for address in (OF_OBJECTIVE, f"{OF_OBJECTIVE}shares/", OF_ROADMAP, f"{OF_ROADMAP}shares/"):
            assert status(address, user=user) == expected, (role, address)
        if expected == 403:
            sent = entered(three, "2", "2", "2", reason="why")
            assert post(client, OF_OBJECTIVE, user, sent).status_code == 403
    Objective.objects.update(visibility="restricted")
    assert status(OF_OBJECTIVE, user=outsider) == 404
    assert weights_of(three) == [1, 1, 1]


def test_a_closed_cycle_weighs_nothing(client, three, lead):
    Cycle.objects.update(state="closed")
    response = post(client, OF_OBJECTIVE, lead, entered(three, "2", "2", "2"))
    assert response.status_code == 409
    assert weights_of(three) == [1, 1, 1]


@pytest.fixture
def owned_too(objective, key_result, core, edge, cycle):
    """CORE plans CORE-24H2-O1, and EDGE owns it too, by three times the weight of its own."""
    theirs = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), title="A compiler for phones")
    KeyResultFactory(objective=theirs)
    return ShareFactory(objective=theirs, area=edge, weight=3)


def test_what_the_area_owns_too_has_its_share_and_is_weighed_on_its_own_page(client, page, owned_too, lead):
    text = page(OF_ROADMAP, user=lead)
    assert "A compiler for phones" in text
    assert "25.0\u202f%" in text
    assert "75.0\u202f%" in text
    assert f'href="/shares/{owned_too.pk}/edit/"' in client.get(OF_ROADMAP).content.decode()
    fragment = client.get(f"{OF_ROADMAP}shares/", entered([Objective.objects.get(code="EDGE-24H2-O1")], "1"))
    assert 'id="share-CORE-24H2-O1" hx-swap-oob="true">75.0\u202f%<' in fragment.content.decode()


def test_what_is_weighed_elsewhere_cannot_be_changed_here(client, owned_too, lead):
    mine = Objective.objects.get(code="EDGE-24H2-O1")
    post(client, OF_ROADMAP, lead, entered([mine], "2", **{"weight-CORE-24H2-O1": "9", "reason": "Why not"}))
    owned_too.refresh_from_db()
    assert owned_too.weight == 3
    assert Objective.objects.get(code="CORE-24H2-O1").weight == 1
    assert Objective.objects.get(code="EDGE-24H2-O1").weight == 2


@pytest.mark.parametrize("gone", ["dropped", "restricted"])
def test_of_what_the_area_owns_too_only_what_counts_and_is_seen_has_a_share(page, owned_too, lead, gone):
    fields = {"visibility": "restricted"} if gone == "restricted" else {"dropped_at": NOW}
    Objective.objects.filter(code="CORE-24H2-O1").update(**fields)
    text = page(OF_ROADMAP, user=lead)
    assert "A compiler for phones" not in text
    assert text.count("100.0\u202f%") == 2
