"""An objective as people name it in a form: by its code, or by words of its title."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _

from goals.models import Objective
from goals.models.objective import ObjectiveQuerySet

MOST_OFFERED = 500
MOST_NAMED = 5


def named_objective(typed: str, *, seen: ObjectiveQuerySet, offered: ObjectiveQuerySet) -> Objective:
    """The one of `seen` with this code, else the one of `offered` with these words in its title.

    What one may not see is not there: whether it exists is not told. Raises ValidationError.
    """
    words = typed.strip()
    code = words.split(" ", 1)[0].upper()
    exact = seen.named(code).first()
    if exact is not None:
        return exact
    found = list(offered.filter(title__icontains=words)[: MOST_NAMED + 1])
    if not found:
        raise forms.ValidationError(_("There is no objective with this code or title here."))
    if len(found) > 1:
        codes = ", ".join(f"{row.code} {row.title}" for row in found[:MOST_NAMED])
        raise forms.ValidationError(
            _("Several have these words in their title; give the code: %(codes)s") % {"codes": codes}
        )
    return found[0]
