"""How far a request reaches: a token may be bound to an area, and then sees that one and what is below."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.api.problems import FieldError, Problem, invalid
from accounts.models import ApiToken
from areas.models import Area, AreaQuerySet


def bound_area(request: Request) -> Area | None:
    """The area the token is bound to; None for other tokens and for sessions."""
    return request.auth.area if isinstance(request.auth, ApiToken) else None


def areas_in_reach(request: Request) -> AreaQuerySet:
    areas = Area.objects.without_tree_fields()
    bound = bound_area(request)
    return areas if bound is None else areas.at_or_below([bound])


def area_to_write_in(request: Request, key: str) -> Area:
    """The area that a body names, archived or not.

    Raises Problem: 400 where there is none, 403 where the token is bound and this is none of its areas, so
    that it is not told which others there are.
    """
    found: Area | None = None if "\0" in key else areas_in_reach(request).filter(key=key).first()
    if found is not None:
        return found
    if bound_area(request) is not None:
        sentence = _("This token is bound to an area and writes nothing beyond it.")
        raise Problem(HTTPStatus.FORBIDDEN, "insufficient_scope", sentence)
    raise invalid([FieldError("area", "invalid", _("There is no area with this key."))])


def in_reach(request: Request, path_to_area: str) -> Q:
    """A condition on rows that lead to their area by this path."""
    return Q() if bound_area(request) is None else Q(**{f"{path_to_area}__in": areas_in_reach(request)})


def below(area: Any) -> AreaQuerySet:
    """An area and everything below it."""
    return Area.objects.without_tree_fields().at_or_below([area])
