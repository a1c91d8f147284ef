"""Scores of a roadmap in one form: each row for itself, conflicts shown with both."""

from decimal import Decimal

import pytest

from areas.models import Role
from areas.tests.factories import MembershipFactory
from goals.actions.scores import score_key_result
from goals.models import Cycle, KeyResult, Objective, Roadmap
from goals.tests.factories import NOW, KeyResultFactory, ObjectiveFactory, check_in
from goals.tests.views.entries import text_of

FORM = "/cycles/24H2/scores/EDGE/"
KR1, KR2, O1 = "EDGE-24H2-O1-KR1", "EDGE-24H2-O1-KR2", "EDGE-24H2-O1"


@pytest.fixture
def closing(key_result, objective, lead):
    """KR1 stands at 4.6 of 10, KR2 at 9; the objective is committed, and the cycle closes."""
    check_in(key_result, "4.6")
    check_in(KeyResultFactory(objective=objective, owner=lead), 9)
    Objective.objects.update(commitment="committed")
    Cycle.objects.update(state="closing")
    return key_result


@pytest.fixture
def shown(client, closing):
    """The form as the page shows it, to be sent with changes."""

    def shown(user, **changes):
        client.force_login(user)
        context = client.get(FORM).context
        sent = {}
        for section in context["sections"]:
            for form in [*(row.form for row in section.rows), section.post_mortem]:
                sent |= {form.add_prefix(name): form[name].value() or "" for name in form.fields}
        return sent | changes

    return shown


def scores():
    rows = KeyResult.objects.order_by("code").values_list("proposed_score", "final_score", "closing_note")
    return [tuple(map(str, row)) for row in rows]


def test_a_lead_scores_and_sees_what_that_makes_of_the_objective(client, lead, shown):
    changes = {f"{KR1}-score": "0.5", f"{KR1}-closing_note": "Half of\r\nit.", f"{KR2}-score": "0.9"}
    answer = client.post(FORM, shown(lead, **changes))
    assert answer["Location"] == FORM
    assert scores() == [("0.5", "0.5", "Half of\nit."), ("0.9", "0.9", "")]
    text = text_of(client.get(FORM))
    assert "2 rows are saved." in text
    assert "0.70 green" in text
    assert "Committed and below 1.0: say what came in between." in text
    assert KeyResult.history.latest("history_id").history_user == lead


def test_the_post_mortem_is_kept(client, lead, shown):
    client.post(FORM, shown(lead, **{f"{KR1}-score": "0.5"}))
    client.post(FORM, shown(lead, **{f"{O1}-post_mortem": "Phones came **late**."}))
    assert Objective.objects.get().post_mortem == "Phones came **late**."
    text = client.get("/objectives/EDGE-24H2-O1/").content.decode()
    assert "<strong>late</strong>" in text
    assert "0.50 amber" in text


def test_the_rest_takes_the_proposed_scores(client, lead, shown):
    sent = shown(lead, **{f"{KR1}-score": "0.7", f"{KR1}-reason": "The phone was late."})
    client.post(FORM, sent | {"rest": "proposed"})
    assert scores() == [("0.5", "0.7", ""), ("0.9", "0.9", "")]


def test_a_row_that_fails_stays_with_what_was_typed_and_the_others_are_saved(client, lead, shown):
    changes = {f"{KR1}-score": "0.7", f"{KR1}-closing_note": "kept here", f"{KR2}-score": "0.9"}
    answer = client.post(FORM, shown(lead, **changes))
    assert answer.status_code == 422
    text = text_of(answer)
    assert "Say why the score differs from the proposed one." in text
    assert "kept here" in text
    assert 'value="0.7"' in answer.content.decode()
    assert scores()[1][1] == "0.9"
    assert scores()[0][1] == "None"


@pytest.mark.parametrize(
    "score", ["1.1", "-0.1", "0.75", "NaN", "Infinity", "1e400", "０.５", "0,5", "half", "9" * 39, "\0"]
)
def test_what_is_no_score_is_refused(client, lead, shown, score):
    answer = client.post(FORM, shown(lead, **{f"{KR1}-score": score, f"{KR1}-reason": "because"}))
    assert answer.status_code == 422
    assert scores()[0][1] == "None"
    assert client.get(FORM).status_code == 200


@pytest.mark.parametrize("text", ["\0", "a\x07b", "x" * 10_001])
def test_what_cannot_be_stored_is_refused(client, lead, shown, text):
    answer = client.post(FORM, shown(lead, **{f"{KR1}-score": "0.5", f"{KR1}-closing_note": text}))
    assert answer.status_code == 422
    assert scores()[0] == ("None", "None", "")


def test_markup_in_a_note_is_text(client, lead, shown):
    client.post(FORM, shown(lead, **{f"{KR1}-score": "0.5", f"{KR1}-closing_note": "<script>x</script>"}))
    assert b"<script>x" not in client.get(FORM).content


