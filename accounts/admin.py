"""People and tokens in the admin: administrators make people here and take tokens back."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, User

admin.site.unregister(Group)  # roles are memberships and org_role, not groups


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    ordering = ["name"]
    list_display = ["name", "email", "org_role", "is_active"]
    list_filter = ["org_role", "is_active"]
    search_fields = ["name", "email"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["email", "password", "name"]}),
        (_("Role"), {"fields": ["org_role", "is_active"]}),
        (_("Preferences"), {"fields": ["time_zone", "language"]}),
        (_("Reminders"), {"fields": ["reminders_enabled", "reminder_weekday", "reminder_hour"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["email", "name", "org_role", "usable_password", "password1", "password2"],
            },
        )
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Role and activity change on the people pages: they keep the last administrator, and a record."""
        return ["org_role", "is_active"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People who left are made inactive; what they did stays."""
        return False


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Tokens are made by `create_token`, which shows them once; here they are seen and taken back."""

    list_display = ["prefix", "owner", "scope", "area", "expires_at", "last_used_at", "revoked_at"]
    list_filter = ["scope"]
    search_fields = ["prefix", "owner__email", "name"]
    readonly_fields = [field.name for field in ApiToken._meta.fields if field.name != "digest"]
    exclude = ["digest"]
    actions = ["revoke"]

    @admin.action(description=_("Revoke the chosen tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        usable = list(queryset.filter(revoked_at__isnull=True))
        for token in usable:
            token.revoke(now=timezone.now())
        self.message_user(request, _("%(count)d tokens revoked.") % {"count": len(usable)})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
