"""The pages on which a need is answered, asked for again and withdrawn."""

import datetime as dt

import pytest

from goals.actions.needs import answer_dependency
from goals.models import Cycle, Dependency, Objective, Roadmap
from goals.tests.factories import NOW, DependencyFactory, ObjectiveFactory, RoadmapFactory
from goals.tests.views.entries import text_of
from goals.tests.views.plan_forms import as_shown, post

OBJECTIVE = "/objectives/EDGE-24H2-O1/"
OTHER = "/objectives/CORE-24H2-O1/"


@pytest.fixture
def needed(core, cycle):
    return ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))


@pytest.fixture
def need(objective, needed):
    return DependencyFactory(objective=objective, partner="", on_objective=needed, note="a compiler")


def accept(need, **more):
    return {"answer": "accepted", "version": need.version, **more}


def test_one_press_on_the_page_of_what_is_needed_accepts(client, page, need, outsider):
    text = page(OTHER, user=outsider)
    assert f'action="/needs/{need.pk}/answer/"' in text
    response = post(client, f"/needs/{need.pk}/answer/", outsider, accept(need))
    assert response["Location"] == f"{OTHER}#asked-{need.pk}"
    need.refresh_from_db()
    assert (need.state, need.answered_by) == ("agreed", outsider)
    assert f"{outsider.name} accepted on" in page(OBJECTIVE)


def test_declining_without_a_word_keeps_what_was_chosen_and_says_so(client, need, outsider):
    address = f"/needs/{need.pk}/answer/"
    client.force_login(outsider)
    form = client.get(f"{address}?answer=declined").context["form"]
    assert form["answer"].value() == "declined"
    response = post(client, address, outsider, accept(need, answer="declined"))
    assert response.status_code == 422
    assert response.context["form"].errors == {"answer_note": ["Whoever declines says why."]}
    sent = accept(need, answer="declined", answer_note="No room.", back="list")
    assert post(client, address, outsider, sent)["Location"] == "/dependencies/?cycle=24H2"
    need.refresh_from_db()
    assert (need.standing, need.answer_note) == ("declined", "No room.")


@pytest.mark.parametrize(
    ("role", "expected"),
    [("outsider", 200), ("manager", 200), ("lead", 403), ("contributor", 403), ("viewer", 403)],
)
def test_the_other_side_answers(client, request, need, role, expected):
    client.force_login(request.getfixturevalue(role))
    response = client.get(f"/needs/{need.pk}/answer/")
    assert response.status_code == expected
    if expected == 403:
        assert client.post(f"/needs/{need.pk}/answer/", accept(need)).status_code == 403
        assert Dependency.objects.get().answer == ""


@pytest.mark.parametrize(("role", "expected"), [("lead", 302), ("manager", 302), ("outsider", 403)])
def test_what_a_partner_says_is_noted_by_its_own_side(client, request, objective, role, expected):
    need = DependencyFactory(objective=objective)
    user = request.getfixturevalue(role)
    assert post(client, f"/needs/{need.pk}/answer/", user, accept(need)).status_code == expected
    assert Dependency.objects.get().answer == ("accepted" if expected == 302 else "")


@pytest.mark.parametrize("address", ["/dependencies/?cycle=24H2", "/objectives/EDGE-24H2-O1/"])
def test_whoever_plans_the_objective_is_offered_to_edit_its_need(page, need, lead, outsider, viewer, address):
    for person, is_offered in ((lead, True), (outsider, False), (viewer, False)):
        assert (f"/needs/{need.pk}/edit/" in page(address, user=person)) == is_offered


@pytest.mark.parametrize("day", ["", "?as_of=2024-10-01"])
def test_a_need_is_told_of_neither_side_to_whom_the_other_is_hidden(
    page, objective, need, needed, viewer, outsider, manager, day
):
    for model in (Roadmap, Objective, Dependency):
        model.history.update(history_date=dt.datetime(2024, 8, 1, tzinfo=dt.UTC))
    of_both = f"/dependencies/?cycle=24H2{day.replace('?', '&')}"
    own = [f"/objectives/{objective.code}/{day}", f"/areas/EDGE/24H2/{day}", of_both]
    theirs = [f"/objectives/{needed.code}/{day}", f"/areas/CORE/24H2/{day}", of_both]
    for hidden, pages, person in ((needed, own, viewer), (objective, theirs, outsider)):
        for address in pages:
            assert hidden.code in page(address, user=person), address
        Objective.objects.filter(pk=hidden.pk).update(visibility="restricted")
        for address in pages:
            assert hidden.code not in page(address, user=person), address
            assert hidden.code in page(address, user=manager), address
        Objective.objects.update(visibility="internal")


def test_two_answers_at_once_are_a_conflict_that_keeps_what_was_typed(client, need, outsider, manager):
    sent = accept(need, answer="declined", answer_note="No room at all.")
    answer_dependency(need, "accepted", by=manager, now=NOW)
    response = post(client, f"/needs/{need.pk}/answer/", outsider, sent)
    text = text_of(response)
    assert response.status_code == 409
    assert f"{manager.name} accepted this on" in text
    assert 'value="No room at all."' in response.content.decode()
    # Sent once more, by somebody who has seen that: now it counts.
    sent["version"] = response.context["form"]["version"].value()
    assert post(client, f"/needs/{need.pk}/answer/", outsider, sent).status_code == 302
    assert Dependency.objects.get().answer == "declined"


