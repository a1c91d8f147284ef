"""Renaming a tag everywhere; one that gets the name of another becomes that one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals.actions import locks
from goals.actions.refusals import Invalid
from goals.actions.rows import save_rows
from goals.models import Cycle, KeyResult, Objective
from goals.models.tags import normal_tags, tagged


@transaction.atomic
def rename_tag(tag: str, name: str, *, by: Any, now: datetime) -> int:
    """How many objectives and key results were changed; those of closed cycles stay as they are.

    Every cycle that is not closed is held alone, so nobody adds the old name meanwhile. Raises Invalid.
    """
    try:
        name = normal_tags(name)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="name") from error
    if not name or " " in name:
        raise Invalid(_("A tag is one word."), field="name")
    if name == tag:
        raise Invalid(_("It has this name already."), field="name")
    ids = Cycle.objects.exclude(state=Cycle.State.CLOSED).order_by("pk").values_list("pk", flat=True)
    held = [locks.lock_cycle(pk) for pk in list(ids)]
    open_cycles = [cycle.pk for cycle in held if not cycle.is_closed]
    objectives = Objective.objects.filter(tagged(tag), roadmap__cycle__in=open_cycles)
    key_results = KeyResult.objects.filter(tagged(tag), objective__roadmap__cycle__in=open_cycles)
    return sum(_rename(list(rows), tag, name, by=by, now=now) for rows in (objectives, key_results))


def _rename(rows: list[Any], tag: str, name: str, *, by: Any, now: datetime) -> int:
    for row in rows:
        row.tags = normal_tags(" ".join(name if word == tag else word for word in row.tag_list))
    save_rows(rows, ["tags"], by=by, now=now, reason=_("the tag %(tag)s was renamed") % {"tag": tag})
    return len(rows)