def test_a_conflict_shows_both_and_saving_again_puts_mine_in_its_place(client, lead, manager, shown, closing):
    sent = shown(lead, **{f"{KR1}-score": "0.5", f"{KR1}-closing_note": "mine"})
    score_key_result(
        closing, by=manager, now=NOW, score=Decimal("0.2"), reason="Half a phone", closing_note="theirs"
    )
    answer = client.post(FORM, sent)
    assert answer.status_code == 409
    assert "Mana Ger saved this meanwhile: 0.2 · Half a phone · theirs." in text_of(answer)
    assert scores()[0] == ("0.5", "0.2", "theirs")
    context = answer.context["sections"][0].rows[0].form
    again = sent | {f"{KR1}-{name}": context[name].value() for name in ("version", "seen")}
    assert client.post(FORM, again).status_code == 302
    assert scores()[0] == ("0.5", "0.5", "mine")


def test_a_row_left_alone_does_not_put_back_what_somebody_else_changed(client, lead, manager, shown, closing):
    sent = shown(lead, **{f"{KR2}-score": "0.9"})
    score_key_result(closing, by=manager, now=NOW, score=Decimal("0.5"), closing_note="theirs")
    assert client.post(FORM, sent).status_code == 302
    assert scores()[0] == ("0.5", "0.5", "theirs")


def test_a_form_sent_twice_has_one_effect(client, lead, shown):
    sent = shown(lead, **{f"{KR1}-score": "0.5"})
    client.post(FORM, sent)
    count = KeyResult.history.count()
    answer = client.post(FORM, sent)
    assert KeyResult.history.count() == count
    assert answer.status_code == 409  # what stands there is said, and it is the same
    assert scores()[0][1] == "0.5"


def test_a_form_that_comes_after_closing_is_refused_and_kept(client, lead, shown):
    sent = shown(lead, **{f"{KR1}-score": "0.5", f"{KR1}-closing_note": "too late"})
    Cycle.objects.update(state="closed")
    answer = client.post(FORM, sent)
    assert answer.status_code == 409
    assert "2024 H2 is closed; its numbers are frozen." in text_of(answer)
    assert "too late" in text_of(answer)
    assert scores()[0][1] == "None"


def test_nothing_entered_saves_nothing(client, lead, shown):
    count = KeyResult.history.count()
    assert client.post(FORM, shown(lead)).status_code == 302
    assert client.post(FORM, {}).status_code == 302
    assert KeyResult.history.count() == count


@pytest.mark.parametrize("role", ["lead", "manager", "administrator"])
def test_leads_and_managers_score(client, request, shown, role):
    user = request.getfixturevalue(role)
    assert client.post(FORM, shown(user, **{f"{KR1}-score": "0.5"})).status_code == 302
    assert scores()[0][1] == "0.5"


@pytest.mark.parametrize("role", ["contributor", "viewer", "outsider"])
def test_others_read(client, lead, request, shown, role):
    sent = shown(lead, **{f"{KR1}-score": "0.5"})
    client.force_login(request.getfixturevalue(role))
    assert b'name="EDGE-24H2-O1-KR1-score"' not in client.get(FORM).content
    assert client.post(FORM, sent).status_code == 403
    assert scores()[0][1] == "None"


def test_a_lead_of_the_area_above_scores_too(client, lib, outsider, shown):
    MembershipFactory(user=outsider, area=lib, role=Role.LEAD)
    assert client.post(FORM, shown(outsider, **{f"{KR1}-score": "0.5"})).status_code == 302


def test_a_restricted_roadmap_is_not_there_for_others(client, outsider, closing):
    Roadmap.objects.update(visibility="restricted")
    client.force_login(outsider)
    assert client.get(FORM).status_code == client.post(FORM, {}).status_code == 404
    assert "EDGE-24H2" not in client.get("/cycles/24H2/scores/").content.decode()


def test_what_is_restricted_in_a_roadmap_is_not_told_with_its_scores(client, closing, outsider, manager):
    ObjectiveFactory(roadmap=closing.objective.roadmap, title="A hidden aim", visibility="restricted")
    KeyResultFactory(objective=closing.objective, title="A hidden step", visibility="restricted")
    for person, is_told in ((outsider, False), (manager, True)):
        client.force_login(person)
        page = text_of(client.get(FORM))
        assert ("A hidden step" in page, "A hidden aim" in page) == (is_told, is_told)


@pytest.mark.parametrize(
    ("role", "may"),
    [("lead", True), ("manager", True), ("contributor", False), ("viewer", False), ("outsider", False)],
)
def test_the_list_leads_to_the_form_whoever_may_score(client, request, closing, role, may):
    client.force_login(request.getfixturevalue(role))
    assert ("Score Edge" in text_of(client.get("/cycles/24H2/scores/"))) == may


def test_the_list_shows_how_far_every_roadmap_is(client, lead, shown):
    client.post(FORM, shown(lead, **{f"{KR1}-score": "0.5"}))
    text = text_of(client.get("/cycles/24H2/scores/"))
    assert "0.50 amber 1 / 2 2 1 Score Edge" in text


@pytest.mark.parametrize("count", [1, 12])
def test_queries_do_not_grow_with_the_roadmap(
    client, lead, roadmap, closing, count, django_assert_num_queries
):
    for _ in range(count):
        KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap))
    client.force_login(lead)
    client.get(FORM)
    with django_assert_num_queries(11):
        client.get(FORM)


def test_the_roadmap_leads_to_its_scores_while_there_are_any(page, lead, closing):
    assert f'href="{FORM}"' in page("/areas/EDGE/24H2/", user=lead)
    Cycle.objects.update(state="active")
    assert f'href="{FORM}"' not in page("/areas/EDGE/24H2/")
