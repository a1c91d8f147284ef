"""The pages that edit roadmaps, objectives and key results."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from goals.models import Cycle, InterimTarget, KeyResult, Objective, Roadmap
from goals.tests.factories import NOW, KeyResultFactory, ObjectiveFactory, RoadmapFactory, check_in
from goals.tests.views.entries import text_of
from goals.tests.views.plan_forms import as_shown, post

pytestmark = pytest.mark.on_both

ROADMAP = "/areas/EDGE/24H2/"
OBJECTIVE = "/objectives/EDGE-24H2-O1/"
KEY_RESULT = "/key-results/EDGE-24H2-O1-KR1/"


@pytest.fixture
def planning(cycle):
    """2024 H2 is still being planned."""
    Cycle.objects.filter(pk=cycle.pk).update(state="planning")


def test_lead_writes_a_roadmap_an_objective_and_a_key_result(client, edge, cycle, lead):
    address = f"{ROADMAP}new/"
    sent = as_shown(Roadmap(area=edge, cycle=cycle)) | {"title": "Edge first", "background": "Why\r\nnow"}
    assert post(client, address, lead, sent)["Location"] == ROADMAP
    roadmap = Roadmap.objects.get()
    assert (roadmap.code, roadmap.background, roadmap.state) == ("EDGE-24H2", "Why\nnow", "draft")

    sent = as_shown(Objective(roadmap=roadmap)) | {
        "title": "Fast on phones",
        "owner": lead.pk,
        "priority": "2",
        "confidence": "7",
        "weight": "2",
        "commitment": "committed",
    }
    assert post(client, f"{ROADMAP}objectives/", lead, sent)["Location"] == OBJECTIVE
    objective = Objective.objects.get()
    assert (objective.priority, objective.confidence, objective.weight) == (2, 7, 2)
    assert (objective.owner, objective.commitment) == (lead, "committed")

    sent = as_shown(KeyResult(objective=objective)) | {
        "title": "Decode speed",
        "start_value": "8.15",
        "target_value": "11.5",
        "commit_value": "10",
        "stretch_value": "13",
        "unit": "tok/s",
        "interim_0_on": "2024-09-30",
        "interim_0_value": "9",
    }
    response = post(client, f"{OBJECTIVE}key-results/", lead, sent)
    assert response["Location"] == KEY_RESULT
    key_result = KeyResult.objects.get()
    assert (key_result.start_value, key_result.target_value) == (Decimal("8.15"), Decimal("11.5"))
    assert (key_result.commit_value, key_result.stretch_value) == (10, 13)
    assert [(row.on, row.value) for row in key_result.interim_targets.all()] == [(dt.date(2024, 9, 30), 9)]
    assert key_result.history.get().history_user == lead


def test_excellence_names_its_pillar_at_the_field(client, roadmap, lead):
    sent = as_shown(Objective(roadmap=roadmap, kind="excellence")) | {"title": "Tests", "impact": "high"}
    response = post(client, f"{ROADMAP}objectives/?kind=excellence", lead, sent)
    assert response.status_code == 422
    assert response.context["form"].errors == {
        "pillar": ["An item of engineering excellence names its pillar."]
    }
    response = post(
        client, f"{ROADMAP}objectives/?kind=excellence", lead, sent | {"pillar": "better_code", "cost": "low"}
    )
    assert response["Location"] == "/objectives/EDGE-24H2-B1/"
    made = Objective.objects.get()
    assert (made.pillar, made.impact, made.cost) == ("better_code", "high", "low")


def test_what_belongs_to_another_kind_is_not_read(client, objective, lead):
    sent = as_shown(KeyResult(objective=objective)) | {
        "title": "Perplexity",
        "kind": "guardrail",
        "start_value": "not read",
        "upper_bound": "10.7",
        "interim_0_on": "not read either",
    }
    response = post(client, f"{OBJECTIVE}key-results/", lead, sent)
    assert response.status_code == 302, text_of(response)
    made = KeyResult.objects.get()
    assert (made.kind, made.start_value, made.upper_bound) == ("guardrail", None, Decimal("10.7"))


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"title": " "}, "title", "This field is required."),
        ({"target_value": "1e3"}, "target_value", "Write the number in plain digits"),
        ({"target_value": "１０"}, "target_value", "Write the number in plain digits"),
        ({"target_value": "NaN"}, "target_value", "Write the number in plain digits"),
        ({"target_value": "1" * 15}, "target_value", "Write at most 14 digits before the point."),
        ({"target_value": "0"}, "target_value", "Start and target are the same"),
        ({"title": "a\x00b"}, "title", "Null characters are not allowed."),
        ({"title": "a\x07b"}, "title", "characters that cannot be stored"),
        ({"title": "a\nb"}, "title", "This text is one line"),
        ({"title": "x" * 201}, "title", "at most 200 characters"),
        ({"weight": "-1"}, "weight", "greater than or equal to 0"),
        ({"weight": "99999"}, "weight", "no more than 4 digits before"),
        ({"weight": ""}, "weight", "This field is required."),
        ({"due_on": "31.12.2024"}, "due_on", "Write the day as year-month-day"),
        ({"owner": "999999"}, "owner", "Select a valid choice."),
        ({"owner": "９"}, "owner", "Select a valid choice."),
        ({"kind": "dream"}, "kind", "Select a valid choice."),
        ({"check_in_every_days": "0"}, "check_in_every_days", "greater than or equal to 1"),
        ({"position": "99999999999999999999"}, "position", "Ensure this value is less than"),
        ({"version": "x"}, "version", "Enter a valid value."),
        ({"interim_0_on": "2024-09-30"}, "interim_0_value", "Enter the value for this day"),
        ({"interim_0_value": "3"}, "interim_0_on", "Enter the day for this value"),
        (
            {"interim_0_on": "2025-01-01", "interim_0_value": "3"},
            "interim_0_on",
            "An interim target lies between 2024-07-01 and 2024-12-31",
        ),
        (
            {"interim_0_on": "2024-09-30", "interim_0_value": "3", "interim_1_on": "2024-09-30"}
            | {"interim_1_value": "4"},
            "interim_1_on",
            "This day stands twice.",
        ),
    ],
)
def test_a_mistake_is_told_at_its_field_and_the_input_kept(
    client, key_result, lead, changes, field, sentence
):
    sent = as_shown(key_result) | {"metric": "kept as typed", "reason": "why"} | changes
    response = post(client, f"{KEY_RESULT}edit/", lead, sent)
    assert response.status_code == 422
    [told] = response.context["form"].errors[field]
    assert sentence in told
    assert "kept as typed" in response.content.decode()
    assert KeyResult.objects.get().version == key_result.version
    assert not InterimTarget.objects.exists()


def test_in_a_begun_cycle_a_target_changes_with_a_reason_that_is_kept(client, page, key_result, lead):
    check_in(key_result, 3)
    sent = as_shown(key_result) | {"target_value": "12"}
    response = post(client, f"{KEY_RESULT}edit/", lead, sent)
    assert response.status_code == 422
    assert response.context["form"].errors == {
        "reason": ["Say why the definition of EDGE-24H2-O1-KR1 changes; the cycle has begun."]
    }
    response = post(client, f"{KEY_RESULT}edit/", lead, sent | {"reason": "New phones\r\ncame"})
    assert response["Location"] == KEY_RESULT
    key_result.refresh_from_db()
    assert (key_result.target_value, key_result.completion) == (12, Decimal("0.25"))
    row = key_result.history.first()
    assert (row.history_user, row.history_change_reason) == (lead, "New phones\ncame")
    text = page(KEY_RESULT)
    assert "10 → 12" in text
    assert "target changed" in text
    assert "New phones" in page(OBJECTIVE)


def test_an_objectives_weight_changes_with_a_reason_and_is_told(client, page, objective, lead):
    sent = as_shown(objective) | {"weight": "2"}
    assert post(client, f"{OBJECTIVE}edit/", lead, sent).status_code == 422
    assert post(client, f"{OBJECTIVE}edit/", lead, sent | {"reason": "It matters"}).status_code == 302
    text = page(OBJECTIVE)
    assert "<strong>Weight</strong> 1 → 2" in text
    assert "“It matters”" in text


def test_while_planning_nobody_asks_for_a_reason(client, page, key_result, lead, planning):
    assert 'name="reason"' not in page(f"{KEY_RESULT}edit/", user=lead)
    sent = as_shown(key_result) | {"target_value": "12", "weight": "3"}
    assert post(client, f"{KEY_RESULT}edit/", lead, sent).status_code == 302


def test_words_change_without_a_reason(client, key_result, lead):
    sent = as_shown(key_result) | {"title": "Decode"}
    assert post(client, f"{KEY_RESULT}edit/", lead, sent).status_code == 302
    key_result.refresh_from_db()
    assert key_result.title == "Decode"


@pytest.mark.parametrize(("name", "value"), [("commit_value", "7"), ("stretch_value", "15")])
def test_a_mark_changes_with_a_reason_that_is_told(name, value, client, page, key_result, lead):
    sent = as_shown(key_result) | {name: value}
    response = post(client, f"{KEY_RESULT}edit/", lead, sent)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["reason"])
    assert post(client, f"{KEY_RESULT}edit/", lead, sent | {"reason": "We know more"}).status_code == 302
    text = page(KEY_RESULT)
    assert f"<strong>{name.removesuffix('_value').title()}</strong> – → {value}" in text
    assert "“We know more”" in text


@pytest.mark.parametrize(
    ("sent", "name", "sentence"),
    [
        ({"commit_value": "12"}, "commit_value", "A commit lies between start and target."),
        ({"stretch_value": "9"}, "stretch_value", "A stretch lies beyond the target, seen from the start."),
    ],
)
def test_a_mark_out_of_its_place_is_refused_at_its_field(sent, name, sentence, client, key_result, lead):
    sent = as_shown(key_result) | sent | {"reason": "Better"}
    response = post(client, f"{KEY_RESULT}edit/", lead, sent)
    assert (response.status_code, response.context["form"].errors) == (422, {name: [sentence]})


def test_a_due_day_moves_what_is_expected_and_so_asks_for_a_reason(client, page, key_result, lead):
    sent = as_shown(key_result) | {"due_on": "2024-11-30"}
    response = post(client, f"{KEY_RESULT}edit/", lead, sent)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["reason"]
    assert 'value="2024-11-30"' in response.content.decode()
    assert post(client, f"{KEY_RESULT}edit/", lead, sent | {"reason": "Fair in December"}).status_code == 302
    assert "Fair in December" in page(KEY_RESULT)


def test_a_form_sent_unchanged_changes_nothing(client, key_result, objective, roadmap, lead):
    for row, address in (
        (key_result, KEY_RESULT),
        (objective, OBJECTIVE),
        (roadmap, ROADMAP),
    ):
        before = row.history.count()
        response = post(client, f"{address}edit/", lead, as_shown(row))
        assert response.status_code == 302
        assert row.history.count() == before


def test_a_stale_form_shows_both_versions_and_keeps_what_was_typed(client, key_result, lead, manager):
    mine = as_shown(key_result) | {"title": "My title", "metric": "mine"}
    theirs = as_shown(key_result) | {"title": "Their title", "source_note": "theirs"}
    assert post(client, f"{KEY_RESULT}edit/", manager, theirs).status_code == 302

    response = post(client, f"{KEY_RESULT}edit/", lead, mine)
    assert response.status_code == 409
    told = {row.label: (row.theirs, row.yours) for row in response.context["differences"]}
    assert told["Title"] == ("Their title", "My title")
    assert told["Metric"] == ("what is counted", "mine")
    assert told["Source"] == ("theirs", "")
    text = text_of(response)
    assert "was changed by somebody else in the meantime" in text
    assert "Mana Ger saved it on" in text
    form = response.context["form"]
    # What I changed stands, what I did not touch is theirs.
    assert (form["title"].value(), form["metric"].value()) == ("My title", "mine")
    assert form["source_note"].value() == "theirs"
    key_result.refresh_from_db()
    assert key_result.title == "Their title"

    again = {name: form[name].value() or "" for name in form.fields}
    assert post(client, f"{KEY_RESULT}edit/", lead, again).status_code == 302
    key_result.refresh_from_db()
    assert (key_result.title, key_result.metric, key_result.source_note) == ("My title", "mine", "theirs")


def test_a_stale_form_brings_no_old_interim_target_back(client, key_result, lead, manager):
    mine = as_shown(key_result) | {"title": "My title"}
    theirs = as_shown(key_result) | {"reason": "uneven"}
    theirs |= {"interim_0_on": "2024-09-30", "interim_0_value": "2"}
    with time_machine.travel(NOW + dt.timedelta(minutes=1), tick=False):
        assert post(client, f"{KEY_RESULT}edit/", manager, theirs).status_code == 302
    response = post(client, f"{KEY_RESULT}edit/", lead, mine)
    assert response.status_code == 409
    form = response.context["form"]
    assert form["interim_0_on"].value() == "2024-09-30"
    again = {name: form[name].value() or "" for name in form.fields}
    assert post(client, f"{KEY_RESULT}edit/", lead, again).status_code == 302
    assert InterimTarget.objects.get().value == 2


def test_a_form_without_its_version_is_stale(client, key_result, lead):
    sent = as_shown(key_result) | {"title": "Blind"}
    del sent["version"]
    assert post(client, f"{KEY_RESULT}edit/", lead, sent).status_code == 409
    key_result.refresh_from_db()
    assert key_result.title == "Decode speed on a phone"


def test_a_double_click_makes_one_row_and_leads_there_twice(client, roadmap, lead):
    sent = as_shown(Objective(roadmap=roadmap)) | {"title": "Once"}
    for _click in range(20):
        assert post(client, f"{ROADMAP}objectives/", lead, sent)["Location"] == OBJECTIVE
    assert Objective.objects.count() == 1


def test_a_form_filled_in_anew_after_back_is_not_lost(client, roadmap, lead, manager):
    sent = as_shown(Objective(roadmap=roadmap)) | {"title": "Once"}
    post(client, f"{ROADMAP}objectives/", lead, sent)
    response = post(client, f"{ROADMAP}objectives/", lead, sent | {"title": "Twice"})
    assert response.status_code == 409
    assert "This form was saved before" in text_of(response)
    assert 'value="Twice"' in response.content.decode()
    # Nobody sends somebody else's form.
    assert post(client, f"{ROADMAP}objectives/", manager, sent).status_code == 409
    assert Objective.objects.count() == 1


def test_more_rows_keep_what_was_typed_and_save_nothing(client, key_result, lead):
    sent = as_shown(key_result) | {"title": "Typed", "interim_0_on": "2024-09-30", "more_rows": "1"}
    response = post(client, f"{KEY_RESULT}edit/", lead, sent)
    assert response.status_code == 200
    assert len(response.context["form"].interim_rows) == 6
    assert 'value="Typed"' in response.content.decode()
    key_result.refresh_from_db()
    assert key_result.title != "Typed"


@pytest.mark.parametrize("path", ["edit/", "remove/"])
@pytest.mark.parametrize("address", [OBJECTIVE, KEY_RESULT])
def test_only_leads_and_managers_edit_the_plan(status, request, key_result, address, path):
    allowed = {"lead": 200, "manager": 200, "administrator": 200}
    for role in ("lead", "contributor", "viewer", "outsider", "manager", "administrator"):
        expected = allowed.get(role, 403)
        assert status(f"{address}{path}", user=request.getfixturevalue(role)) == expected, role


def test_whoever_may_not_edit_may_not_post_either(client, request, key_result, objective, roadmap, lead):
    attempts = {
        f"{ROADMAP}edit/": as_shown(roadmap) | {"title": "Taken"},
        f"{ROADMAP}publish/": {"state": "published"},
        f"{ROADMAP}objectives/": as_shown(Objective(roadmap=roadmap)) | {"title": "Taken"},
        f"{OBJECTIVE}edit/": as_shown(objective) | {"title": "Taken"},
        f"{OBJECTIVE}remove/": {"way": "archive", "version": "1"},
        f"{OBJECTIVE}restore/": {},
        f"{OBJECTIVE}key-results/": as_shown(KeyResult(objective=objective)) | {"title": "Taken"},
        f"{KEY_RESULT}edit/": as_shown(key_result) | {"title": "Taken"},
        f"{KEY_RESULT}remove/": {"way": "archive", "version": "1"},
        f"{KEY_RESULT}restore/": {},
    }
    for role in ("contributor", "viewer", "outsider"):
        for address, sent in attempts.items():
            response = post(client, address, request.getfixturevalue(role), sent)
            assert response.status_code == 403, (role, address)
    assert Roadmap.objects.get().title == ""
    assert Roadmap.objects.get().state == "draft"
    assert Objective.objects.get().title == "A dependable base for on-device AI"
    assert KeyResult.objects.get().archived_at is None


def test_what_one_may_not_see_is_not_there(client, status, key_result, outsider):
    Objective.objects.update(visibility="restricted")
    for address in (OBJECTIVE, KEY_RESULT):
        assert status(f"{address}edit/", user=outsider) == 404
        assert post(client, f"{address}remove/", outsider, {"way": "archive"}).status_code == 404
    Roadmap.objects.update(visibility="restricted")
    assert status(f"{ROADMAP}edit/", user=outsider) == 404


def test_dropping_asks_why_and_restoring_brings_it_back(client, page, key_result, objective, lead):
    version = str(key_result.version)
    response = post(client, f"{KEY_RESULT}remove/", lead, {"way": "drop", "version": version})
    assert response.status_code == 422
    assert response.context["form"].errors == {"reason": ["Say why EDGE-24H2-O1-KR1 is given up."]}
    sent = {"way": "drop", "version": version, "reason": "No device"}
    assert post(client, f"{KEY_RESULT}remove/", lead, sent)["Location"] == OBJECTIVE
    assert KeyResult.objects.get().dropped_at is not None
    assert "Decode speed on a phone" in page(f"{OBJECTIVE}edit/")
    response = post(client, f"{KEY_RESULT}edit/", lead, as_shown(key_result) | {"title": "Anew"})
    assert response.status_code == 409
    assert "is archived or dropped; restore it first" in text_of(response)
    assert post(client, f"{KEY_RESULT}restore/", lead, {})["Location"] == KEY_RESULT
    assert KeyResult.objects.get().dropped_at is None


def test_an_archived_objective_is_restored_from_its_roadmap(client, page, status, objective, lead):
    sent = {"way": "archive", "version": str(objective.version)}
    assert post(client, f"{OBJECTIVE}remove/", lead, sent)["Location"] == ROADMAP
    assert status(OBJECTIVE) == 404
    assert f'action="{OBJECTIVE}restore/"' in page(f"{ROADMAP}edit/")
    assert post(client, f"{OBJECTIVE}restore/", lead, {})["Location"] == OBJECTIVE
    assert status(OBJECTIVE) == 200
    assert "is neither archived nor dropped" in text_of(
        client.get(post(client, f"{OBJECTIVE}restore/", lead, {})["Location"])
    )


def test_taking_out_what_changed_meanwhile_asks_again(client, objective, lead):
    Objective.objects.filter(pk=objective.pk).update(version=5)
    response = post(client, f"{OBJECTIVE}remove/", lead, {"way": "archive", "version": "1"})
    assert response.status_code == 409
    assert "was changed by somebody else" in text_of(response)
    assert 'name="version" value="5"' in response.content.decode()
    assert Objective.objects.get().archived_at is None


def test_publishing_and_taking_back(client, roadmap, lead):
    for state in ("published", "draft"):
        assert post(client, f"{ROADMAP}publish/", lead, {"state": state})["Location"] == ROADMAP
        assert Roadmap.objects.get().state == state


def test_a_closed_cycle_takes_nothing_and_says_so(client, page, key_result, cycle, lead):
    Cycle.objects.filter(pk=cycle.pk).update(state="closed")
    assert "Nothing can be saved here" in page(f"{KEY_RESULT}edit/", user=lead)
    assert f"{KEY_RESULT}edit/" not in page(KEY_RESULT)
    response = post(client, f"{KEY_RESULT}edit/", lead, as_shown(key_result) | {"title": "Late"})
    assert response.status_code == 409
    assert "2024 H2 is closed; its numbers are frozen." in text_of(response)
    assert 'value="Late"' in response.content.decode()


def test_pages_offer_editing_to_whom_it_is_open(page, lead, viewer, key_result):
    links = {
        ROADMAP: [f"{ROADMAP}edit/", f"{ROADMAP}objectives/"],
        OBJECTIVE: [f"{OBJECTIVE}edit/", f"{OBJECTIVE}key-results/", f"{OBJECTIVE}needs/"],
        KEY_RESULT: [f"{KEY_RESULT}edit/"],
    }
    for address, offered in links.items():
        text = page(address, user=lead)
        assert [link for link in offered if f'href="{link}"' not in text] == []
        text = page(address, user=viewer)
        assert [link for link in offered if f'href="{link}"' in text] == []


def test_a_lead_without_a_roadmap_is_offered_one(page, edge, cycle, lead, viewer):
    assert 'href="/areas/EDGE/24H2/new/"' in page("/areas/EDGE/", user=lead)
    assert 'href="/areas/EDGE/24H2/new/"' not in page("/areas/EDGE/", user=viewer)


def test_a_roadmap_that_is_there_already_is_not_made_again(client, roadmap, edge, cycle, lead):
    sent = as_shown(Roadmap(area=edge, cycle=cycle)) | {"title": "Second"}
    response = post(client, f"{ROADMAP}new/", lead, sent)
    assert response.status_code == 422
    assert "This area has a roadmap for this cycle already." in text_of(response)
    assert client.get(f"{ROADMAP}new/")["Location"] == ROADMAP


def test_owners_are_people_who_are_active_or_stay(client, page, key_result, lead, viewer):
    viewer.is_active = False
    viewer.save()
    assert "Vi Ewer" not in page(f"{KEY_RESULT}edit/", user=lead)
    KeyResult.objects.update(owner=viewer)
    sent = as_shown(key_result) | {"title": "Still theirs"}
    assert post(client, f"{KEY_RESULT}edit/", lead, sent).status_code == 302
    key_result.refresh_from_db()
    assert (key_result.title, key_result.owner) == ("Still theirs", viewer)


@pytest.mark.parametrize("number", [1, 20])
def test_queries_of_the_form_do_not_grow(client, lead, objective, django_assert_num_queries, number):
    made = [KeyResultFactory(objective=objective, owner=lead) for _ in range(number)]
    for place in range(number):
        InterimTarget.objects.create(
            key_result=made[0], on=dt.date(2024, 8, 1) + dt.timedelta(days=place), value=place
        )
    client.force_login(lead)
    client.get(f"{KEY_RESULT}edit/")
    with django_assert_num_queries(13):
        client.get(f"{KEY_RESULT}edit/")


def test_titles_that_look_like_markup_stay_text(client, page, roadmap, lead):
    title = "<script>alert(1)</script> {{ 7|add:7 }}"
    post(client, f"{ROADMAP}objectives/", lead, as_shown(Objective(roadmap=roadmap)) | {"title": title})
    assert Objective.objects.get().title == title
    for address in (OBJECTIVE, f"{OBJECTIVE}edit/", ROADMAP):
        assert "<script>alert" not in page(address)


def test_another_areas_objective_is_out_of_reach(client, core, cycle, lead):
    ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    assert post(client, "/objectives/CORE-24H2-O1/edit/", lead, {"title": "x"}).status_code == 403
