"""People and tokens in the admin: administrators make people here and take tokens back."""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401 - registered there, taken back here
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, User

admin.site.unregister(Group)  # roles are memberships and org_role, not groups
# People have one address, a session is no business of administrators; the others have pages below.
admin.site.unregister([EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession, Authenticator])
# Administrators too come in through the sign-in page: with its brake and their second step.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


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
            token.revoke(now=timezone.now(), by=request.user)
        self.message_user(request, _("%(count)d tokens revoked.") % {"count": len(usable)})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SocialAccount)
class SocialAccountAdmin(admin.ModelAdmin):
    """Who has another name at the provider now is forgotten here, and found by address once more."""

    list_display = ["user", "provider", "uid", "date_joined", "last_login"]
    search_fields = ["user__email", "user__name", "uid"]
    fields = ("user", "provider", "uid", "date_joined", "last_login")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin):
    """Second steps: removed here for people who lost theirs. The secrets in them are shown to nobody."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    search_fields = ["user__email", "user__name"]
    fields = ("user", "type", "created_at", "last_used_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
