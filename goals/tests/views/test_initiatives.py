"""What is being done for a key result: its card, the form, one press, and My check-ins."""

import datetime as dt

import pytest

from goals.actions.initiatives import change_initiative, shift_initiative
from goals.models import Cycle, Initiative, KeyResult
from goals.tests.factories import NOW, TODAY, CycleFactory, InitiativeFactory, KeyResultFactory
from goals.tests.past import AUGUST, SEPTEMBER, on
from goals.tests.views.entries import text_of
from goals.tests.views.plan_forms import as_shown, post

KEY_RESULT = "/key-results/EDGE-24H2-O1-KR1/"
OBJECTIVE = "/objectives/EDGE-24H2-O1/"
LINK = "https://example.org/pull/7"


@pytest.fixture
def initiative(key_result, contributor):
    return InitiativeFactory(
        key_result=key_result, title="Order a lab", link=LINK, owner=contributor, due_on=TODAY, state="doing"
    )


def text(client, address, user):
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200
    return text_of(response)


def titles():
    return list(Initiative.objects.order_by("position", "pk").values_list("title", flat=True))


def test_contributor_writes_one_down_and_edits_it(client, key_result, contributor):
    sent = as_shown(Initiative(key_result=key_result)) | {
        "title": "Order a lab",
        "link": LINK,
        "owner": contributor.pk,
        "due_on": "2024-11-01",
    }
    for _click in range(2):
        response = post(client, f"{KEY_RESULT}initiatives/", contributor, sent)
        row = Initiative.objects.get()
        assert response["Location"] == f"{KEY_RESULT}#initiative-{row.pk}"
    assert (row.title, row.link, row.owner, row.due_on, row.state) == (
        "Order a lab",
        LINK,
        contributor,
        dt.date(2024, 11, 1),
        "planned",
    )
    sent = as_shown(row) | {"title": "Borrow a lab", "link": ""}
    assert post(client, f"/initiatives/{row.pk}/edit/", contributor, sent).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.link, row.owner) == ("Borrow a lab", "", contributor)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"title": ""}, "title", "This field is required."),
        ({"link": "javascript:alert(1)"}, "link", "A link begins with http:// or https://."),
        ({"link": "example.org"}, "link", "A link begins with http:// or https://."),
        ({"due_on": "1.11.2024"}, "due_on", "Write the day as year-month-day, like 2024-10-14."),
        ({"state": "late"}, "state", "Select a valid choice."),
        ({"owner": "0"}, "owner", "Select a valid choice."),
    ],
)
def test_what_does_not_fit_is_told_at_its_field_and_nothing_is_lost(
    client, initiative, contributor, changes, field, sentence
):
    sent = as_shown(initiative) | {"title": "Typed with care"} | changes
    response = post(client, f"/initiatives/{initiative.pk}/edit/", contributor, sent)
    assert response.status_code == 422
    form = response.context["form"]
    assert any(sentence in error for error in form.errors[field])
    assert form["title"].value() == sent["title"]
    initiative.refresh_from_db()
    assert initiative.version == 1


def test_changed_by_two_shows_both_versions(client, initiative, lead, contributor):
    mine = as_shown(initiative) | {"title": "Mine"}
    post(
        client, f"/initiatives/{initiative.pk}/edit/", contributor, as_shown(initiative) | {"title": "Theirs"}
    )
    response = post(client, f"/initiatives/{initiative.pk}/edit/", lead, mine)
    assert response.status_code == 409
    [row] = response.context["differences"]
    assert (row.label, row.theirs, row.yours) == ("Title", "Theirs", "Mine")
    merged = response.context["form"].data
    assert post(client, f"/initiatives/{initiative.pk}/edit/", lead, merged).status_code == 302
    assert titles() == ["Mine"]


