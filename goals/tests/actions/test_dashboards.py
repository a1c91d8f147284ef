"""Dashboards: arranged by their owner, judged card by card, gone with whoever leaves."""

import pytest

from accounts.models import User
from goals.actions.card_settings import SETTINGS
from goals.actions.dashboards import (
    STARTER,
    ArrangedElsewhere,
    add_card,
    arrange_card,
    change_card,
    change_dashboard,
    create_dashboard,
    create_starter,
    delete_dashboard,
    remove_card,
)
from goals.actions.leaving import deactivate_person
from goals.actions.refusals import Invalid
from goals.models import Card, Dashboard
from goals.models.dashboard import MOST_CARDS, MOST_DASHBOARDS
from goals.tests.factories import NOW, KpiFactory


@pytest.fixture
def board(manager):
    """With three notes: a, b, c."""
    cards = [{"kind": "note", "settings": {"text": text}} for text in "abc"]
    return create_dashboard(manager, title="Mondays", cards=cards)


def order(board):
    return "".join(card.settings["text"] for card in board.cards.all())


def card(board, text):
    return next(row for row in board.cards.select_related("dashboard") if row.settings["text"] == text)


def test_every_kind_says_what_may_be_set_on_it():
    assert set(SETTINGS) == set(Card.Kind.values)


def test_cards_change_places_and_widths(board):
    assert arrange_card(card(board, "c"), "up")
    assert arrange_card(card(board, "a"), "down")
    assert order(board) == "cab"
    assert not arrange_card(card(board, "c"), "up")
    assert arrange_card(card(board, "b"), "wider")
    assert not arrange_card(card(board, "a"), "narrower")
    assert [row.width for row in board.cards.all()] == [1, 1, 2]
    with pytest.raises(Invalid):
        arrange_card(card(board, "a"), "sideways")


def test_what_is_removed_leaves_no_gap(board):
    gone = card(board, "b")
    remove_card(gone)
    assert [row.position for row in board.cards.all()] == [1, 2]
    for act in (lambda: remove_card(gone), lambda: arrange_card(gone, "up"), lambda: change_card(gone)):
        with pytest.raises(ArrangedElsewhere):
            act()


def test_every_change_of_a_card_moves_the_version_of_its_dashboard(board):
    for act in (
        lambda: add_card(board, kind="note", settings={"text": "d"}),
        lambda: change_card(card(board, "a"), title="First"),
        lambda: arrange_card(card(board, "a"), "down"),
        lambda: remove_card(card(board, "d")),
    ):
        before = Dashboard.objects.get().version
        act()
        assert Dashboard.objects.get().version == before + 1


def test_a_stale_window_overwrites_nothing(board):
    seen = card(board, "a").version
    change_card(card(board, "a"), version=seen, title="First")
    with pytest.raises(ArrangedElsewhere):
        change_card(card(board, "a"), version=seen, title="Second")
    seen = Dashboard.objects.get().version
    add_card(board, kind="note", settings={"text": "d"})
    with pytest.raises(ArrangedElsewhere):
        change_dashboard(board, version=seen, cards=[])
    assert (card(board, "a").title, order(board)) == ("First", "abcd")


def test_all_cards_are_replaced_at_once_and_those_with_an_id_stay(board):
    kept = card(board, "b")
    cards = [
        {"kind": "kpis", "width": 2},
        {"id": kept.pk, "kind": "note", "title": "Kept", "settings": {"text": "b"}},
    ]
    assert change_dashboard(board, cards=cards)
    first, second = board.cards.all()
    assert (first.kind, first.width, second.pk, second.title) == ("kpis", 2, kept.pk, "Kept")
    assert not change_dashboard(board, cards=[{"id": first.pk, "kind": "kpis", "width": 2}, cards[1]])
    with pytest.raises(Invalid, match="has no card"):
        change_dashboard(board, cards=[{"id": 999_999, "kind": "kpis"}])


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("nothing", {}),
        ("note", {}),
        ("note", {"text": "x" * 10_001}),
        ("note", {"text": "a\0b"}),
        ("note", {"text": ["a"]}),
        ("risks", {"show": "all"}),
        ("risks", {"area": "NONE"}),
        ("risks", {"health": "done"}),
        ("kpis", {"owner": "somebody"}),
        ("kpis", {"owner": "999999"}),
        ("key_results", {"tag": "two words"}),
        ("changes", {"days": "8"}),
        ("kpi_course", {}),
        ("key_result_course", {"code": "EDGE-24H2-O9-KR9"}),
    ],
)
def test_what_does_not_fit_is_refused(board, kind, settings):
    with pytest.raises(Invalid):
        add_card(board, kind=kind, settings=settings)
    with pytest.raises(Invalid):
        change_dashboard(board, title="New", cards=[{"kind": kind, "settings": settings}])
    assert (Dashboard.objects.get().title, order(board)) == ("Mondays", "abc")


def test_a_course_is_of_what_its_owner_sees(board, outsider, key_result):
    other = create_dashboard(outsider, title="Mine")
    told = {"kind": "key_result_course", "settings": {"code": key_result.code}}
    add_card(other, **told)
    type(key_result).objects.update(visibility="restricted")
    with pytest.raises(Invalid):
        add_card(other, **told)
    add_card(board, **told)


def test_a_course_of_a_kpi_is_of_what_its_owner_sees(board, outsider, edge):
    kpi = KpiFactory(area=edge)
    other = create_dashboard(outsider, title="Mine")
    told = {"kind": "kpi_course", "settings": {"code": kpi.code}}
    add_card(other, **told)
    type(kpi).objects.update(visibility="restricted")
    with pytest.raises(Invalid):
        add_card(other, **told)
    add_card(board, **told)


def test_there_is_one_start_page(manager, board):
    change_dashboard(board, is_start=True)
    second = create_dashboard(manager, title="Another", is_start=True)
    assert list(Dashboard.objects.filter(is_start=True)) == [second]
    change_dashboard(board, is_start=True)
    assert list(Dashboard.objects.filter(is_start=True)) == [board]


def test_there_is_an_end_to_it(manager, board):
    with pytest.raises(Invalid):
        change_dashboard(board, cards=[{"kind": "kpis"}] * (MOST_CARDS + 1))
    for _number in range(MOST_DASHBOARDS - 1):
        create_dashboard(manager, title="More")
    with pytest.raises(Invalid):
        create_dashboard(manager, title="One too many")
    with pytest.raises(Invalid):
        create_dashboard(User.objects.get(pk=manager.pk), title="")


def test_the_starter_is_ones_own(manager):
    board = create_starter(manager)
    assert [row.kind for row in board.cards.all()] == [kind for kind, _width, _settings in STARTER]
    delete_dashboard(board)
    assert not Card.objects.exists()


def test_who_leaves_takes_their_dashboards_along(board, manager, administrator):
    deactivate_person(manager, by=administrator, now=NOW, successors={}, successor=None)
    assert not Dashboard.objects.exists()
