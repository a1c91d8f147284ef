"""Saving a filter under a name, and forgetting it: by its owner alone.

It changes nothing that its page shows, so there is neither history nor an entry in the record.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from goals.actions.people import lock_person
from goals.actions.refusals import Invalid
from goals.actions.rows import refuse_unstorable
from goals.models import SavedFilter
from goals.models.saved_filter import MOST_FILTERS


@transaction.atomic
def save_filter(owner: Any, *, page: str, name: str, query: str) -> SavedFilter:
    """A new one, or what its name stands for from now on. Raises Invalid.

    The owner is locked: of two presses at once the later finds what the first has saved.
    """
    lock_person(owner)
    own = SavedFilter.objects.of(owner).filter(page=page)
    saved = own.filter(name=name).first() or SavedFilter(owner=owner, page=page, name=name)
    if saved._state.adding and own.count() >= MOST_FILTERS:
        sentence = _("You have saved %(most)d filters of this page already; forget one of them first.")
        raise Invalid(sentence % {"most": MOST_FILTERS}, field="name")
    saved.query = query
    refuse_unstorable(saved)
    saved.save()
    return saved


def forget_filter(saved: SavedFilter) -> None:
    saved.delete()


def delete_filters_of(person: Any) -> None:
    """Of somebody who leaves: nobody else's, so nothing of it is handed over."""
    SavedFilter.objects.filter(owner=person).delete()