def test_the_card_shows_what_is_done_beside_the_progress(client, reported, contributor, viewer):
    for title, state, due in (
        ("Past", "done", TODAY - dt.timedelta(9)),
        ("Late", "doing", TODAY - dt.timedelta(1)),
        ("Next", "planned", None),
        ("Never", "dropped", None),
    ):
        InitiativeFactory(key_result=reported, title=title, state=state, due_on=due, owner=contributor)
    found = text(client, KEY_RESULT, viewer)
    assert "Initiatives 1 of 3 done done Past Con Tributor · due 5 Oct 2024" in found
    assert "doing Late Con Tributor · overdue since 13 Oct 2024" in found
    assert "dropped Never" in found
    # The progress is what was reported, with initiatives done or without any.
    assert "Completion 30 %" in found
    assert "1 of 3 initiatives done" in text(client, OBJECTIVE, viewer)


def test_a_link_leads_there_and_tells_nothing_of_us(client, initiative, viewer):
    client.force_login(viewer)
    page = client.get(KEY_RESULT).content.decode()
    assert f'<a href="{LINK}" rel="nofollow noopener noreferrer">Order a lab</a>' in page


def test_a_title_of_markup_is_text(client, initiative, viewer):
    Initiative.objects.update(title='<script>alert("1")</script>', link='https://example.org/"onclick="x')
    client.force_login(viewer)
    page = client.get(KEY_RESULT).content.decode()
    assert "<script>alert" not in page
    assert '"onclick="' not in page


def test_one_press_moves_the_state_on(client, initiative, key_result, contributor):
    planned = InitiativeFactory(key_result=key_result, title="Plan it")
    client.force_login(contributor)
    for state in ("doing", "done"):
        planned.refresh_from_db()
        page = client.get(KEY_RESULT).content.decode()
        assert f'value="{state}"' in page
        sent = {"state": state, "version": planned.version}
        response = client.post(f"/initiatives/{planned.pk}/state/", sent)
        assert response["Location"] == f"{KEY_RESULT}#initiative-{planned.pk}"
        planned.refresh_from_db()
        assert planned.state == state
    assert planned.next_state == ""
    assert f'action="/initiatives/{planned.pk}/state/"' not in client.get(KEY_RESULT).content.decode()
    assert planned.history.filter(history_user=contributor).count() == 2


def test_a_press_on_an_old_page_changes_nothing_and_says_so(client, initiative, contributor, lead):
    change_initiative(initiative, by=lead, now=NOW, title="Buy a lab")
    client.force_login(contributor)
    sent = {"state": "done", "version": 1}
    response = client.post(f"/initiatives/{initiative.pk}/state/", sent, follow=True)
    assert "Buy a lab was changed by somebody else in the meantime." in text_of(response)
    initiative.refresh_from_db()
    assert (initiative.state, initiative.title) == ("doing", "Buy a lab")


@pytest.mark.parametrize("sent", [{}, {"state": "late", "version": "1"}, {"state": "done", "version": "x"}])
def test_a_press_that_names_nothing_changes_nothing(client, initiative, contributor, sent):
    client.force_login(contributor)
    response = client.post(f"/initiatives/{initiative.pk}/state/", sent, follow=True)
    assert "Nothing was changed: this press named no state." in text_of(response)
    initiative.refresh_from_db()
    assert initiative.version == 1


def test_up_and_down_by_buttons(client, key_result, contributor):
    rows = [InitiativeFactory(key_result=key_result, title=title) for title in ("One", "Two", "Three")]
    client.force_login(contributor)
    page = client.get(KEY_RESULT).content.decode()
    assert "Move “One” down" in page
    # The first goes no further up, the last no further down.
    assert page.count(" disabled><span") == 2
    response = client.post(f"/initiatives/{rows[0].pk}/move/", {"to": "down"})
    assert response["Location"] == f"{KEY_RESULT}#initiative-{rows[0].pk}"
    assert titles() == ["Two", "One", "Three"]
    client.post(f"/initiatives/{rows[2].pk}/move/", {"to": "up"})
    assert titles() == ["Two", "Three", "One"]
    response = client.post(f"/initiatives/{rows[2].pk}/move/", {"to": "away"}, follow=True)
    assert "Nothing was moved: say up or down." in text_of(response)
    assert titles() == ["Two", "Three", "One"]


