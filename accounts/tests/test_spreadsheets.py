"""What people write is text in a spreadsheet, never a formula."""

import doctest

import pytest

from accounts import spreadsheets


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_what_would_be_run_is_quoted(sign):
    assert spreadsheets.text_cell(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["", "Edge", "a=b", " =1", "'=1"])
def test_other_text_stays_as_it_is(text):
    assert spreadsheets.text_cell(text) == text


def test_the_example_holds():
    assert doctest.testmod(spreadsheets) == (0, 1)
