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

    Reading needs the view's `read_scope`, writing its `write_scope`; else `read` and `write`.
    Somebody with a session may do whatever the person may.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        if not isinstance(request.auth, ApiToken):
            return True
        reads = request.method in SAFE_METHODS
        needed = (
            getattr(view, "read_scope", Scope.READ) if reads else getattr(view, "write_scope", Scope.WRITE)
        )
        if not request.auth.allows(needed):
            raise Problem(
                403,
                "insufficient_scope",
                _("This token may only %(scope)s; this needs the scope %(needed)s.")
                % {"scope": Scope(request.auth.scope).label, "needed": needed},
            )
        return True


class IsAdministrator(HasScope):
    """An administrator, and not with a token that is bound to an area: the record knows no areas."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        user: Any = request.user
        bound = isinstance(request.auth, ApiToken) and request.auth.area_id is not None
        if bound or not user.is_administrator:
            raise Problem(403, "forbidden", _("Administrators alone read the record of changes."))
        return True
