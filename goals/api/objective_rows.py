"""Objectives with all that a serializer reads beside the row, as a request may see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework.request import Request

from accounts.api.base import today_of
from goals.api.alignment_views import kin_of
from goals.api.figures import objectives_figures
from goals.api.share_views import owner_keys_of
from goals.figures.given_up import tell_reasons
from goals.models import Objective


def told_objectives(rows: Sequence[Objective], request: Request) -> Sequence[Any]:
    """Their figures of today, kin, co-owners and why they were given up: as many queries for any number."""
    kin = kin_of(rows, request)
    owners = owner_keys_of(rows)
    for row in rows:
        row.kin = kin[row.pk]  # type: ignore[attr-defined]
        row.owner_keys = owners[row.pk]  # type: ignore[attr-defined]
    tell_reasons(rows)
    return objectives_figures(rows, user=request.user, today=today_of(request))
