"""Search: by code, by words of titles, descriptions and notes; what is hidden is not found."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.actions.moving import move_key_result
from goals.figures.search import KINDS, rows_of
from goals.figures.words import EXCERPT, excerpt, having_words, words_in
from goals.forms import search
from goals.models import Comment, Cycle, KeyResult, Objective, Risk, Roadmap
from goals.tests.factories import (
    NOW,
    InitiativeFactory,
    KeyResultFactory,
    KpiFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    check_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.on_both]


@pytest.fixture
def plan(edge, roadmap, objective, key_result, lead):
    """Something of each kind that has "quantized" in it."""
    Roadmap.objects.filter(pk=roadmap.pk).update(background="Quantized models first.")
    Objective.objects.filter(pk=objective.pk).update(title="Phones run quantized models")
    KeyResult.objects.filter(pk=key_result.pk).update(title="Speed", metric="quantized decode")
    RiskFactory(objective=objective, title="Kernels come late", trigger="No quantized kernel in May")
    KpiFactory(area=edge, title="Quantized downloads")
    reported = check_in(key_result, 3, note="The quantized kernels are **merged**.")
    InitiativeFactory(key_result=key_result, title="Write the quantized kernels")
    MitigationFactory(risk=Risk.objects.get(), text="Ask for a quantized kernel")
    Comment.objects.create(author=lead, objective=objective, text="Is it **quantized** on phones?")
    Comment.objects.create(author=lead, check_in=reported, text="Quantized how?")
    type(edge).objects.filter(pk=edge.pk).update(name="Quantized edge")
    return objective


def found(page):
    """The codes that a page or panel names, in order."""
    return re.findall(r'<span class="code">([^<]+)</span>', page)


def test_words_are_found_in_everything_that_has_a_text(page, plan, outsider):
    codes = found(page("/search/?q=Quantized", user=outsider))
    assert codes == [
        "EDGE",
        "EDGE-24H2-O1",
        "EDGE-24H2-O1-KR1",
        "EDGE-24H2-O1-R1",
        KpiFactory._meta.model.objects.get().code,
        "EDGE-24H2",
        "EDGE-24H2-O1-KR1",
        "EDGE-24H2-O1-KR1",
        "EDGE-24H2-O1-R1",
        "EDGE-24H2-O1-KR1",
        "EDGE-24H2-O1",
    ]
    assert len(codes) == len(KINDS) + 1


def test_each_kind_has_a_name():
    assert dict(search.KINDS).keys() == KINDS.keys()


def test_what_is_found_is_marked_and_its_note_shown_as_text(page, plan, outsider):
    text = page("/search/?q=kernels+merged", user=outsider)
    assert "The quantized <mark>kernels</mark> are **<mark>merged</mark>**." in text


@pytest.mark.parametrize("words", ["QUANTIZED phones", "phones  quantized", "'phones' & (quantized)!"])
def test_all_words_have_to_be_there_in_any_order(page, plan, outsider, words):
    client_page = page(f"/search/?kind=objective&q={words.replace('&', '%26')}", user=outsider)
    assert found(client_page) == ["EDGE-24H2-O1"]
    assert found(page(f"/search/?kind=objective&q={words.replace('&', '%26')}+elephants")) == []


def test_a_title_counts_more_than_a_text_and_a_newer_cycle_more_than_an_older(outsider, roadmap, into, edge):
    in_text = ObjectiveFactory(roadmap=roadmap, title="Other", description="All about zebras.")
    in_title = ObjectiveFactory(roadmap=roadmap, title="Zebras")
    later = ObjectiveFactory(roadmap=RoadmapFactory(area=edge, cycle=into), title="Zebras")
    assert list(rows_of("objective", outsider, "zebras")) == [later, in_title, in_text]


def test_a_code_leads_to_its_page(client, plan, outsider):
    client.force_login(outsider)
    for code, page in (
        ("edge-24h2-o1-kr1", "/key-results/EDGE-24H2-O1-KR1/"),
        ("EDGE-24H2-O1", "/objectives/EDGE-24H2-O1/"),
        ("EDGE", "/areas/EDGE/"),
    ):
        assert client.get("/search/", {"q": code}).headers["Location"] == page


def test_a_comment_is_found_at_its_place_and_not_once_it_is_taken_back(page, plan, outsider):
    words = "/search/?q=quantized+phones&kind=comment"
    comment = Comment.objects.get(text__contains="phones")
    assert f'href="/objectives/EDGE-24H2-O1/#comment-{comment.pk}"' in page(words, user=outsider)
    Comment.objects.update(deleted_at=NOW)
    assert found(page(words)) == []


def test_a_code_from_before_a_move_leads_to_the_thing_for_who_may_see_it(
    client, plan, key_result, roadmap, outsider, manager
):
    elsewhere = ObjectiveFactory(roadmap=roadmap)
    move_key_result(key_result, elsewhere, by=manager, now=NOW, reason="It fits there.")
    client.force_login(outsider)
    asked = {"q": "edge-24h2-o1-kr1"}
    assert client.get("/search/", asked).headers["Location"] == f"/key-results/{elsewhere.code}-KR1/"
    Objective.objects.update(visibility="restricted")
    assert client.get("/search/", asked).status_code == 200


def test_the_beginning_of_a_code_is_enough_while_typing(page, plan, outsider):
    assert "EDGE-24H2-O1-KR1" in found(page("/search/panel/?q=edge-24h2-o1-k", user=outsider))
    assert found(page("/search/panel/?q=24h2-o1-k")) == []


def test_what_is_hidden_is_not_found(client, page, plan, outsider, lead):
    Objective.objects.update(visibility="restricted")
    KpiFactory._meta.model.objects.update(visibility="restricted")
    Roadmap.objects.update(visibility="restricted")
    assert found(page("/search/?q=quantized", user=outsider)) == ["EDGE"]
    assert found(page("/search/panel/?q=quantized")) == ["EDGE"]
    assert client.get("/search/", {"q": "EDGE-24H2-O1"}).status_code == 200
    for kind in KINDS.keys() - {"area"}:
        assert not rows_of(kind, outsider, "quantized").exists(), kind
        assert rows_of(kind, lead, "quantized").exists(), kind


def test_what_was_archived_is_not_found_and_what_was_dropped_says_so(page, plan, outsider, edge):
    Objective.objects.update(dropped_at=Cycle.objects.get().created_at)
    assert "Dropped" in page("/search/?q=phones", user=outsider)
    type(edge).objects.update(archived_at=Cycle.objects.get().created_at)
    assert found(page("/search/?q=quantized")) == []


def test_one_kind_has_pages(page, outsider, objective):
    for _number in range(9):
        RiskFactory(objective=objective, title="Kernels")
    assert "kind=risk" in page("/search/?q=kernels", user=outsider)
    assert len(found(page("/search/?q=kernels&kind=risk&page=99"))) == 9


def test_queries_do_not_grow_with_what_is_found(client, outsider, objective):
    client.force_login(outsider)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/search/", {"q": "kernels"})
        return len(asked)

    RiskFactory(objective=objective, title="Kernels")
    KeyResultFactory(objective=objective, title="Kernels")
    queries()
    few = queries()
    for _number in range(6):
        RiskFactory(objective=objective, title="Kernels")
        KeyResultFactory(objective=objective, title="Kernels")
    assert queries() == few <= 20


@pytest.mark.parametrize(
    "words",
    ["", " ", "!!!", "'", "\\", "%", "_", "a" * 201, "\0", "| ! & <-> ()", "ab:*", "１２", "-", "\ud800"],
)
def test_whatever_is_typed_is_answered_with_a_page(client, plan, outsider, words):
    client.force_login(outsider)
    for address in ("/search/", "/search/panel/"):
        assert client.get(address, {"q": words.encode("utf-8", "replace")}).status_code == 200
    assert client.get("/search/?q=a&kind=nothing").status_code == 200


def test_an_excerpt_is_cut_at_words_and_shows_what_was_found():
    text = f"{'before ' * 60}the kernel{' after' * 60}"
    pieces = excerpt(text, words_in("Kernel"))
    assert [piece.text for piece in pieces if piece.is_found] == ["kernel"]
    assert pieces[0].text == "… " and pieces[-1].text == " …"
    assert len("".join(piece.text for piece in pieces)) <= EXCERPT + 4
    assert "".join(piece.text for piece in excerpt("<b>", ["b"])) == "<b>"


@pytest.mark.only_on("postgresql")
def test_each_kind_has_an_index_for_its_words_and_stems_are_found(outsider, plan):
    assert rows_of("objective", outsider, "phone running").exists()
    with connection.cursor() as cursor:
        # The tables of a test are too small for an index to pay.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        for kind, how in KINDS.items():
            rows = rows_of(kind, outsider, "quantized").model.objects.order_by()
            asked = having_words(rows, "quantized kernels", title=how.title, others=how.others).explain()
            assert kind == "area" or f"{rows.model._meta.db_table}_words" in asked, (kind, asked)