def addresses(row):
    return [
        f"{KEY_RESULT}initiatives/",
        *(f"/initiatives/{row.pk}/{way}/" for way in ("edit", "state", "move")),
    ]


def test_who_may(client, request, initiative, key_result):
    before = Initiative.objects.values().get()
    for role in ("lead", "contributor", "manager", "administrator", "viewer", "outsider"):
        user = request.getfixturevalue(role)
        may = role not in {"viewer", "outsider"}
        client.force_login(user)
        page = client.get(KEY_RESULT).content.decode()
        assert ("Add initiative" in page, "Move “Order a lab” up" in page) == (may, may), role
        for address in addresses(initiative):
            if not address.endswith(("state/", "move/")):
                assert client.get(address).status_code == (200 if may else 403), (role, address)
            if not may:
                assert (
                    client.post(address, {"title": "x", "state": "done", "version": "1"}).status_code == 403
                )
    assert Initiative.objects.values().get() == before


def test_its_own_owner_runs_it_and_no_other(client, initiative, key_result, outsider):
    Initiative.objects.update(owner=outsider)
    other = InitiativeFactory(key_result=key_result, title="Of the team")
    client.force_login(outsider)
    page = client.get(KEY_RESULT).content.decode()
    assert "Add initiative" not in page
    assert f"/initiatives/{initiative.pk}/edit/" in page
    assert f"/initiatives/{other.pk}/edit/" not in page
    assert (
        client.post(f"/initiatives/{initiative.pk}/state/", {"state": "done", "version": 1}).status_code
        == 302
    )
    assert client.post(f"/initiatives/{other.pk}/state/", {"state": "done", "version": 1}).status_code == 403
    assert dict(Initiative.objects.values_list("title", "state")) == {
        "Order a lab": "done",
        "Of the team": "planned",
    }


def test_of_a_restricted_key_result_nothing_is_there(client, initiative, outsider):
    KeyResult.objects.update(visibility="restricted")
    Initiative.objects.update(owner=outsider)
    client.force_login(outsider)
    for address in (KEY_RESULT, *addresses(initiative)):
        assert client.post(address, {"state": "done", "version": "1"}).status_code in {404, 405}
        assert client.get(address).status_code in {404, 405}
    assert "Order a lab" not in text(client, "/check-ins/", outsider)
    assert "initiative" not in text(client, OBJECTIVE, outsider)


def test_in_a_closed_cycle_it_is_read_only(client, initiative, cycle, contributor):
    cycle.state = Cycle.State.CLOSED
    cycle.save()
    found = text(client, KEY_RESULT, contributor)
    assert "Order a lab" in found
    assert "Add initiative" not in found
    assert "Move “" not in found
    sent = as_shown(initiative) | {"title": "Too late"}
    response = post(client, f"/initiatives/{initiative.pk}/edit/", contributor, sent)
    assert response.status_code == 409
    assert "2024 H2 is closed; its numbers are frozen." in text_of(response)
    response = client.post(f"/initiatives/{initiative.pk}/move/", {"to": "up"}, follow=True)
    assert "2024 H2 is closed; its numbers are frozen." in text_of(response)
    assert titles() == ["Order a lab"]


