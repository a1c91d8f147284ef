"""Pages on which objectives come to support others, and the map of the cycle."""

import csv
import io
from decimal import Decimal

import pytest

from goals.actions.alignments import align, unalign, weigh
from goals.actions.roadmaps import archive_objective, change_objective, drop_objective
from goals.models import Alignment, Cycle, Objective
from goals.tests.factories import NOW, AlignmentFactory, ObjectiveFactory, RoadmapFactory, check_in
from goals.views.alignment_drawing import MOST_OBJECTIVES

PAGE = "/objectives/EDGE-24H2-O1/"
CREATE = f"{PAGE}supports/"
MAP = "/alignment/"


@pytest.fixture
def top(lib, cycle):
    return ObjectiveFactory(
        roadmap=RoadmapFactory(area=lib, cycle=cycle),
        title="Libraries that run anywhere",
        counts_supporters=True,
    )


@pytest.fixture
def secret(core, cycle):
    roadmap = RoadmapFactory(area=core, cycle=cycle)
    return ObjectiveFactory(roadmap=roadmap, title="Nobody outside knows", visibility="restricted")


@pytest.fixture
def reads(client):
    def read(path, user):
        client.force_login(user)
        response = client.get(path)
        assert response.status_code == 200, response.content[:500]
        return response.content.decode()

    return read


@pytest.fixture
def sends(client):
    def send(path, user, **form):
        client.force_login(user)
        return client.post(path, form)

    return send


@pytest.mark.parametrize("words", ["LIB-24H2-O1", "lib-24h2-o1 Libraries that run anywhere", "run ANYwhere"])
def test_a_lead_finds_what_is_supported_by_code_or_words(sends, reads, top, objective, lead, words):
    assert "LIB-24H2-O1 Libraries that run anywhere" in reads(CREATE, lead)
    assert sends(CREATE, lead, supported=words).status_code == 302
    assert Alignment.objects.get().supported == top
    assert Alignment.objects.get().weight == 0
    assert "Libraries that run anywhere" in reads(PAGE, lead)
    above = reads("/objectives/LIB-24H2-O1/", lead)
    assert "They count in its mean, each by its weight." in above
    assert "weight 0" in above


def test_what_does_not_fit_stands_at_its_field_and_nothing_is_lost(
    sends, top, objective, roadmap, lead, secret
):
    for title in ("Fast phones", "Fast boards"):
        ObjectiveFactory(roadmap=roadmap, title=title)
    several = sends(CREATE, lead, supported="fast")
    assert several.status_code == 422
    assert "EDGE-24H2-O2 Fast phones, EDGE-24H2-O3 Fast boards" in several.content.decode()
    for words in ("CORE-24H2-O1", "Nobody outside", "NOWHERE-24H2-O1"):
        refused = sends(CREATE, lead, supported=words).content.decode()
        assert "There is no objective with this code or title here." in refused
        assert words in refused
    weighed = sends(CREATE, lead, supported="LIB-24H2-O1", weight="2", reason="agreed")
    assert "What it weighs is said by the leads of LIB-24H2-O1; leave this empty." in weighed.content.decode()
    itself = sends(CREATE, lead, supported="EDGE-24H2-O1")
    assert "An objective does not support itself." in itself.content.decode()
    assert not Alignment.objects.exists()


def test_a_loop_is_told_with_its_way(sends, top, objective, manager):
    AlignmentFactory(supporter=top, supported=objective)
    answer = sends(CREATE, manager, supported="LIB-24H2-O1", reason="agreed")
    assert answer.status_code == 422
    assert "EDGE-24H2-O1 → LIB-24H2-O1 → EDGE-24H2-O1" in answer.content.decode()


def test_a_form_sent_twice_makes_one(sends, top, objective, lead):
    form = {"supported": "LIB-24H2-O1", "form_id": "6f1c2e0e-2f2f-4b57-9a0e-3f6d2a9be111"}
    assert [sends(CREATE, lead, **form).status_code for _ in "ab"] == [302, 302]
    assert Alignment.objects.count() == 1


def test_the_weight_is_changed_above_with_a_reason(sends, reads, top, objective, key_result, lead, manager):
    check_in(key_result, 6, author=lead)
    row = AlignmentFactory(supporter=objective, supported=top, weight=0)
    path = f"/alignments/{row.pk}/edit/"
    assert sends(path, lead, weight="2", version="1").status_code == 403
    without = sends(path, manager, weight="2", version="1")
    assert "Say why what LIB-24H2-O1 counts changes" in without.content.decode()
    assert sends(path, manager, weight="2", version="1", reason="half of it").status_code == 302
    stale = sends(path, manager, weight="3", version="1", reason="more of it")
    assert stale.status_code == 409
    assert Alignment.objects.get().weight == 2
    page = reads("/objectives/LIB-24H2-O1/", lead)
    assert "The mean of the key results and the supporters that count" in page
    assert ">EDGE-24H2-O1</a>" in page
    assert "How is 60" in page


