"""The page of what waits for review, and what the others see of it."""

import datetime as dt

import pytest

from goals.actions.absences import add_absence
from goals.actions.comments import add_comment
from goals.actions.refusals import WrongState
from goals.actions.reviews import ask_back
from goals.actions.roadmaps import change_objective
from goals.models import Acknowledgement, CheckIn, Comment, KeyResult, Objective
from goals.tests.factories import NOW, TODAY, KeyResultFactory, check_in
from goals.tests.views.entries import text_of

PAGE = "/reviews/"
ASK = "/key-results/EDGE-24H2-O1-KR1/check-ins/{}/ask-back/"
NOTE = "/key-results/EDGE-24H2-O1-KR1/check-ins/{}/acknowledge/"
KEY_RESULT = "/key-results/EDGE-24H2-O1-KR1/"


@pytest.fixture
def waiting(objective, key_result, outsider, lead, contributor):
    """Two check-ins wait for Out Sider, who reviews the objective."""
    change_objective(objective, by=lead, now=NOW - dt.timedelta(days=30), reviewer=outsider)
    row = KeyResult.objects.get(pk=key_result.pk)
    return [
        check_in(row, 3, author=contributor, note="4-bit **kernels**"),
        check_in(row, 4, author=contributor, blocker="The cluster"),
    ]


def test_the_page_says_what_was_reported_and_the_header_how_much_waits(page, waiting, outsider, lead):
    text = page(PAGE, user=outsider)
    assert "2 check-ins wait for you" in text
    for words in ("4 tok/s", "<strong>kernels</strong>", "The cluster", "Con Tributor", "Decode speed"):
        assert words in text
    assert 'class="count">2<' in page("/", user=outsider)
    assert 'class="count">2<' not in page("/", user=lead)


def test_nothing_waits(page, lead):
    assert "Nothing waits for your review" in page(PAGE, user=lead)


def test_one_press_takes_note_of_one(client, waiting, outsider):
    client.force_login(outsider)
    answer = client.post(PAGE, {"check_in": waiting[0].pk}, follow=True)
    assert "Taken note of 1 check-in." in text_of(answer)
    assert "1 check-in waits for you." in text_of(answer)
    assert [row.check_in for row in Acknowledgement.objects.all()] == [waiting[0]]


def test_one_press_takes_note_of_all_that_is_shown(client, waiting, outsider):
    client.force_login(outsider)
    check_in(waiting[0].key_result, 5)  # came in the meantime
    client.post(PAGE, {"check_in": [row.pk for row in waiting]})
    assert {row.check_in_id for row in Acknowledgement.objects.all()} == {row.pk for row in waiting}


@pytest.mark.parametrize("pk", ["x", "", "9" * 40, "-1", "\uff11"])
def test_what_is_no_key_takes_note_of_nothing(client, waiting, outsider, pk):
    client.force_login(outsider)
    assert client.post(PAGE, {"check_in": pk}).status_code == 302
    assert not Acknowledgement.objects.exists()


def test_nobody_takes_note_for_the_reviewer(client, waiting, lead, viewer):
    for person in (lead, viewer):
        client.force_login(person)
        client.post(PAGE, {"check_in": [row.pk for row in waiting]})
        assert client.post(ASK.format(1), {"text": "How so?"}).status_code == 404
    assert not Acknowledgement.objects.exists()
    assert not Comment.objects.exists()


def test_asking_back_takes_it_off_and_tells_those_who_can_answer(
    client, page, waiting, outsider, contributor, lead
):
    client.force_login(outsider)
    answer = client.post(ASK.format(1), {"text": "On **which** phone?"}, follow=True)
    assert "Asked about EDGE-24H2-O1-KR1 #1." in text_of(answer)
    assert "1 check-in waits for you." in text_of(answer)
    for person in (contributor, lead):
        text = page("/check-ins/", user=person)
        assert "Asked back" in text
        assert "On which phone?" in text
    assert "asks back" in page(KEY_RESULT)
    answered = client.post(f"{KEY_RESULT}check-ins/1/comments/", {"text": "On all of them"})
    assert answered.status_code == 302
    assert "Asked back" not in page("/check-ins/", user=lead)
    assert "On all of them" in page(PAGE, user=outsider)


