"""Rows that were made on a day: with a history from then on."""

import datetime as dt

import time_machine

JULY, AUGUST, SEPTEMBER = dt.date(2024, 7, 1), dt.date(2024, 8, 12), dt.date(2024, 9, 30)


def on(day):
    """Everything inside happens on the morning of a day."""
    return time_machine.travel(dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC), tick=False)
