"""What pages write and draw from figures."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import translation

from goals.figures import Health
from goals.templatetags import okr

TODAY = dt.date(2024, 10, 14)


def render(source, **context):
    return Template("{% load okr %}" + source).render(Context(context))


def key_result(**fields):
    values = {"kind": "reach", "unit": "", "start_value": None, "target_value": None}
    return SimpleNamespace(**values | {"lower_bound": None, "upper_bound": None} | fields)


@pytest.mark.parametrize("word", ["done", "on_track", "behind", "at_risk", "no_data", "not_started", "stale"])
def test_badge_has_shape_and_word_beside_its_colour(word):
    html = render("{% health_badge word %}", word=word)
    assert f"badge--{word}" in html
    assert f"icons/shapes.svg#{word}" in html
    assert okr._word(word) in html


def test_badge_takes_another_word():
    assert "Kept" in render("{% health_badge 'on_track' 'Kept' %}")


@pytest.mark.parametrize(
    ("completion", "width"), [("0.41", "41.00%"), ("1.2", "100.00%"), ("0.12346", "12.35%"), ("1", "100.00%")]
)
def test_bar_is_as_wide_as_what_is_reached(completion, width):
    html = render("{% completion_bar value %}", value=Decimal(completion))
    assert f'class="bar__fill" y="4" width="{width}"' in html


@pytest.mark.parametrize("completion", [Decimal(0), Decimal("-0.4"), None])
def test_bar_without_progress_has_no_fill(completion):
    assert "bar__fill" not in render("{% completion_bar value %}", value=completion)


def test_bar_says_what_it_shows():
    html = render("{% completion_bar a b %}", a=Decimal("0.41"), b=Decimal("0.58"))
    assert 'aria-label="41\u202f% reached, 58\u202f% expected"' in html
    assert 'x="58.00%"' in html


def test_widths_have_a_point_in_every_language():
    with translation.override("de"):
        assert 'width="12.50%"' in render("{% completion_bar a %}", a=Decimal("0.125"))


def test_distribution_adds_up_to_the_whole_and_names_its_counts():
    html = render("{% distribution_bar health %}", health=Health(done=1, on_track=2, no_data=1))
    assert 'aria-label="1 done, 2 on track, 1 no data"' in html
    assert 'class="fill-on_track" x="25.00%" width="50.00%"' in html
    assert "fill-behind" not in html


def test_distribution_of_nothing_says_so():
    assert "No key results" in render("{% distribution_bar health %}", health=Health())


def test_nothing_is_drawn_with_an_inline_style():
    health = Health(done=1, at_risk=2)
    html = render(
        "{% distribution_bar h %}{% completion_bar a a %}{% sparkline s %}",
        h=health,
        a=Decimal("0.5"),
        s=[Decimal(1), Decimal(2)],
    )
    assert "style=" not in html


def test_sparkline_goes_from_the_left_below_to_the_right_above():
    assert 'points="0.00,22.00 50.00,12.00 100.00,2.00"' in render(
        "{% sparkline s %}", s=[Decimal(n) for n in (1, 2, 3)]
    )


def test_flat_sparkline_stays_in_the_middle_and_one_value_is_a_dash():
    assert 'points="0.00,12.00 100.00,12.00"' in render("{% sparkline s %}", s=[Decimal(5), Decimal(5)])
    assert "–" in render("{% sparkline s %}", s=[Decimal(5)])


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (TODAY, "today"),
        (dt.date(2024, 10, 13), "yesterday"),
        (dt.date(2024, 10, 15), "tomorrow"),
        (dt.date(2024, 10, 11), "3 days ago"),
        (dt.date(2024, 10, 28), "in 14 days"),
        (dt.date(2024, 8, 1), "1 Aug"),
        (dt.date(2023, 8, 1), "1 Aug 2023"),
        (None, "–"),
    ],
)
def test_days_are_told_as_seen_from_today(day, words):
    assert okr.reldate(day, TODAY) == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"start_value": Decimal("8.15"), "target_value": Decimal("11.5")}, "8.15 → 11.5"),
        ({"start_value": Decimal(3)}, "3 → –"),
        ({"kind": "milestone"}, ""),
        ({"kind": "guardrail", "upper_bound": Decimal("10.7")}, "at most 10.7"),
    ],
)
def test_way_of_each_kind(fields, words):
    assert okr.way(key_result(**fields)) == words


@pytest.mark.parametrize(
    ("start", "target", "value", "words"),
    [
        ("51.7", "55", "53.6271", "53.6"),
        ("1400", "3000", "2811.4286", "2\u202f811"),
        ("0", "10", "5.7377", "5.7"),
        ("1.02", "1.08", "1.05443", "1.054"),
    ],
)
def test_computed_value_is_as_fine_as_the_way_asks_for(start, target, value, words):
    row = key_result(start_value=Decimal(start), target_value=Decimal(target))
    assert okr.rounded_like(Decimal(value), row) == words


@pytest.mark.parametrize(
    ("kind", "before", "now", "words"),
    [
        ("reach", Decimal("9.1"), Decimal("9.6"), "9.1 → 9.6 tok/s"),
        ("reach", None, Decimal("9.6"), "9.6 tok/s"),
        ("reach", Decimal("9.60"), Decimal("9.6"), "9.6 tok/s, no change"),
        ("milestone", Decimal(0), Decimal(1), "not done → done"),
    ],
)
def test_step_of_a_check_in_says_the_unit_once(kind, before, now, words):
    row = key_result(kind=kind, unit="tok/s", formula_kind=kind)
    assert okr.step(SimpleNamespace(key_result=row, previous_value=before, value=now)) == words


@pytest.mark.parametrize(
    ("ends_on", "words"),
    [(dt.date(2024, 12, 31), "10 Aug – 31 Dec 2024"), (dt.date(2025, 2, 9), "10 Aug 2024 – 9 Feb 2025")],
)
def test_days_of_a_cycle_name_every_year_that_differs(ends_on, words):
    assert okr.days(SimpleNamespace(starts_on=dt.date(2024, 8, 10), ends_on=ends_on)) == words


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,1)",
        "![x](https://tracker.example/pixel.png)",
        '<a href="/" style="position:fixed" onclick="x()">x</a>',
        "<svg/onload=alert(1)>",
    ],
)
def test_markdown_lets_no_markup_through(attack):
    html = okr.markdown(attack)
    for forbidden in ("<script", "<img", "<svg", '<a href="javascript', '<a href="data', '<a href="/" style'):
        assert forbidden not in html


def test_excerpt_is_one_plain_line_that_is_escaped_once():
    assert (
        okr.excerpt('**4-bit** "kernels"\n\n* for <b>8 Elite</b> & more')
        == '4-bit "kernels" for <b>8 Elite</b> & more'
    )
    assert render("{{ text|excerpt }}", text="a & <script>") == "a &amp; &lt;script&gt;"
    assert okr.excerpt("word " * 50, 12) == "word word w…"


def test_markdown_keeps_prose_lists_tables_and_links():
    html = okr.markdown("**bold** [x](https://example.org)\n\n* one\n\n| a |\n|---|\n| 1 |")
    for expected in ("<strong>bold</strong>", 'href="https://example.org"', "<li>one</li>", "<td>1</td>"):
        assert expected in html
    assert "noopener" in html
