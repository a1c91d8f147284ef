"""Areas and roles in the admin, with their history."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from areas.models import Area, Membership


@admin.register(Area)
class AreaAdmin(SimpleHistoryAdmin):
    list_display = ["key", "name", "parent", "position", "archived_at"]
    search_fields = ["key", "name"]
    ordering = ["position", "key"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A key is part of every code below, so it is set once."""
        return ["key"] if obj else []


@admin.register(Membership)
class MembershipAdmin(SimpleHistoryAdmin):
    list_display = ["user", "area", "role"]
    list_filter = ["role", "area"]
    search_fields = ["user__name", "user__email", "area__key", "area__name"]
    autocomplete_fields = ["user", "area"]
