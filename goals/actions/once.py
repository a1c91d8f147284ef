"""What a form makes is made once, however often the form is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from goals.actions.refusals import Refused
from goals.models import SentForm

# Nobody sends a form again after that long.
KEPT_FOR = timedelta(days=30)


class SentBefore(Refused):
    """The form was sent before and now says something else: to keep that too, it has to be sent anew."""

    code = "sent_before"

    def __init__(self) -> None:
        super().__init__(_("This form was saved before; save again to make another one of it."))


@transaction.atomic
def make_once(
    form_id: UUID, *, fingerprint: str, by: Any, now: datetime, make: Callable[[], str]
) -> tuple[str, bool]:
    """(Where the form leads, whether it did anything now).

    `make` writes and answers an address. Sent twice at once, the second waits for the first. Raises
    SentBefore, and what `make` raises: then the form counts as not sent.
    """
    try:
        with transaction.atomic():
            SentForm.objects.create(form_id=form_id, author=by, fingerprint=fingerprint, sent_at=now)
    except IntegrityError:
        first = SentForm.objects.get(pk=form_id)
        if first.author_id != by.pk or first.fingerprint != fingerprint:
            raise SentBefore from None
        return first.led_to, False
    led_to = make()
    SentForm.objects.filter(pk=form_id).update(led_to=led_to)
    SentForm.objects.filter(author=by, sent_at__lt=now - KEPT_FOR).delete()
    return led_to, True