def test_an_empty_question_is_refused_and_what_was_typed_elsewhere_is_kept(client, waiting, outsider):
    client.force_login(outsider)
    answer = client.post(ASK.format(2), {"text": " "})
    assert (answer.status_code, Comment.objects.count()) == (422, 0)
    long = client.post(ASK.format(2), {"text": "x" * 5001})
    assert long.status_code == 422
    assert "x" * 5001 in long.content.decode()


def test_a_reviewer_takes_note_on_the_page_of_the_key_result_too(client, page, waiting, outsider, viewer):
    assert "Take note" in page(KEY_RESULT, user=outsider)
    assert client.post(NOTE.format(1)).status_code == 302
    assert Acknowledgement.objects.get().person == outsider
    client.force_login(viewer)
    assert client.post(NOTE.format(2)).status_code == 403


def test_a_lead_names_the_reviewer_on_the_form_and_it_is_told(client, page, objective, lead, manager):
    client.force_login(lead)
    form = client.get(f"/objectives/{objective.code}/edit/").context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    answer = client.post(f"/objectives/{objective.code}/edit/", sent | {"reviewer": manager.pk})
    assert answer.status_code == 302
    assert Objective.objects.get().reviewer == manager
    assert "<dd>Mana Ger</dd>" in page(objective.get_absolute_url())
    told = page("/changes/?cycle=24H2&since=2024-10-01")
    assert "Mana Ger" in told


def test_a_reviewer_who_may_not_see_it_is_refused_at_the_field(client, objective, lead, outsider):
    client.force_login(lead)
    Objective.objects.update(visibility="restricted")
    form = client.get(f"/objectives/{objective.code}/edit/").context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    answer = client.post(f"/objectives/{objective.code}/edit/", sent | {"reviewer": outsider.pk})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"reviewer": ["Out Sider cannot see this objective."]}


@pytest.mark.parametrize("number", [1, 4])
def test_queries_do_not_grow_with_what_waits(
    client, waiting, objective, outsider, django_assert_num_queries, number
):
    for _ in range(number):
        made = check_in(KeyResultFactory(objective=Objective.objects.get(pk=objective.pk)), 3)
        ask_back(made, by=outsider, now=NOW, text="How so?")
        made.comments.create(author=made.author, text="So.")
    client.force_login(outsider)
    with django_assert_num_queries(10):
        client.get(PAGE)


def test_what_one_asked_back_stands_below_until_it_is_answered(
    client, page, waiting, outsider, contributor, lead
):
    ask_back(waiting[0], by=outsider, now=NOW, text="How so?")
    add_absence(
        contributor, now=NOW, today=TODAY, stand_in=lead, first_on=TODAY, last_on=TODAY + dt.timedelta(days=6)
    )
    client.force_login(outsider)
    text = text_of(client.get(PAGE))
    assert "Asked back by me" in text
    assert "“How so?”" in text
    assert "waits for Con Tributor · away until 20 Oct 2024, Lea Lead stands in" in text
    assert "Asked back by me" not in page(PAGE, user=lead)
    add_comment(waiting[0], by=contributor, now=NOW + dt.timedelta(hours=1), text="So.")
    assert "Asked back by me" not in page(PAGE, user=outsider)


def test_who_reviews_no_more_since_the_page_was_read_asks_nothing(waiting, objective, outsider, viewer, lead):
    read = CheckIn.objects.select_related("key_result__objective", "author").get(pk=waiting[0].pk)
    change_objective(Objective.objects.get(), by=lead, now=NOW, reviewer=viewer)
    with pytest.raises(WrongState):
        ask_back(read, by=outsider, now=NOW, text="How so?")
