"""Hostile values in every field of the API: none breaks the write, and none of those taken breaks a read.

Each value is sent to a few fields here, and each field gets a few of them; `bench/hostile_values.py` sends
each to all.
"""

import json

import pytest
from django.core.cache import cache
from django.db import transaction

from accounts.models import ApiToken
from okrtracker.tests.hostile import PLACE, VALUES, Document
from okrtracker.tests.test_walk import ROUTES, SAMPLES, address, story  # noqa: F401 - a fixture

FIELDS = list(Document().fields())
EACH = 2  # values for a field
# What is there, by the list it stands in; where other numbers are given out, the sample of the walk.
THERE = {
    "areas": "EDGE",
    "cycles": "24H2",
    "roadmaps": "EDGE-24H2",
    "objectives": "EDGE-24H2-O1",
    "key-results": "EDGE-24H2-O1-KR1",
    "risks": "EDGE-24H2-O1-R1",
    "kpis": "EDGE-K1",
    "tags": "speed",
    "dashboards": SAMPLES["dashboard_key"],
}
# After these a thing is another one, or none: what they did is taken back.
ENDS = ("/drop/", "/move/", "/copy/", "/restore/", "/close/", "/rename/", "/begin/")
LISTS = [name for name in sorted(ROUTES) if name.startswith("api:") and name.endswith("-list")]


def filled(template: str) -> str:
    """The address of something that is there."""
    kind = template.split("/")[3]
    parts = {name: str(sample) for name, sample in SAMPLES.items()} | {"sequence": "1"}
    parts |= dict.fromkeys(("code", "key", "tag", "dashboard_key"), THERE.get(kind, ""))
    return template.format_map(parts)


@pytest.fixture
def send(client, manager, administrator, lead):
    """Asks as a manager; what others alone may, as one of these."""
    client.raise_request_exception = False
    tokens = [ApiToken.issue(owner=person, scope="admin")[1] for person in (manager, administrator, lead)]

    def send(method: str, path: str, body: bytes = b""):
        for token in tokens:
            cache.clear()  # as many requests as we like in this minute
            headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
            answer = client.generic(method, path, body, content_type="application/json", headers=headers)
            if answer.status_code != 403:
                break
        return answer

    return send


def test_every_field_is_known_and_every_value_is_another():
    assert len(FIELDS) >= 300
    assert len(set(VALUES)) == len(VALUES) >= 250
    assert len({(field.method, field.address, field.path) for field in FIELDS}) == len(FIELDS)
    assert all(field.body.count(PLACE) == 1 for field in FIELDS)


@pytest.mark.django_db
def test_nothing_hostile_breaks_a_write_or_any_later_read(send, client, administrator, story):  # noqa: F811
    statuses: dict[int, int] = {}
    for number, field in enumerate(FIELDS):
        for turn in range(EACH):
            value = VALUES[(number * EACH + turn) % len(VALUES)]
            with transaction.atomic():
                answer = send(field.method, filled(field.address), field.with_value(value))
                assert answer.status_code < 500, (str(field), value[:100])
                if answer.status_code >= 400:
                    assert answer["Content-Type"] == "application/problem+json", str(field)
                    json.loads(answer.content)
                transaction.set_rollback(field.address.endswith(ENDS))
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
    # Most are refused as they should be, by what they are and not by who asks or where; some are text.
    assert statuses[400] > len(FIELDS), statuses
    assert sum(count for status, count in statuses.items() if status < 300) > 50, statuses
    assert statuses.get(401, 0) + statuses.get(403, 0) + statuses.get(428, 0) == 0, statuses

    client.force_login(administrator)
    for name in sorted(ROUTES):
        answer = send("GET", address(name, ROUTES[name])) if name.startswith("api:") else None
        answer = answer or client.get(address(name, ROUTES[name]))
        assert answer.status_code < 500, name
    for name in LISTS:
        for query in ("?limit=500", "?format=csv"):
            answer = send("GET", address(name, ROUTES[name]) + query)
            assert (b"".join(answer) if answer.streaming else answer.content) is not None
            assert answer.status_code < 500, (name, query)