@pytest.mark.parametrize("weight", ["-1", "NaN", "1e400", "１", "1_0", "12345", "0.001", "a" * 5000])
def test_a_hostile_weight_is_refused_on_the_page(sends, top, objective, manager, weight):
    row = AlignmentFactory(supporter=objective, supported=top)
    answer = sends(f"/alignments/{row.pk}/edit/", manager, weight=weight, version="1", reason="r")
    assert answer.status_code == 422
    assert Alignment.objects.get().weight == 1


@pytest.mark.parametrize(
    "words", ["\0", "a\0b", "\ud800".encode("utf-8", "surrogatepass"), "a\r\nb", "x" * 5000]
)
def test_hostile_words_are_refused(sends, top, objective, lead, words):
    assert sends(CREATE, lead, supported=words).status_code == 422


def test_either_end_ends_it(sends, reads, top, objective, lead, outsider, secret):
    row = AlignmentFactory(supporter=objective, supported=top)
    path = f"/alignments/{row.pk}/end/"
    assert sends(path, outsider, version="1", reason="r").status_code == 403
    assert "Say why" in sends(path, lead, version="1").content.decode()
    assert sends(path, lead, version="7", reason="r").status_code == 409
    assert sends(path, lead, version="1", reason="over").status_code == 302
    assert not Alignment.objects.exists()
    hidden = AlignmentFactory(supporter=objective, supported=secret)
    assert sends(f"/alignments/{hidden.pk}/end/", lead, version="1", reason="r").status_code == 404


def test_what_is_hidden_is_neither_offered_nor_shown(reads, top, objective, lead, outsider, secret):
    AlignmentFactory(supporter=objective, supported=secret)
    for path in (PAGE, CREATE, MAP, f"{MAP}?view=graph", f"{MAP}?view=table", "/alignment.csv"):
        text = reads(path, lead)
        assert "Nobody outside" not in text, path
        assert secret.code not in text, path
    assert secret.code in reads(PAGE, outsider)
    assert secret.code in reads(MAP, outsider)


@pytest.mark.parametrize(("give_up", "badge"), [(archive_objective, "Archived"), (drop_objective, "Dropped")])
def test_giving_up_or_closing_a_parent_never_hides_its_supporters(
    reads, top, objective, lead, manager, give_up, badge
):
    AlignmentFactory(supporter=objective, supported=top)
    give_up(top, by=manager, now=NOW, reason="not worth it")
    page = reads(PAGE, lead)
    assert "Libraries that run anywhere" in page
    assert badge in page
    for state in ("active", "closed"):
        Cycle.objects.update(state=state)
        for view in ("tree", "graph", "table"):
            text = reads(f"{MAP}?view={view}", lead)
            assert "EDGE-24H2-O1" in text
            assert "LIB-24H2-O1" in text
            assert (badge if view != "graph" else badge.lower()) in text
    if give_up is drop_objective:  # what is archived has no page
        assert "EDGE-24H2-O1" in reads("/objectives/LIB-24H2-O1/", lead)


def test_a_closed_cycle_offers_no_change(reads, sends, top, objective, lead):
    row = AlignmentFactory(supporter=objective, supported=top, weight=0)
    Cycle.objects.update(state="closed")
    assert "/end/" not in reads(PAGE, lead)
    assert sends(f"/alignments/{row.pk}/end/", lead, version="1").status_code == 409
    assert sends(CREATE, lead, supported="LIB-24H2-O1").status_code == 409


def test_the_form_of_an_objective_says_whether_supporters_count(sends, objective, lead):
    form = {
        "title": objective.title,
        "commitment": "aspirational",
        "visibility": "internal",
        "weight": "1",
        "position": "1",
        "counts_supporters": "on",
        "version": "1",
    }
    assert sends(f"{PAGE}edit/", lead, **form).status_code == 422
    assert sends(f"{PAGE}edit/", lead, **form, reason="they are the plan").status_code == 302
    assert Objective.objects.get(pk=objective.pk).counts_supporters


@pytest.fixture
def plan(top, objective, key_result, roadmap, lead):
    """EDGE-O1 and -O2 support LIB-O1, EDGE-O3 supports -O2 and -O1; EDGE-O4 stands alone."""
    check_in(key_result, 1, author=lead)
    second, third, _alone = (ObjectiveFactory(roadmap=roadmap) for _ in range(3))
    for lower, upper in ((objective, top), (second, top), (third, second), (third, objective)):
        AlignmentFactory(supporter=lower, supported=upper)
    return top


def codes(text):
    """The codes in a page, in their order, each time they are linked."""
    import re

    return re.findall(r'<a class="code" href="/objectives/[^"]+">([^<]+)</a>', text)


def test_the_tree_shows_what_supports_below_what_is_supported_each_once(reads, plan, manager):
    text = reads(MAP, manager)
    assert codes(text) == [
        *("LIB-24H2-O1", "EDGE-24H2-O1", "EDGE-24H2-O3", "EDGE-24H2-O2", "EDGE-24H2-O3"),
        "EDGE-24H2-O4",
    ]
    assert text.count("see above") == 1
    assert "5 objectives, 4 of them aligned" in text


