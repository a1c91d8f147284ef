"""The list of leaked passwords: what it holds, what its manifest says, and what else it takes for one."""

import json
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import leaked
from accounts.leaked import BUCKETS, IN_BUCKET, LIST, is_listed, number_of

# From the source, of every length; none is in the lists of zxcvbn and Django.
LEAKED = [
    "meinemaus100",
    "1q2w3e6y5t44",
    "hgfclpss1234",
    "seiferalmasy",
    "piotrdul4322",
    "ladies_2_envy",
    "sallyc.sweeps",
    "mbakmutt50440247",
]
NUMBERS = st.integers(min_value=0, max_value=BUCKETS * (1 << IN_BUCKET) - 1)


@pytest.fixture(scope="module")
def manifest():
    return json.loads(LIST.with_suffix(".json").read_text())


@pytest.fixture(scope="module")
def numbers():
    content = LIST.read_bytes()
    found = []
    for bucket in range(BUCKETS):
        code = leaked._bucket(content, bucket)
        found += [(bucket << IN_BUCKET) + rest for rest in leaked._decoded(code)]
    return found


@pytest.mark.parametrize("password", [*LEAKED, *map(str.upper, LEAKED), "Mr2356986Moto", "Qawsed753159."])
def test_leaked_passwords_are_known_in_capital_and_small_letters(password):
    assert is_listed(password)


def test_the_manifest_says_what_the_file_holds(manifest, numbers):
    content = LIST.read_bytes()
    assert (len(content), f"sha256:{sha256(content).hexdigest()}") == (manifest["bytes"], manifest["hash"])
    assert len(numbers) == manifest["numbers"] > 1_400_000
    assert numbers == sorted(set(numbers))
    assert manifest["licence"] in LIST.with_suffix(".LICENSE").read_text()


def test_packing_what_it_holds_makes_the_same_file(numbers):
    assert leaked.packed(reversed(numbers)) == LIST.read_bytes()


def test_few_passwords_are_taken_for_leaked_ones():
    """One in 3,000 is: of 30,000 made up here about ten, and always the same ones."""
    assert 1 <= sum(is_listed(f"not a leaked one: {number}") for number in range(30_000)) <= 25


# How long a machine with other work takes to make one up says nothing of what is tested.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(NUMBERS, max_size=60))
def test_what_is_packed_is_found_and_nothing_else(some):
    content = leaked.packed(some)
    for number in some | {0, BUCKETS * (1 << IN_BUCKET) - 1} | {number ^ 1 for number in some}:
        bucket, rest = divmod(number, 1 << IN_BUCKET)
        assert (rest in leaked._decoded(leaked._bucket(content, bucket))) == (number in some)


def test_capital_letters_make_no_other_number():
    assert number_of("ODD Walnut") == number_of("odd walnut")
