"""A form that arrives many times at once, from several processes: one check-in, and every sender hears so."""

import uuid

import pytest

from goals.actions.stored import differences
from goals.models import CheckIn, KeyResult, Objective

pytestmark = pytest.mark.django_db(transaction=True)

POSTS_EACH = 5  # in four processes: 20


@pytest.mark.parametrize("page", ["list", "single"])
def test_twenty_posts_of_one_form_are_one_check_in(clients, key_result, lead, page):
    code = key_result.code
    fields = {
        "value": "4",
        "status": "behind",
        "note": "sent twenty times",
        "form_id": uuid.uuid4(),
        "seen": 0,
    }
    sent = {"row": code} | {f"{code}-{name}": str(entered) for name, entered in fields.items()}
    address = "/check-ins/" if page == "list" else f"/key-results/{code}/check-in/"
    for client in clients:
        client.start("post", address=address, user=lead.pk, sent=sent, times=POSTS_EACH)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    assert [status for answer in answers for status in answer["kept"]] == [302] * POSTS_EACH * len(clients)
    kept = CheckIn.objects.get()
    assert (kept.sequence, kept.value, kept.note, kept.author) == (1, 4, "sent twenty times", lead)
    assert differences(KeyResult.objects.all(), Objective.objects.all()) == []
