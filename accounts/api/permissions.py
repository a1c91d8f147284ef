"""Who may come in at all; what one may see and do there is said by the QuerySets of the models."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request

from accounts.api.problems import Problem
from accounts.models import ApiToken, Scope


class HasScope(IsAuthenticated):
    """Signed in, and with a token whose scope goes far enough.

    Reading needs `read`; writing needs the view's `write_scope`, which is `write` where a view says nothing.
    Somebody with a session may do whatever the person may.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        if not isinstance(request.auth, ApiToken):
            return True
        reads = request.method in SAFE_METHODS
        needed = Scope.READ if reads else getattr(view, "write_scope", Scope.WRITE)
        if not request.auth.allows(needed):
            raise Problem(
                403,
                "insufficient_scope",
                _("This token may only %(scope)s; this needs the scope %(needed)s.")
                % {"scope": Scope(request.auth.scope).label, "needed": needed},
            )
        return True
