"""The pages of dashboards, and what a reader finds on them."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from areas.models import Area
from goals.actions import card_settings
from goals.actions.dashboards import change_card, change_dashboard, create_dashboard, create_starter
from goals.forms.dependency_filters import DependencyFilterForm
from goals.forms.kpis import KpiFilterForm
from goals.forms.risk_filters import RiskFilterForm
from goals.models import Card, Dashboard, KeyResult, Kpi, Objective, Risk, Roadmap
from goals.tests.factories import (
    DependencyFactory,
    KeyResultFactory,
    KpiFactory,
    ObjectiveFactory,
    RiskFactory,
    check_in,
    enter,
)

pytestmark = [pytest.mark.django_db, pytest.mark.on_both]


@pytest.fixture(autouse=True)
def signed_in(client, manager):
    client.force_login(manager)


@pytest.fixture
def story(reported, lead):
    """A bit of what every kind of card is about."""
    RiskFactory(objective=reported.objective, title="No phones", likelihood=5, impact=5)
    DependencyFactory(objective=reported.objective, partner="Arm")
    enter(KpiFactory(area=reported.area, owner=lead, title="Crashes"), 3)
    return reported


def every_kind(key_result):
    codes = {"key_result_course": key_result.code, "kpi_course": "EDGE-K1"}
    told = {kind: {"code": code} for kind, code in codes.items()} | {"note": {"text": "Look **here**"}}
    return [{"kind": kind, "settings": told.get(kind, {})} for kind in Card.Kind.values]


def cost(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_a_manager_starts_from_what_comes_with_the_product(client, story, page):
    assert "Start from the manager's dashboard" in page("/dashboards/")
    done = client.post("/dashboards/starter/")
    told = page(done.url)
    for shown in ("Edge", "Needs attention", "Silent key results", "No phones", "Crashes", "What changed"):
        assert shown in told, shown


def test_others_are_not_offered_what_only_managers_see(lead, page):
    assert "starter" not in page("/dashboards/", user=lead)


def test_every_kind_of_card_is_shown_and_leads_on(client, story, page, manager):
    board = create_dashboard(manager, title="All", cards=every_kind(story))
    told = page(board.get_absolute_url())
    assert told.count('class="card board__card') == len(Card.Kind.values)
    assert "Look <strong>here</strong>" in told
    assert "/risks/?cycle=24H2" in told and "/dependencies/?cycle=24H2" in told
    for card in board.cards.all():
        alone = page(f"{board.get_absolute_url()}cards/{card.pk}/")
        assert "not there any more" not in alone, card.kind


def test_a_filter_is_that_of_the_page_it_leads_to(client, story, page, manager, core):
    RiskFactory(title="Small one", likelihood=1, impact=1, objective=story.objective)
    cards = [{"kind": "risks", "settings": {"area": "EDGE", "show": "grave"}}]
    board = create_dashboard(manager, title="Risks", cards=cards)
    told = page(board.get_absolute_url())
    assert "No phones" in told and "Small one" not in told
    assert "cycle=24H2&amp;area=EDGE&amp;show=grave" in told
    both = page("/risks/?cycle=24H2&area=EDGE&show=grave")
    assert "No phones" in both and "Small one" not in both
    change_dashboard(board, cards=[{"kind": "risks", "settings": {"area": "CORE"}}])
    assert "No phones" not in page(board.get_absolute_url())


def test_key_results_are_narrowed_by_health_owner_and_tag(client, story, page, manager, lead):
    other = KeyResultFactory(objective=story.objective, title="Battery", tags="power")
    check_in(other, 9)
    board = create_dashboard(manager, title="One", cards=[{"kind": "key_results"}])

    def shows(**settings):
        change_dashboard(board, cards=[{"kind": "key_results", "settings": settings}])
        told = page(board.get_absolute_url())
        return "Decode speed" in told, "Battery" in told

    assert shows() == (True, True)
    assert shows(tag="power") == (False, True)
    assert shows(owner=str(lead.pk)) == (True, False)
    assert shows(owner="me") == (False, False)
    assert shows(health="at_risk") == (True, False)


@pytest.mark.parametrize("row", [Roadmap, Objective, KeyResult])
def test_a_shared_dashboard_shows_nothing_hidden(client, story, page, manager, outsider, row):
    cards = every_kind(story)
    for card in cards:
        card["title"] = "Told of Decode speed" if card["kind"] == "key_result_course" else ""
    board = create_dashboard(manager, title="All", is_shared=True, cards=cards)
    row.objects.update(visibility="restricted")
    told = page(board.get_absolute_url(), user=outsider)
    # Its risk belongs to the objective, and is hidden with that.
    for word in ("Decode speed", story.code) + (() if row is KeyResult else ("No phones",)):
        assert word not in told, word
    assert "not there any more, or hidden from you" in told
    assert "Who is silent is shown to managers alone." in told
    assert "some parts are hidden" in told.lower()
    for card in board.cards.all():
        alone = page(f"{board.get_absolute_url()}cards/{card.pk}/")
        assert "Decode speed" not in alone and story.code not in alone


def test_a_hidden_kpi_is_on_no_card_of_a_shared_dashboard(story, page, manager, outsider):
    cards = [card for card in every_kind(story) if "kpi" in card["kind"]]
    board = create_dashboard(manager, title="All", is_shared=True, cards=cards)
    assert page(board.get_absolute_url(), user=outsider).count("Crashes") > 1
    Kpi.objects.update(visibility="restricted")
    assert "Crashes" not in page(board.get_absolute_url(), user=outsider)
    for card in board.cards.all():
        assert "Crashes" not in page(f"{board.get_absolute_url()}cards/{card.pk}/")


def test_a_dashboard_is_its_owners_until_it_is_shared(
    client, cycle, manager, outsider, administrator, status
):
    board = create_dashboard(manager, title="Mine", cards=[{"kind": "kpis"}])
    own, card = board.get_absolute_url(), board.cards.get().pk
    for user in (outsider, administrator):
        assert status(own, user=user) == 404
    change_dashboard(board, is_shared=True)
    assert status(own, user=outsider) == 200
    assert "/arrange/" not in client.get(f"{own}?arrange=1").content.decode()
    for way in ("edit/", "cards/", f"cards/{card}/edit/"):
        assert status(f"{own}{way}") == 404
    assert client.post(f"{own}delete/").status_code == 404
    assert client.post(f"{own}cards/{card}/arrange/", {"to": "remove"}).status_code == 404
    assert Card.objects.exists()
    manager.is_active = False
    manager.save()
    assert status(own, user=outsider) == 404


def test_a_card_is_found_on_its_own_dashboard_alone(client, cycle, manager, outsider, status):
    """With one's own dashboard in the address nobody reads, changes or removes a card of somebody else."""
    theirs = create_dashboard(
        manager, title="Mine", cards=[{"kind": "note", "settings": {"text": "Private"}}]
    )
    own = create_dashboard(outsider, title="Own", cards=[{"kind": "kpis"}]).get_absolute_url()
    address = f"{own}cards/{theirs.cards.get().pk}/"
    for way in ("", "edit/"):
        assert status(f"{address}{way}", user=outsider) == 404
    for to in ("remove", "wider"):
        assert client.post(f"{address}arrange/", {"to": to}).status_code == 404
    assert client.post(f"{address}edit/", {"width": "2", "text": "Theirs"}).status_code == 404
    card = theirs.cards.get()
    assert (card.width, card.settings) == (1, {"text": "Private"})


