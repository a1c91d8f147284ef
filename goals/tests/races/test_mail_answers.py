"""“No change” pressed many times at once, by several processes: one check-in, and everybody hears so."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from goals.actions.mail_answers import Answer, answer_address
from goals.actions.stored import differences
from goals.models import CheckIn, KeyResult, Objective
from goals.tests.factories import check_in

pytestmark = pytest.mark.django_db(transaction=True)

POSTS_EACH = 5  # in four processes: 20


@pytest.mark.parametrize("links", ["one link", "a link of each of several mails"])
def test_twenty_presses_at_once_are_one_check_in(clients, key_result, lead, links):
    now = timezone.now()
    today = now.date()
    type(key_result.cycle).objects.update(
        starts_on=today - dt.timedelta(90), ends_on=today + dt.timedelta(90)
    )
    check_in(key_result, 3, on=today - dt.timedelta(20), author=lead)
    for number, client in enumerate(clients):
        sent_at = now - dt.timedelta(minutes=number if links != "one link" else 0)
        address = urlsplit(answer_address(Answer(lead.pk, key_result.pk, 1, sent_at)))
        where = f"{address.path}?{address.query}"
        client.start("post", address=where, user=None, sent={}, times=POSTS_EACH)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    statuses = sorted(status for answer in answers for status in answer["kept"])
    assert statuses == [200] + [410] * (POSTS_EACH * len(clients) - 1)
    kept = CheckIn.objects.get(source="mail_link")
    assert (kept.sequence, kept.value, kept.author) == (2, 3, lead)
    assert differences(KeyResult.objects.all(), Objective.objects.all()) == []
