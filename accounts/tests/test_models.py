"""People and their tokens."""

import datetime as dt

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError

from accounts.models import ApiToken, OrgRole, User
from accounts.models.token import digest_of

NOW = dt.datetime(2024, 10, 14, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def una(db):
    return User.objects.create_user("Una@Example.org", "a long secret", name="Una Una")


@pytest.mark.parametrize("email", ["una@example.org", "UNA@EXAMPLE.ORG", "Una@example.org"])
def test_an_address_is_one_person_in_whatever_case(una, email):
    assert User.objects.get_by_natural_key(email) == una
    assert authenticate(username=email, password="a long secret") == una
    with pytest.raises(ValidationError):
        User.objects.create_user(email, "another secret", name="Twin")
    assert User.objects.count() == 1


@pytest.mark.parametrize("email", ["", "una", "una@", "una@example.org\nBcc: all@example.org"])
def test_an_address_that_is_none_is_refused(db, email):
    with pytest.raises(ValidationError):
        User.objects.create_user(email, "a long secret", name="Una")
    assert not User.objects.exists()


def test_a_wrong_password_or_a_person_who_left_does_not_sign_in(una):
    assert authenticate(username="una@example.org", password="a short one") is None
    User.objects.update(is_active=False)
    assert authenticate(username="una@example.org", password="a long secret") is None


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "utc+2", "../etc/passwd"])
def test_a_time_zone_is_one_that_exists(una, name):
    una.time_zone = name
    with pytest.raises(ValidationError) as refusal:
        una.full_clean()
    assert set(refusal.value.message_dict) == {"time_zone"}


@pytest.mark.parametrize(
    ("role", "manages", "administers"),
    [(OrgRole.MEMBER, False, False), (OrgRole.MANAGER, True, False), (OrgRole.ADMINISTRATOR, True, True)],
)
def test_administrators_may_whatever_managers_may(una, role, manages, administers):
    una.org_role = role
    assert (una.is_manager, una.is_administrator, una.is_staff) == (manages, administers, administers)
    assert una.has_perm("goals.change_objective") is administers
    assert una.has_module_perms("goals") is administers


def test_an_administrator_who_left_has_no_permission(una):
    una.org_role, una.is_active = OrgRole.ADMINISTRATOR, False
    assert not una.has_perm("goals.change_objective")
    assert not una.has_module_perms("goals")


def test_the_first_person_of_an_installation_is_an_administrator(db):
    assert User.objects.create_superuser("ada@example.org", "a long secret", name="Ada").is_administrator


def test_a_token_is_shown_once_and_kept_as_a_hash(una):
    row, token = ApiToken.issue(owner=una, scope="read", name="status page")
    kept = ApiToken.objects.get()
    assert token.startswith("okr_")
    assert len(token) > 40
    assert kept.digest == digest_of(token)
    assert token not in str(list(ApiToken.objects.values_list()))
    assert token.startswith(kept.prefix)
    assert str(row) == f"{kept.prefix}…"
    assert ApiToken.issue(owner=una, scope="read")[1] != token


@pytest.mark.parametrize(
    ("scope", "allows"),
    [
        ("read", ["read"]),
        ("check-in", ["read", "check-in"]),
        ("write", ["read", "check-in", "write"]),
        ("admin", ["read", "check-in", "write", "admin"]),
    ],
)
def test_each_scope_includes_the_ones_before(una, scope, allows):
    row, _ = ApiToken.issue(owner=una, scope=scope)
    assert [name for name in ("read", "check-in", "write", "admin") if row.allows(name)] == allows


@pytest.mark.parametrize(
    ("change", "usable"),
    [
        ({}, True),
        ({"expires_at": NOW + dt.timedelta(seconds=1)}, True),
        ({"expires_at": NOW}, False),
        ({"revoked_at": NOW}, False),
    ],
    ids=str,
)
def test_a_token_is_used_until_it_expires_or_is_revoked(una, change, usable):
    ApiToken.issue(owner=una, scope="read")
    ApiToken.objects.update(**change)
    assert ApiToken.objects.usable_at(NOW).exists() == usable


def test_tokens_end_when_their_owner_leaves(una):
    ApiToken.issue(owner=una, scope="admin")
    User.objects.update(is_active=False)
    assert not ApiToken.objects.usable_at(NOW).exists()