def test_signing_in_leads_to_the_start_page(client, manager):
    manager.set_password("correct horse battery")
    manager.save()
    board = create_dashboard(manager, title="Mondays")
    sent = {"username": manager.email, "password": "correct horse battery"}
    for is_start, leads_to in ((False, "/"), (True, board.get_absolute_url())):
        change_dashboard(board, is_start=is_start)
        client.logout()
        assert client.post("/sign-in/", sent).url == leads_to


def test_what_has_gone_is_said_on_the_card(client, story, page, manager, core):
    cards = [{"kind": "health", "settings": {"area": "CORE"}}]
    board = create_dashboard(manager, title="One", cards=cards)
    Area.objects.filter(key="CORE").update(archived_at=dt.datetime(2024, 10, 1, tzinfo=dt.UTC))
    assert "This area is archived" in page(board.get_absolute_url())


def test_it_is_made_arranged_and_deleted_by_forms(client, story, page):
    done = client.post("/dashboards/new/", {"title": "Mondays", "is_start": "on"})
    own = done.url
    assert "Risk matrix" in page(f"{own}cards/")
    for kind, settings in (("kpis", {}), ("note", {"text": "Hello"})):
        done = client.post(f"{own}cards/?kind={kind}", {"width": "2", "title": ""} | settings)
        assert done.status_code == 302, done.content.decode()
    first, second = Card.objects.all()
    client.post(f"{own}cards/{second.pk}/arrange/", {"to": "up"})
    assert [card.kind for card in Card.objects.all()] == ["note", "kpis"]
    sent = {"version": str(first.version), "width": "3", "title": "Ours", "show": "outside"}
    assert client.post(f"{own}cards/{first.pk}/edit/", sent | {"version": "1"}).status_code in (302, 409)
    assert client.get("/start/").url == own
    assert client.post(f"{own}edit/", {"title": "Tuesdays", "version": "1"}).status_code == 409
    version = str(Dashboard.objects.get().version)
    assert client.post(f"{own}edit/", {"title": "Tuesdays", "version": version}).status_code == 302
    assert client.get("/start/").url == "/"
    client.post(f"{own}cards/{second.pk}/arrange/", {"to": "remove"})
    client.post(f"{own}delete/")
    assert not Dashboard.objects.exists() and not Card.objects.exists()


