"""Addresses that open without a sign-in: one path each, for as long as their holder wants and is here."""

import datetime as dt

import pytest
from django.test import RequestFactory

from accounts.models import AuditEntry
from accounts.private_addresses import holder_of, private_address, renew_addresses

pytestmark = pytest.mark.django_db

PATH = "/feeds/mine.ics"
NOW = dt.datetime(2024, 10, 14, 9, 30, tzinfo=dt.UTC)


def holder(address):
    return holder_of(RequestFactory().get(address))


@pytest.fixture
def address(lead):
    return private_address(PATH, lead)


def test_an_address_tells_who_it_was_made_for(address, lead):
    assert address.startswith(f"{PATH}?key=")
    assert holder(address) == lead


def test_it_is_the_same_each_time_so_that_programs_keep_it(address, lead):
    assert private_address(PATH, lead) == address


def test_it_opens_no_other_path(address):
    assert holder(address.replace("mine", "areas/EDGE")) is None


def test_it_stands_for_nobody_else(address, lead, outsider):
    other = address.replace(f"key={lead.pk}-", f"key={outsider.pk}-")
    assert other != address
    assert holder(other) is None


@pytest.mark.parametrize(
    "key",
    [
        *("", "1", "-", "1-", "-x", "x-y", "²-x", "1" * 50 + "-x", "1-" + "x" * 5_000, "\0-\0", "-1-x"),
        "9999999999999999999999-x",
    ],
)
def test_a_made_up_key_opens_nothing(lead, key):
    assert holder_of(RequestFactory().get(PATH, {"key": key})) is None


def test_a_key_with_one_letter_changed_opens_nothing(address):
    last = "A" if address[-1] != "A" else "B"
    assert holder(address[:-1] + last) is None
    assert holder(address + "A") is None


def test_renewing_ends_the_old_one_and_the_new_one_opens(address, lead):
    renewed = renew_addresses(lead, now=NOW)
    assert holder(address) is None
    assert holder(private_address(PATH, renewed)) == lead


def test_renewing_stands_in_the_record(lead):
    renew_addresses(lead, now=NOW)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.actor, entry.about, entry.made_at) == (lead, lead, NOW)
    assert "addresses_renewed_at" in entry.changes


def test_it_opens_nothing_while_its_holder_is_not_active(address, lead):
    lead.is_active = False
    lead.save()
    assert holder(address) is None


def test_another_secret_key_ends_it_unless_the_old_one_is_kept_beside_it(address, lead, settings):
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    assert holder(address) is None
    settings.SECRET_KEY_FALLBACKS = [former]
    assert holder(address) == lead
