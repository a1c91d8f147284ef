"""A pasted list of people is read as people write them."""

import doctest

import pytest

from goals.forms import addresses
from goals.forms.addresses import read_addresses


def test_the_examples_hold():
    assert doctest.testmod(addresses).failed == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \n\r\n ,;, \n", []),
        ("ada@b.org", [("Ada", "ada@b.org")]),
        ("ada@b.org\r\ng.hopper@b.org", [("Ada", "ada@b.org"), ("G Hopper", "g.hopper@b.org")]),
        ("ada@b.org, bob@b.org;cy@b.org", [("Ada", "ada@b.org"), ("Bob", "bob@b.org"), ("Cy", "cy@b.org")]),
        ("Ada Lovelace <ada@b.org>", [("Ada Lovelace", "ada@b.org")]),
        ('"Lovelace, Ada" <ada@b.org>, bob@b.org', [("Ada Lovelace", "ada@b.org"), ("Bob", "bob@b.org")]),
        ("Lovelace, Ada <ada@b.org>", [("Ada Lovelace", "ada@b.org")]),
        ("King, Ada, Countess <ada@b.org>", [("King, Ada, Countess", "ada@b.org")]),
        ("<ada@b.org>", [("Ada", "ada@b.org")]),
        ("ada@b.org\nADA@b.org", [("Ada", "ada@b.org")]),
        ("nobody\nada@b.org", [("Nobody", "nobody"), ("Ada", "ada@b.org")]),
        ("ada@b.org, nobody", [("Ada", "ada@b.org"), ("Nobody", "nobody")]),
        ("Ada <<ada@b.org>", [("Ada <<ada", "Ada <<ada@b.org>")]),
        ("@", [("@", "@")]),
    ],
)
def test_reads(text, found):
    assert [(one.name, one.email) for one in read_addresses(text)] == found


def test_a_name_is_no_longer_than_names_are():
    [found] = read_addresses(f"{'x' * 5000} <ada@b.org>")
    assert found.name == "x" * 120


def test_ten_thousand_addresses_are_read_quickly():
    assert len(read_addresses(",".join(f"p{number}@b.org" for number in range(10_000)))) == 10_000
    # One name of 200,000 commas must not take quadratic time either.
    assert len(read_addresses("," * 200_000 + "ada@b.org")) == 1
    assert len(read_addresses("<" * 200_000)) == 1
