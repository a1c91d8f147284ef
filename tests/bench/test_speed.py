"""The benchmark itself: that both sides answer with the same things, and that it reads its budgets right."""

import json
from itertools import cycle
from types import SimpleNamespace

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.db.models import Q
from django.utils import timezone

from bench.reference.loading import load
from bench.speed import __main__ as command
from bench.speed import measuring, results
from bench.speed.asking import Asked, Times, ask, in_turns
from bench.speed.measuring import Bench
from bench.speed.pairs import pairs
from bench.speed.results import Result
from bench.speed.world import World
from goals.models import CheckIn, KeyResult, OutboxMail, Risk


@pytest.fixture
def bench(db):
    """On a tiny organisation. As in Django's test client, no request closes the connection of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    load(scale=0.004, today=timezone.localdate())
    yield Bench(World.of(timezone.localdate()), repeats_misses=False, say=lambda text: None)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def told_by(handler, asked):
    return ask(handler, asked, keeps=True).body


@pytest.mark.django_db
def test_product_and_floor_both_answer_each_pair(bench):
    found = pairs(bench.world, bench.product)
    assert {pair.row for pair in found} == {1, 3, 4, 5, 7, 8, 9, 10, 13, 14, 16}
    for pair in found:
        for handler, asked in ((bench.product, pair.product), (bench.floor, pair.floor)):
            assert ask(handler, asked).size > 0 or pair.row == 3


@pytest.mark.django_db
def test_both_sides_of_a_list_tell_the_same_rows(bench):
    page = pairs(bench.world, bench.product)[0]
    product, floor = (json.loads(told_by(*side)) for side in bench_sides(bench, page))
    codes = [row["code"] for row in floor["results"]]
    seen = [row["code"] for row in product["results"]]
    assert len(codes) > 10
    # The floor asks nobody's rights.
    assert [code for code in codes if code in seen] == seen
    assert len(codes) - len(seen) <= 4


@pytest.mark.django_db
def test_both_sides_keep_a_check_in(bench):
    pair = next(pair for pair in pairs(bench.world, bench.product) if pair.row == 10)
    before = CheckIn.objects.count()
    for handler, asked in bench_sides(bench, pair):
        ask(handler, asked)
    assert CheckIn.objects.count() == before + 2


def bench_sides(bench, pair):
    return (bench.product, pair.product), (bench.floor, pair.floor)


@pytest.mark.django_db
def test_rows_beside_the_pairs_are_told(bench, monkeypatch):
    """Whoever owns key results is asked, and who owns a step or a risk of the cycle that runs."""
    monkeypatch.setattr(measuring, "pairs", lambda world, handler: [])
    running = Q(objective__roadmap__cycle__state="active")
    risks = set(Risk.objects.open().filter(running).values_list("owner", flat=True))
    owners = set(KeyResult.objects.filter(running).values_list("owner", flat=True))
    assert len(owners) == OWNERS
    asked = len(owners | risks)
    assert [row.note for row in bench.reminders()] == [f"{asked} people are asked; a second run asks 0"]
    assert not OutboxMail.objects.exists()
    assert {row.verdict for row in [*bench.fragment(), *bench.snapshot()]} == {results.NOT_THERE}
    [queries] = bench.queries_of_lists()
    assert queries.value >= 3


# At this scale two people own the key results of a cycle.
OWNERS = 2


def test_an_answer_that_is_none_is_an_error(bench):
    with pytest.raises(AssertionError, match="404"):
        ask(bench.product, Asked("/api/v1/key-results/NOWHERE/", bench.world.by_token))


def test_turns_alternate_and_the_first_is_not_counted():
    turns = []

    def side(name, seconds):
        return lambda: turns.append(name) or next(seconds)

    product = side("product", cycle([9.0, 0.002, 0.002, 0.005]))
    floor = side("floor", cycle([9.0, 0.001, 0.001, 0.001]))
    found = in_turns(product, floor, seconds=0)
    assert turns == ["product", "floor"] * 4
    assert found[0] == Times(3, 2.0, 2.0, 5.0)
    assert found[1].median == 1.0


@pytest.mark.parametrize(
    ("ratio", "verdict"), [(2.4, "goal met"), (2.5, "goal met"), (3.4, "within"), (3.6, "missed")]
)
def test_a_ratio_against_its_budget(ratio, verdict):
    assert Result(1, "a list", ratio=ratio, goal=2.5, worst=3.5).verdict == verdict


@pytest.mark.parametrize(
    ("ratios", "lowest", "runs"), [([3], 3, 1), ([5, 3, 9], 3, 2), ([5, 6, 4.5], 4.5, 3), ([5, 6, 7], 5, 3)]
)
def test_a_miss_is_repeated_twice_at_most_and_the_lowest_counts(monkeypatch, ratios, lowest, runs):
    bench = SimpleNamespace(repeats_misses=True)
    given = iter(ratios)
    taken = []

    def once(pair):
        taken.append(pair)
        return Result(1, "a list", ratio=next(given), goal=2.5, worst=3.5)

    bench._measured_once = once
    assert Bench.measured(bench, "pair").ratio == lowest
    assert len(taken) == runs


def test_what_is_missed_is_named():
    rows = [
        Result(1, "a list", ratio=4.0, goal=2.5, worst=3.5),
        Result(2, "its queries", value=6, unit="queries", goal=3, worst=3),
        Result(6, "fragments", goal=1.5, worst=2, note="not there: none"),
        Result(11, "writers", value=0, unit="errors", goal=0, worst=0),
    ]
    assert results.missed(rows) == [
        "Row 1, a list: 4.00 x the floor, budget 3.5.",
        "Row 2, its queries: 6.00 queries, budget 3.",
    ]


def test_a_quick_refusal_is_not_taken_for_speed():
    loads = [{"side": "product", "connections": 16, "wrong": wrong} for wrong in (0, 7)]
    assert results.broken([Result(1, "a list", http=loads)]) == [
        "Row 1, a list, product, 16 connections: 7 wrong answers."
    ]


def test_growth_is_told_against_the_smaller_organisation():
    times = {"turns": 3, "low": 1.0, "high": 1.0}
    small = [Result(1, "a list", product=times | {"median": 10.0}), Result(3, "b", product=times)]
    large = [Result(1, "a list", product=times | {"median": 13.0}), Result(3, "b", product=times)]
    [row] = results.grown(large, small)
    assert (row.row, row.ratio, row.verdict) == (12, 1.3, "missed")


def test_what_was_written_is_read_again(tmp_path):
    about = {"scale": 0.1, "database": "PostgreSQL", "taken_at": "now", "machine": "two cores"}
    rows = [Result(1, "a list", {"turns": 3, "median": 2.0, "low": 1.0, "high": 3.0}, ratio=2.0, queries=6)]
    path = tmp_path / "results.json"
    path.write_text(results.as_json(rows, about), encoding="utf-8")
    assert results.read(path) == rows
    assert "| 1 | a list | 2.0 (1.0-3.0) |  | 2.00 |  |  | 6 |  |" in results.as_markdown(rows, about)


def test_the_command_line_takes_rows():
    assert command.parsed(["--scale", "1", "--rows", "1,2", "--check"]).rows == {1, 2}
