"""Filters that a person saves under a name, used and forgotten with one press."""

import pytest
from django.urls import reverse

from goals.actions.leaving import deactivate_person
from goals.models import SavedFilter
from goals.models.saved_filter import MOST_FILTERS, NAME_LENGTH, QUERY_LENGTH
from goals.tests.factories import NOW, ObjectiveFactory
from goals.tests.views.entries import text_of

NEW = "/saved-filters/"
PAGES = [page.value for page in SavedFilter.Page]


@pytest.fixture
def reader(client, manager, key_result):
    ObjectiveFactory(roadmap=key_result.objective.roadmap, kind="excellence")
    client.force_login(manager)
    return client


def save(client, *, page="risk_list", name="Late steps", query="show=overdue", **more):
    return client.post(NEW, {"page": page, "name": name, "query": query, **more})


def offers_to_save(client, address):
    return "Save this filter" in client.get(address).content.decode()


@pytest.mark.on_both
@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_is_narrowed_to_is_one_press_away_from_then_on(reader, page):
    address = reverse(f"goals:{page}")
    assert not offers_to_save(reader, address)
    narrowed = f"{address}?area=EDGE"
    assert offers_to_save(reader, narrowed)
    answer = save(reader, page=page, query="area=EDGE", name="Ours", back=narrowed)
    assert (answer.status_code, answer.url) == (302, narrowed)
    assert "The filter “Ours” is saved." in text_of(reader.get(narrowed))
    shown = reader.get(address).content.decode()
    assert f'<a class="button" href="{narrowed}">Ours</a>' in shown
    chosen = reader.get(narrowed).content.decode()
    assert f'<a class="button" href="{narrowed}" aria-current="page">Ours</a>' in chosen
    assert "Forget “Ours”" in chosen
    assert "Save this filter" not in chosen


def test_cycle_and_day_are_those_of_the_moment(reader):
    save(reader, query="cycle=24H1&show=overdue&page=3&as_of=2024-08-01&area=&q=+")
    assert SavedFilter.objects.get().query == "show=overdue"
    shown = reader.get("/dependencies/").content.decode()
    assert ">Late steps</a>" not in shown, "of another page"
    shown = reader.get("/risks/?cycle=24H2").content.decode()
    assert 'href="/risks/?show=overdue&amp;cycle=24H2">Late steps' in shown
    shown = reader.get("/risks/?show=overdue&cycle=24H2").content.decode()
    assert 'aria-current="page">Late steps' in shown


def test_equal_filters_are_equal_in_any_order(reader):
    save(reader, query="show=high&area=EDGE")
    assert 'aria-current="page">Late steps' in reader.get("/risks/?area=EDGE&show=high").content.decode()


@pytest.mark.on_both
def test_a_name_stands_for_the_filter_it_was_given_last(reader):
    save(reader)
    save(reader, query="show=high")
    assert list(SavedFilter.objects.values_list("name", "query", "version")) == [
        ("Late steps", "show=high", 2)
    ]
    save(reader, page="kpi_list", query="show=stale")
    assert SavedFilter.objects.count() == 2


@pytest.mark.on_both
def test_forgetting_leads_back_to_where_the_press_stood(reader):
    save(reader)
    forget = f"/saved-filters/{SavedFilter.objects.get().pk}/forget/"
    back = "/risks/?show=overdue&cycle=24H2"
    assert reader.post(forget, {"back": back}).url == back
    assert "The filter “Late steps” is forgotten." in text_of(reader.get(back))
    assert not SavedFilter.objects.exists()
    assert reader.post(forget).status_code == 404


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(reader, back):
    assert save(reader, back=back).url == "/risks/?show=overdue"
    forget = f"/saved-filters/{SavedFilter.objects.get().pk}/forget/"
    assert reader.post(forget, {"back": back}).url == "/risks/?show=overdue"


def test_they_are_their_owners_alone(reader, client, administrator, manager):
    save(reader, name="My own")
    mine = SavedFilter.objects.get()
    client.force_login(administrator)
    assert "My own" not in client.get("/risks/").content.decode()
    assert client.post(f"/saved-filters/{mine.pk}/forget/").status_code == 404
    save(client, name="My own", query="show=high")
    mine.refresh_from_db()
    assert (mine.query, SavedFilter.objects.count()) == ("show=overdue", 2)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"name": ""}, "Give the filter a name."),
        ({"name": "  "}, "Give the filter a name."),
        ({"name": "n" * (NAME_LENGTH + 1)}, f"at most {NAME_LENGTH} characters"),
        ({"name": "a\x00b"}, "Null characters are not allowed."),
        ({"name": "a\x01b"}, "cannot be stored"),
        ({"name": "two\nlines"}, "one line"),
        ({"page": ""}, "Say which page the filter is of."),
        ({"page": "person_list"}, "There is no such page with a filter."),
        ({"query": ""}, "Choose a filter first"),
        ({"query": "cycle=24H2&page=2"}, "Choose a filter first"),
        ({"query": "q=" + "ß" * (QUERY_LENGTH // 5)}, "too long to be saved"),
        ({"query": "q=" + "x" * 5 * QUERY_LENGTH}, f"at most {4 * QUERY_LENGTH} characters"),
    ],
)
def test_what_cannot_be_saved_comes_back_with_why(reader, told, sentence):
    answer = save(reader, **told)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert told.get("name", "Late steps").strip("\x00 ")[:3] in page
    assert not SavedFilter.objects.exists()


def test_markup_in_a_name_or_an_address_is_text(reader):
    save(reader, name="<b>&amp;", query="q=%22%3E%3Cscript%3E")
    page = reader.get("/risks/?cycle=24H2").content.decode()
    assert "&lt;b&gt;&amp;amp;" in page
    assert 'href="/risks/?q=%22%3E%3Cscript%3E&amp;cycle=24H2"' in page


def test_there_are_so_many_a_page(reader):
    for number in range(MOST_FILTERS):
        save(reader, name=f"Number {number}")
    answer = save(reader, name="One more")
    assert answer.status_code == 422
    assert "forget one of them first" in text_of(answer)
    assert save(reader, name="Number 7", query="show=high").status_code == 302, "not one more"
    assert save(reader, page="kpi_list", query="area=EDGE").status_code == 302


def test_a_visitor_has_none_and_saves_none(client, db):
    assert save(client).url.startswith("/sign-in/")
    assert not SavedFilter.objects.exists()


def test_they_cost_a_page_one_query(reader, django_assert_num_queries, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as none:
        reader.get("/kpis/")
    few = len(none)
    for number in range(MOST_FILTERS):
        save(reader, page="kpi_list", name=f"Number {number}", query="area=EDGE")
    reader.get("/kpis/")
    with django_assert_num_queries(few):
        reader.get("/kpis/")


def test_who_leaves_takes_them_along(reader, manager, administrator):
    save(reader)
    deactivate_person(manager, by=administrator, now=NOW, successors={}, successor=administrator)
    assert not SavedFilter.objects.exists()