@pytest.mark.parametrize(
    ("kind", "wrong", "sentence"),
    [
        ("kpi_course", {"code": "NONE-K1"}, "There is none with this code."),
        ("note", {}, "This card needs it."),
        ("risks", {"show": "nonsense"}, "There is no such choice."),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(client, manager, kind, wrong, sentence):
    board = create_dashboard(manager, title="One")
    done = client.post(f"{board.get_absolute_url()}cards/?kind={kind}", {"width": "1"} | wrong)
    assert (done.status_code, Card.objects.exists()) == (422, False)
    assert sentence in done.content.decode()


@pytest.mark.only_on("sqlite")
def test_twelve_cards_cost_a_bounded_number_of_queries(client, story, manager, lead):
    """However many rows there are; what several cards show is asked for once."""
    twelve = [card for card in every_kind(story) if card["kind"] not in ("my_check_ins", "reviews", "note")]
    twelve = [card for card in twelve if not card["kind"].endswith("_course")][:12]
    board = create_dashboard(manager, title="All", cards=twelve)
    assert board.cards.count() == 12
    before = cost(client, board.get_absolute_url())
    for number in range(8):
        objective = ObjectiveFactory(roadmap=story.objective.roadmap, title=f"More {number}", owner=lead)
        check_in(KeyResultFactory(objective=objective, owner=lead), number)
        RiskFactory(objective=objective)
        DependencyFactory(objective=objective, partner=f"Partner {number}")
        enter(KpiFactory(area=story.area), number)
    after = cost(client, board.get_absolute_url())
    assert after <= before + 2, (before, after)
    assert before <= 60, before


def test_the_starter_too(client, story, manager, page):
    """What changed is the dearest of its cards: each kind of thing asks for itself."""
    board = create_starter(manager)
    assert cost(client, board.get_absolute_url()) <= 57


def choices(form, field):
    return {str(value) for value, _label in form.fields[field].choices} - {""}


def test_what_a_card_may_show_is_what_the_filter_of_its_page_takes(db):
    """A filter narrows nothing by what it does not know, so nobody would notice."""
    today = dt.date(2024, 10, 14)
    risks = RiskFilterForm({}, risks=Risk.objects.all(), today=today)
    kpis = KpiFilterForm({}, kpis=Kpi.objects.all(), today=today)
    needs = DependencyFilterForm({}, partners=[], mine=set())
    assert set(card_settings.RISKS_SHOWN) == choices(risks, "show")
    assert set(card_settings.KPIS_SHOWN) == choices(kpis, "show")
    assert set(card_settings.DEPENDENCY_STATES) == choices(needs, "state")
    assert {"waits", "is_waited_for"} == choices(needs, "direction")


def test_a_form_sent_twice_makes_one(client, story, manager):
    for address, sent in (
        ("/dashboards/new/", {"title": "Mondays"}),
        ("/dashboards/starter/", {}),
    ):
        before = Dashboard.objects.count()
        sent["form_id"] = str(uuid.uuid4())
        first, second = (client.post(address, sent) for _ in range(2))
        assert (first.status_code, first.url) == (second.status_code, second.url) == (302, first.url)
        assert Dashboard.objects.count() == before + 1
    own = Dashboard.objects.get(title="Mondays").get_absolute_url()
    sent = {"width": "1", "text": "Hello", "form_id": str(uuid.uuid4())}
    first, second = (client.post(f"{own}cards/?kind=note", sent) for _ in range(2))
    assert first.url == second.url
    assert Card.objects.filter(kind="note").count() == 1
    again = client.post(f"{own}cards/?kind=note", sent | {"text": "Another"})
    assert (again.status_code, Card.objects.filter(kind="note").count()) == (422, 1)


def test_a_stale_form_shows_both_versions_and_keeps_what_was_typed(client, story, manager):
    board = create_dashboard(manager, title="Mondays", cards=[{"kind": "note", "settings": {"text": "One"}}])
    card = board.cards.get()
    change_dashboard(board, title="Tuesdays")
    sent = {"title": "Fridays", "is_shared": "on", "version": str(board.version)}
    page = client.post(f"{board.get_absolute_url()}edit/", sent)
    assert page.status_code == 409
    told = [(row.label, row.theirs, row.yours) for row in page.context["differences"]]
    assert told[0] == ("Title", "Tuesdays", "Fridays")
    assert told[1][1:] == ("no", "yes")
    assert page.context["form"]["title"].value() == "Fridays"
    again = sent | {"version": page.context["form"]["version"].value()}
    assert client.post(f"{board.get_absolute_url()}edit/", again).status_code == 302
    assert Dashboard.objects.get().title == "Fridays"
    address = f"{board.get_absolute_url()}cards/{card.pk}/edit/"
    change_card(card, settings={"text": "Two"})
    typed = {"width": "1", "text": "Three", "version": str(card.version)}
    page = client.post(address, typed)
    assert page.status_code == 409
    assert [(row.theirs, row.yours) for row in page.context["differences"]] == [("Two", "Three")]
    again = typed | {"version": page.context["form"]["version"].value()}
    assert client.post(address, again).status_code == 302
    assert Card.objects.get().settings == {"text": "Three"}