def test_a_closed_cycle_takes_no_answer(client, page, need, outsider, cycle):
    Cycle.objects.update(state="closed")
    response = post(client, f"/needs/{need.pk}/answer/", outsider, accept(need))
    assert response.status_code == 409
    assert "2024 H2 is closed" in text_of(response)
    assert "/answer/" not in page(OTHER)


def test_its_own_side_asks_again_and_withdraws(client, page, need, lead, outsider):
    answer_dependency(need, "declined", by=outsider, now=NOW, note="No room.")
    text = page(OBJECTIVE, user=lead)
    assert "A need was declined" in text
    assert f'action="/needs/{need.pk}/ask-again/"' in text
    version = Dependency.objects.get().version
    assert post(client, f"/needs/{need.pk}/ask-again/", outsider, {"version": version}).status_code == 403
    assert post(client, f"/needs/{need.pk}/ask-again/", lead, {"version": 1}).status_code == 302
    assert Dependency.objects.get().answer == "declined"
    post(client, f"/needs/{need.pk}/ask-again/", lead, {"version": version})
    assert Dependency.objects.get().standing == "asked"
    post(client, f"/needs/{need.pk}/withdraw/", lead, {"version": version + 1})
    assert Dependency.objects.get().archived_at is not None
    assert "a compiler" not in page(OBJECTIVE) + page(OTHER)
    assert client.get(f"/needs/{need.pk}/edit/").status_code == 404


def test_a_press_that_does_not_say_what_it_saw_changes_nothing(client, need, lead):
    for press in ("ask-again", "withdraw"):
        assert post(client, f"/needs/{need.pk}/{press}/", lead, {}).status_code == 302
    assert Dependency.objects.get().version == need.version


def test_that_it_is_agreed_only_the_other_side_says(client, need, lead):
    sent = as_shown(need, reader=lead) | {"state": "agreed"}
    response = post(client, f"/needs/{need.pk}/edit/", lead, sent)
    assert response.status_code == 422
    assert "state" in response.context["form"].errors


def test_a_need_at_risk_stands_at_the_top_of_its_objective_and_on_the_overview(page, need, lead):
    assert "at risk or was declined" not in page("/?cycle=24H2", user=lead)
    Dependency.objects.update(state="at_risk")
    text = page(OBJECTIVE, user=lead)
    assert text.index("A need is at risk") < text.index('id="key-results"')
    assert "1 need is at risk or was declined" in page("/?cycle=24H2")


def test_both_roadmaps_show_it(page, need, lead, outsider):
    assert "a compiler" in page("/areas/EDGE/24H2/", user=lead)
    text = page("/areas/CORE/24H2/", user=outsider)
    assert "Asked of us" in text
    assert "EDGE-24H2-O1" in text


def test_who_leads_is_told_what_waits_for_an_answer(page, need, outsider, manager, lead):
    assert "1 need waits for your answer" in page("/check-ins/", user=outsider)
    for other in (manager, lead):
        assert "for your answer" not in page("/check-ins/", user=other)
    answer_dependency(need, "accepted", by=outsider, now=NOW)
    assert "for your answer" not in page("/check-ins/", user=outsider)


def test_what_is_hidden_from_the_other_side_is_not_asked_of_it(client, page, need, outsider):
    Objective.objects.filter(code="EDGE-24H2-O1").update(visibility="restricted")
    assert "Needed by" not in page(OTHER, user=outsider)
    assert "Asked of us" not in page("/areas/CORE/24H2/")
    assert "for your answer" not in page("/check-ins/")
    assert post(client, f"/needs/{need.pk}/answer/", outsider, accept(need)).status_code == 404


def test_the_form_offers_partners_once_and_no_hidden_ones(page, objective, needed, lead):
    DependencyFactory(objective=needed, partner="Arm")
    DependencyFactory(objective=ObjectiveFactory(roadmap=needed.roadmap), partner="ARM")
    hidden = ObjectiveFactory(roadmap=needed.roadmap, visibility="restricted")
    DependencyFactory(objective=hidden, partner="Secret Ltd")
    text = page(f"{OBJECTIVE}needs/", user=lead)
    assert text.count('value="Arm"') == 1
    assert "ARM" not in text
    assert "Secret Ltd" not in text
    assert hidden.code not in text
    assert needed.code in text


def test_the_form_keeps_what_was_typed_where_the_two_would_wait_for_each_other(
    client, need, needed, outsider
):
    sent = as_shown(Dependency(objective=needed), reader=outsider) | {"code": "EDGE-24H2-O1", "note": "speed"}
    response = post(client, f"{OTHER}needs/", outsider, sent)
    ways = "CORE-24H2-O1 → EDGE-24H2-O1 → CORE-24H2-O1"
    assert response.status_code == 422
    assert response.context["form"].errors == {"code": [f"CORE-24H2-O1 would wait for itself: {ways}."]}
    assert response.context["form"]["note"].value() == "speed"
    assert Dependency.objects.count() == 1