def test_looking_back_they_are_as_they_were(client, lead, edge, objective, contributor):
    """On 12 August there was one; on 30 September two in the other order, one of them done."""
    with on(dt.date(2024, 7, 1)):
        key_result = KeyResultFactory(objective=objective, owner=lead)
    for model in (Cycle, type(objective), type(objective.roadmap)):
        model.history.update(history_date=dt.datetime(2024, 7, 1, 9, tzinfo=dt.UTC))
    who = {"by": contributor}
    with on(AUGUST):
        first = InitiativeFactory(key_result=key_result, title="First", owner=contributor)
    with on(SEPTEMBER):
        second = InitiativeFactory(key_result=key_result, title="Second")
        now = dt.datetime(2024, 9, 30, 9, tzinfo=dt.UTC)
        change_initiative(first, now=now, state="done", **who)
        shift_initiative(second, now=now, steps=-1, **who)
    change_initiative(first, now=NOW, title="First of all", owner=None, **who)

    august = text(client, f"{KEY_RESULT}?as_of=2024-08-12", lead)
    assert "Initiatives 0 of 1 done planned First Con Tributor" in august
    assert "Second" not in august
    september = text(client, f"{KEY_RESULT}?as_of=2024-10-01", lead)
    assert "Initiatives 1 of 2 done planned Second no owner done First Con Tributor" in september
    assert "Add initiative" not in september
    assert "Move “" not in september
    assert "None on that day." in text(client, f"{KEY_RESULT}?as_of=2024-08-11", lead)
    assert "1 of 2 initiatives done" in text(client, f"{OBJECTIVE}?as_of=2024-10-01", lead)
    today = text(client, KEY_RESULT, lead)
    assert "done First of all no owner" in today
    assert today.index("Second") < today.index("First of all")


def test_my_check_ins_lists_what_is_mine_to_do_what_is_due_first(client, key_result, contributor, lead):
    for title, state, due in (
        ("Someday", "planned", None),
        ("Soon", "doing", TODAY + dt.timedelta(3)),
        ("Late", "planned", TODAY - dt.timedelta(3)),
        ("Past", "done", TODAY),
    ):
        InitiativeFactory(key_result=key_result, title=title, state=state, due_on=due, owner=contributor)
    InitiativeFactory(key_result=key_result, title="Of the lead", owner=lead)
    found = text(client, "/check-ins/", contributor)
    assert (
        "My initiatives planned Late for Decode speed on a phone EDGE-24H2-O1-KR1 · overdue since 11 Oct"
        in found
    )
    assert found.index("Late") < found.index("Soon") < found.index("Someday")
    assert "Past" not in found
    assert "Of the lead" not in found
    late = Initiative.objects.get(title="Late")
    sent = {"state": "doing", "version": 1, "mine": "1"}
    assert client.post(f"/initiatives/{late.pk}/state/", sent)["Location"] == "/check-ins/"


def test_what_is_over_is_nobodys_to_do(client, initiative, cycle, key_result, objective, contributor):
    closed = CycleFactory(key="24H1", name="2024 H1", state=Cycle.State.CLOSED)
    objective.roadmap.cycle = closed
    objective.roadmap.save()
    assert "My initiatives" not in text(client, "/check-ins/", contributor)
    objective.roadmap.cycle = cycle
    objective.roadmap.save()
    assert "My initiatives" in text(client, "/check-ins/", contributor)
    KeyResult.objects.update(dropped_at=NOW)
    assert "My initiatives" not in text(client, "/check-ins/", contributor)


@pytest.mark.parametrize("address", [KEY_RESULT, "/check-ins/", OBJECTIVE])
def test_a_page_costs_the_same_with_one_and_with_fifty(
    client, initiative, key_result, contributor, address, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(contributor)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(50):
        InitiativeFactory(key_result=key_result, title=f"Step {number}", owner=contributor)
    with django_assert_num_queries(len(few)):
        client.get(address)


def test_the_public_page_tells_none(client, initiative, roadmap, objective):
    type(roadmap).objects.update(visibility="public", state="published")
    type(objective).objects.update(visibility="public")
    page = client.get("/public/24H2/EDGE/").content.decode()
    assert "Decode speed on a phone" in page
    assert "Order a lab" not in page
    assert LINK not in page