def test_filters_keep_what_their_finds_support(reads, plan, manager, lead):
    by_person = reads(f"{MAP}?person={lead.pk}", manager)
    assert codes(by_person) == ["LIB-24H2-O1", "EDGE-24H2-O1"]
    assert by_person.count("map-tree__row--context") == 1
    assert codes(reads(f"{MAP}?area=LIB&health=at_risk&view=table", manager)) == [
        "EDGE-24H2-O1",
        "LIB-24H2-O1",
    ]
    assert codes(reads(f"{MAP}?area=EDGE&view=table", manager)) == [f"EDGE-24H2-O{n}" for n in (1, 2, 3, 4)]
    assert "No objective fits" in reads(f"{MAP}?health=done", manager)
    for query in ("area=NOWHERE", "person=abc", "health=blue", "view=spiral", "person=999999", "area=%00"):
        assert codes(reads(f"{MAP}?{query}", manager)), query


def test_the_graph_draws_each_aligned_objective_and_each_support_once(reads, plan, manager):
    text = reads(f"{MAP}?view=graph", manager)
    assert text.count('class="map-graph__box"') == 4
    assert text.count("<path d=") == 4
    assert "style=" not in text.split("<main")[1]


def test_the_csv_is_the_table(client, plan, manager):
    Objective.objects.filter(code="EDGE-24H2-O2").update(title="=1+1")
    client.force_login(manager)
    response = client.get("/alignment.csv?area=EDGE")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [row["code"] for row in rows] == [f"EDGE-24H2-O{n}" for n in (1, 2, 3, 4)]
    assert (rows[2]["supports"], rows[0]["supported_by"]) == ("EDGE-24H2-O1 EDGE-24H2-O2", "EDGE-24H2-O3")
    assert (rows[0]["completion"], rows[1]["title"]) == ("0.1", "'=1+1")
    assert client.get("/alignment.csv?area=NOWHERE").status_code == 404
    assert client.get("/alignment.csv?cycle=NOWHERE").status_code == 404


def test_three_hundred_objectives_stay_readable_and_cost_the_same_queries(
    reads, client, plan, lib, roadmap, manager, django_assert_max_num_queries
):
    client.force_login(manager)

    def cost():
        with django_assert_max_num_queries(19) as queries:
            client.get(f"{MAP}?view=table")
        return len(queries)

    before = cost()
    for _ in range(300):
        lower = ObjectiveFactory(roadmap=roadmap)
        Alignment.objects.create(supporter=lower, supported=plan, weight=Decimal(1))
    assert cost() == before
    tree = reads(MAP, manager)
    assert "<details" in tree
    assert "<details open" not in tree.split("map-group")[1]
    graph = reads(f"{MAP}?view=graph", manager)
    assert graph.count('class="map-graph__box"') == 2 < MOST_OBJECTIVES
    assert "302 objectives" in graph or "303 objectives" in graph


def test_without_a_cycle_the_map_says_so(reads, manager):
    assert "There is no cycle yet" in reads(MAP, manager)


def test_what_changed_and_the_page_tell_who_came_to_support_and_why(
    client, reads, top, objective, lead, manager, secret
):
    kept = align(objective, top, by=manager, now=NOW, reason="part of it")
    weigh(kept, Decimal(3), by=manager, now=NOW, reason="half of it")
    unalign(kept, by=lead, now=NOW, reason="over")
    hidden = align(objective, secret, by=manager, now=NOW, reason="kept from all")
    row = Objective.objects.get(pk=top.pk)
    change_objective(row, by=manager, now=NOW, counts_supporters=False, reason="simpler")
    changed = reads("/changes/?cycle=24H2&since=2024-10-01", lead)
    for words in ("Supports LIB-24H2-O1", "part of it", "half of it", "Supports LIB-24H2-O1 no more", "over"):
        assert words in changed, words
    assert "kept from all" not in changed
    assert hidden.supported.code not in reads("/changes.csv?cycle=24H2&since=2024-10-01", lead)
    page = reads("/objectives/LIB-24H2-O1/", lead)
    for words in ("Weight as a supporter", "half of it", "Counts its supporters", "yes → no", "simpler"):
        assert words in page, words


def test_an_own_objective_of_a_hidden_roadmap_is_not_told_as_supported(
    reads, top, objective, outsider, manager
):
    align(objective, top, by=manager, now=NOW, reason="part of it")
    Objective.objects.filter(pk=top.pk).update(owner=outsider)
    assert "Supports LIB-24H2-O1" in reads("/changes/?cycle=24H2&since=2024-10-01", outsider)
    type(top.roadmap).objects.filter(pk=top.roadmap_id).update(visibility="restricted")
    assert "Supports LIB-24H2-O1" not in reads("/changes/?cycle=24H2&since=2024-10-01", outsider)


def test_an_own_objective_of_a_hidden_roadmap_is_not_offered(reads, sends, top, objective, lead):
    Objective.objects.filter(pk=top.pk).update(owner=lead)
    assert top.code in reads(CREATE, lead)
    type(top.roadmap).objects.filter(pk=top.roadmap_id).update(visibility="restricted")
    assert top.code not in reads(CREATE, lead)
    assert sends(CREATE, lead, supported=top.code).status_code == 422
    assert not Alignment.objects.exists()
