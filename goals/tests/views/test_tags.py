"""Tags: typed in any form, found in all areas, renamed by managers."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.actions.roadmaps import change_objective
from goals.actions.tags import rename_tag
from goals.exchange.dump import dump_roadmap
from goals.exchange.errors import DocumentError
from goals.exchange.load import load_documents
from goals.exchange.markdown_reader import read
from goals.exchange.markdown_writer import write
from goals.models import Cycle, KeyResult, Objective, Roadmap
from goals.models.tags import normal_tags
from goals.tests.factories import NOW, TODAY, KeyResultFactory, ObjectiveFactory, RoadmapFactory


@pytest.fixture
def tagged_plan(objective, key_result, core, cycle):
    """`speed` in two areas."""
    Objective.objects.filter(pk=objective.pk).update(tags="on-device speed")
    KeyResult.objects.filter(pk=key_result.pk).update(tags="speed")
    return ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), tags="speed", title="In the core")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("Speed, #On-Device;speed", "on-device speed"),
        ("  Größe\t8bit ", "8bit größe"),
        ("b a", "a b"),
    ],
)
def test_tags_are_small_letters_each_once_and_in_order(typed, kept):
    assert normal_tags(typed) == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("fast!", "“fast!” is no tag"),
        ("-fast", "is no tag"),
        ("a" * 31, "A tag has at most 30 characters."),
        (" ".join("abcdefghijk"), "There are at most 10 tags."),
    ],
)
def test_what_is_no_tag_is_refused_at_its_field(client, lead, objective, typed, sentence):
    client.force_login(lead)
    form = {"title": "A", "commitment": "committed", "visibility": "internal", "weight": "1", "position": "1"}
    sent = form | {"tags": typed, "version": objective.version, "reason": "why"}
    answer = client.post("/objectives/EDGE-24H2-O1/edit/", sent)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    done = client.post("/objectives/EDGE-24H2-O1/edit/", sent | {"tags": "Speed, On-device"})
    assert done.status_code == 302
    assert Objective.objects.get(pk=objective.pk).tags == "on-device speed"


def test_a_form_holds_the_tags_that_are_there(lead, key_result, page):
    KeyResult.objects.update(tags="on-device speed")
    shown = page("/key-results/EDGE-24H2-O1-KR1/edit/", user=lead)
    assert 'value="on-device speed"' in shown and 'list="tags"' in shown


def test_a_form_offers_what_is_in_use_where_one_sees_it(tagged_plan, objective, lead, page):
    ObjectiveFactory(roadmap=tagged_plan.roadmap, tags="secret", visibility="restricted")
    Objective.objects.filter(pk=tagged_plan.pk).update(tags="latency speed")
    shown = page("/objectives/EDGE-24H2-O1/edit/", user=lead)
    assert '<option value="on-device speed latency">' in shown and "secret" not in shown
    shown = page("/areas/EDGE/24H2/objectives/")
    assert '<option value="speed">' in shown and "secret" not in shown


def test_a_page_lists_what_has_a_tag_in_all_areas(tagged_plan, outsider, lead, page):
    shown = page("/tags/Speed/", user=outsider)
    for code in ("EDGE-24H2-O1", "EDGE-24H2-O1-KR1", "CORE-24H2-O1"):
        assert code in shown
    assert "Rename" not in shown
    assert "/tags/speed/" in page("/objectives/EDGE-24H2-O1/")
    assert "/tags/speed/" in page("/key-results/EDGE-24H2-O1-KR1/")
    Objective.objects.filter(pk=tagged_plan.pk).update(visibility="restricted", tags="hidden-one speed")
    assert "CORE-24H2-O1" not in page("/tags/speed/", user=lead)
    shown = page("/tags/")
    assert "on-device" in shown and "hidden-one" not in shown
    assert "Nothing has this tag" in page("/tags/hidden-one/")


def test_the_tag_of_a_hidden_key_result_is_not_there_for_others(
    tagged_plan, key_result, outsider, lead, page
):
    KeyResultFactory(objective=key_result.objective, tags="hidden-one", visibility="restricted")
    for person, is_told in ((outsider, False), (lead, True)):
        assert ("hidden-one" in page("/tags/", user=person)) == is_told
        assert ("Nothing has this tag" in page("/tags/hidden-one/", user=person)) == (not is_told)


@pytest.mark.parametrize("tag", ["a%20b", "!", "a" * 40])
def test_what_can_be_no_tag_has_no_page(client, lead, tag):
    client.force_login(lead)
    assert client.get(f"/tags/{tag}/").status_code == 404


def test_managers_rename_and_merge(client, tagged_plan, objective, manager, lead):
    client.force_login(lead)
    assert client.post("/tags/speed/rename/", {"name": "latency"}).status_code == 403
    client.force_login(manager)
    done = client.post("/tags/speed/rename/", {"name": "On-Device"})
    assert (done.status_code, done.url) == (302, "/tags/on-device/")
    assert list(Objective.objects.order_by("code").values_list("tags", flat=True)) == ["on-device"] * 2
    assert KeyResult.objects.get().tags == "on-device"
    row = Objective.history.filter(id=objective.pk).latest("history_id")
    assert (row.history_user, row.history_change_reason) == (manager, "the tag speed was renamed")
    answer = client.post("/tags/on-device/rename/", {"name": "two words"})
    assert answer.status_code == 422 and "A tag is one word." in answer.content.decode()
    answer = client.post("/tags/on-device/rename/", {"name": "On-device"})
    assert "It has this name already." in answer.content.decode()


def test_a_closed_cycle_keeps_the_old_name(tagged_plan, manager):
    Cycle.objects.update(state="closed")
    assert rename_tag("speed", "latency", by=manager, now=NOW) == 0
    assert Objective.objects.get(pk=tagged_plan.pk).tags == "speed"


def test_a_part_of_a_word_is_another_tag(objective, lead, manager):
    change_objective(objective, by=lead, now=NOW, tags="speedup Speed-2")
    assert Objective.objects.get(pk=objective.pk).tags == "speed-2 speedup"
    assert rename_tag("speed", "latency", by=manager, now=NOW) == 0


def test_documents_hold_tags_both_ways(tagged_plan, lead):
    text = write(dump_roadmap("EDGE-24H2"))
    assert "Tags: on-device, speed" in text
    text = text.replace("Tags: on-device, speed", "Tags: #Latency, on-device")
    load_documents([read(text)], by=lead, today=TODAY, now=NOW)
    assert Objective.objects.get(code="EDGE-24H2-O1").tags == "latency on-device"
    with pytest.raises(DocumentError, match="is no tag"):
        read(text.replace("#Latency", "no!"))


def test_the_world_sees_tags_in_documents_of_public_objectives_alone(tagged_plan, objective, page, client):
    Roadmap.objects.filter(pk=objective.roadmap_id).update(visibility="public", state="published")
    assert "speed" not in write(dump_roadmap("EDGE-24H2", public=True))
    Objective.objects.filter(pk=objective.pk).update(visibility="public")
    KeyResultFactory(objective=objective, visibility="internal", tags="inside")
    told = write(dump_roadmap("EDGE-24H2", public=True))
    assert "speed" in told and "inside" not in told


# On pages with figures


@pytest.fixture
def two_objectives(tagged_plan, objective, key_result, roadmap):
    """In one roadmap: one with the tag, one with a key result that has it and one that has not."""
    Objective.objects.filter(pk=objective.pk).update(tags="")
    KeyResultFactory(objective=objective, title="Without any tag")
    return ObjectiveFactory(roadmap=roadmap, title="Tagged as a whole", tags="speed small")


def figures_in(text):
    """Each share that a page tells outside its lists, in order."""
    return re.findall(r"\d+ %", text.split('id="tagged"')[0].split('class="columns')[0])


@pytest.mark.parametrize("address", ["/areas/EDGE/24H2/", "/"])
def test_a_page_lists_what_has_the_tag_and_counts_everything(
    page, manager, two_objectives, key_result, roadmap, address
):
    other = ObjectiveFactory(roadmap=roadmap, title="Of no tag at all")
    KeyResultFactory(objective=other, title="Also of no tag")
    late = KeyResultFactory(objective=two_objectives, title="Late without a tag of its own")
    whole = page(address, user=manager)
    assert "<option>small</option><option>speed</option>" in whole
    shown = page(f"{address}?tag=Speed", user=manager)
    assert "<option selected>speed</option>" in shown
    assert "Only what has the tag “speed” is listed" in shown
    assert "Every figure, and what has no tags, is still of the whole." in shown
    for title in (two_objectives.title, key_result.title, late.title):
        assert title in shown
    # The table that explains the figure of the whole names all of it, as ever.
    lists = shown.split('aria-labelledby="explain"')[0]
    for title in ("Of no tag at all", "Also of no tag", "Without any tag"):
        assert title not in lists
        assert title in whole
    assert "1 of 2 key results have the tag; the figures are of all." in shown
    assert figures_in(shown) == figures_in(whole)
    assert f'href="{address}">Show everything</a>' in shown


def test_a_roll_up_lists_what_has_the_tag(page, lead, two_objectives, roadmap):
    ObjectiveFactory(roadmap=roadmap, title="Of no tag at all")
    lists = page("/areas/LIB/24H2/?tag=small", user=lead).split('aria-labelledby="explain"')[0]
    assert "Tagged as a whole" in lists
    assert "Of no tag at all" not in lists


@pytest.mark.parametrize("address", ["/areas/EDGE/24H2/", "/"])
@pytest.mark.parametrize("tag", ["nowhere", "no%00tag!" + "x" * 400])
def test_a_tag_that_nothing_has_says_so(page, lead, two_objectives, address, tag):
    shown = page(f"{address}?cycle=24H2&tag={tag}", user=lead)
    assert "Nothing on this page that you may see has the tag" in shown
    assert f'href="{address}?cycle=24H2">Show everything</a>' in shown


def test_a_hidden_tag_is_neither_offered_nor_told_from_one_that_nothing_has(page, outsider, two_objectives):
    Objective.objects.filter(pk=two_objectives.pk).update(visibility="restricted", tags="hidden-one speed")
    for address in ("/areas/EDGE/24H2/", "/"):
        assert "hidden-one" not in page(address, user=outsider)
        shown = page(f"{address}?tag=hidden-one", user=outsider)
        assert two_objectives.title not in shown and "hidden-one</option>" not in shown
        assert "Nothing on this page that you may see has the tag “hidden-one”." in shown


def test_the_filter_asks_the_database_nothing(client, manager, two_objectives, django_assert_num_queries):
    client.force_login(manager)
    for address in ("/areas/EDGE/24H2/", "/"):
        client.get(address)
        with CaptureQueriesContext(connection) as whole:
            client.get(address)
        with django_assert_num_queries(len(whole)):
            client.get(f"{address}?tag=speed")
