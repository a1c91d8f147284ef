"""Charts: figures become places on a drawing."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from goals.views.charts import Course, completion_chart, round_ticks, value_chart

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")

BEGIN, MIDDLE, END = dt.date(2024, 7, 1), dt.date(2024, 9, 30), dt.date(2024, 12, 30)  # 91 days apart
HALF = Decimal("0.5")


def test_days_go_from_left_to_right_and_shares_from_the_bottom_up():
    course = Course(actual=[(BEGIN, Decimal(0)), (MIDDLE, HALF), (END, Decimal(1))])
    (line,) = completion_chart(course, starts_on=BEGIN, ends_on=END).lines
    assert line.points == "0.00,100.00 50.00,50.00 100.00,0.00"


def test_axis_of_values_reaches_just_around_them():
    course = Course(actual=[(BEGIN, Decimal("51.7")), (MIDDLE, Decimal("53.1"))], target=[(END, Decimal(55))])
    chart = value_chart(course, starts_on=BEGIN, ends_on=END, places=1)
    assert [tick.label for tick in chart.y_ticks] == ["51", "52", "53", "54", "55"]


@pytest.mark.parametrize(
    ("low", "high"), [("0", "1"), ("5", "5"), ("-3", "120000"), ("0.000001", "0.000009"), ("99", "100")]
)
def test_round_ticks_hold_both_ends_and_are_few(low, high):
    ticks = round_ticks(Decimal(low), Decimal(high))
    assert ticks[0] <= Decimal(low)
    assert ticks[-1] >= Decimal(high)
    assert 3 <= len(ticks) <= 7


def test_forecast_goes_on_from_the_last_value():
    course = Course(actual=[(BEGIN, Decimal(0)), (MIDDLE, HALF)], forecast=(END, Decimal("0.8")))
    chart = completion_chart(course, starts_on=BEGIN, ends_on=END)
    assert [line.points for line in chart.lines if line.kind == "forecast"] == ["50.00,50.00 100.00,20.00"]
    assert "Forecast 80\u202f% on 30 Dec 2024." in chart.text


def test_forecast_has_the_places_it_deserves_and_a_value_those_it_was_reported_with():
    course = Course(
        actual=[(BEGIN, Decimal(1400)), (MIDDLE, Decimal("2312.25"))], forecast=(END, Decimal("2947.142857"))
    )
    chart = value_chart(course, starts_on=BEGIN, ends_on=END, places=0)
    words = {label.kind: label.text for label in chart.labels}
    assert words == {"actual": "2\u202f312.25", "forecast": "forecast 2\u202f947"}
    assert "Forecast 2\u202f947 on" in chart.text


EXPECTED = [(BEGIN, Decimal(0)), (END, Decimal(1))]


@pytest.mark.parametrize("end", ["0.3", "0.8", "0.97", "1"])
@pytest.mark.parametrize("now", ["0.2", "0.44", "0.46", "0.9"])
@pytest.mark.parametrize("part", [20, 45, 70])
def test_words_of_forecast_and_expectation_never_stand_on_each_other(now, end, part):
    today = BEGIN + (END - BEGIN) * part // 100
    course = Course([(BEGIN, Decimal(0)), (today, Decimal(now))], EXPECTED, forecast=(END, Decimal(end)))
    labels = completion_chart(course, starts_on=BEGIN, ends_on=END).labels
    (expected,) = [label for label in labels if label.kind == "expected"]
    forecasts = [label for label in labels if label.kind.startswith("forecast")]
    assert forecasts
    for forecast in forecasts:
        width = WIDE if forecast.kind == "forecast-wide" else NARROW
        one, other = _box(forecast, width), _box(expected, width)
        assert one[1] < other[0] or other[1] < one[0] or abs(one[2] - other[2]) >= 12


@pytest.mark.parametrize("end", ["0.3", "0.8", "1"])
@pytest.mark.parametrize("part", [20, 45, 57, 70, 90])
def test_forecast_does_not_run_out_of_its_card(part, end):
    today = BEGIN + (END - BEGIN) * part // 100
    course = Course([(BEGIN, Decimal(0)), (today, Decimal("0.1"))], EXPECTED, forecast=(END, Decimal(end)))
    labels = completion_chart(course, starts_on=BEGIN, ends_on=END).labels
    forecasts = {label.kind: label for label in labels if label.kind.startswith("forecast")}
    for kind, label in forecasts.items():
        width = WIDE if kind == "forecast-wide" else NARROW
        assert _box(label, width)[1] <= width + MARGIN
    assert set(forecasts) in ({"forecast"}, {"forecast-wide", "forecast-narrow"})


NARROW, WIDE, MARGIN = 210, 320, 32  # pixels of a drawing, and from it to the edge of its card; 208 high


def _box(label, drawing):
    """Left, right and middle of a word in pixels, at six pixels a letter."""
    width, x = 6 * len(label.text), float(label.x) / 100 * drawing + label.dx
    left = x - width if label.anchor == "end" else x
    return left, left + width, float(label.y) / 100 * 208 + label.dy


def test_change_outside_of_the_time_shown_is_not_marked():
    course = Course(actual=[], changes=[(BEGIN - dt.timedelta(days=9), "early"), (MIDDLE, "target changed")])
    marks = completion_chart(course, starts_on=BEGIN, ends_on=END).marks
    assert [(mark.position, mark.label) for mark in marks] == [("50.00", "target changed")]


def test_marks_close_to_each_other_share_one_word():
    days = [MIDDLE, MIDDLE + dt.timedelta(days=3)]
    course = Course(actual=[], changes=[(day, "target changed") for day in days])
    marks = completion_chart(course, starts_on=BEGIN, ends_on=END).marks
    assert [mark.label for mark in marks] == ["target changed", ""]


def test_chart_without_values_says_so():
    chart = value_chart(Course(actual=[]), starts_on=BEGIN, ends_on=END, places=1)
    assert chart.text == "No values yet."
    assert chart.lines == []


def test_months_are_named_below_and_at_most_six():
    chart = completion_chart(Course(actual=[]), starts_on=dt.date(2024, 1, 1), ends_on=dt.date(2024, 12, 31))
    assert [tick.label for tick in chart.x_ticks] == ["Jan", "Mar", "May", "Jul", "Sep", "Nov"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_positions_have_a_point_in_every_language(language):
    with translation.override(language):
        course = Course(actual=[(BEGIN, Decimal(0)), (MIDDLE, Decimal(1) / 3)])
        (line,) = completion_chart(course, starts_on=BEGIN, ends_on=END).lines
    assert line.points == "0.00,100.00 50.00,66.67"


def test_the_last_day_of_the_calendar_is_a_due_date_too():
    ends_on = dt.date(9999, 12, 31)
    chart = completion_chart(Course(actual=[]), starts_on=BEGIN, ends_on=ends_on)
    assert 1 <= len(chart.x_ticks) <= 6
