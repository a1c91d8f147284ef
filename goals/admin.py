"""Looking things up: the plan, its check-ins, its history. Writing goes through goals.actions alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from goals.actions.cycles import activate_cycle, begin_closing, close_cycle
from goals.actions.refusals import Refused
from goals.models import (
    Alignment,
    CheckIn,
    Concern,
    Cycle,
    Dependency,
    Initiative,
    KeyResult,
    Kpi,
    KpiEntry,
    Mitigation,
    MovedCode,
    Objective,
    OutboxMail,
    Risk,
    Roadmap,
    Share,
    Snapshot,
)


@admin.register(Cycle)
class CycleAdmin(SimpleHistoryAdmin):
    """Cycles are made here; their state moves by the actions, which lock and check."""

    list_display = ["key", "name", "starts_on", "ends_on", "state"]
    actions = ["activate", "begin_closing", "close"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["key", "state"] if obj else ["state"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Activate: definitions lock, check-ins open"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Cycle]) -> None:
        self._move(request, queryset, activate_cycle)

    @admin.action(description=_("Begin closing: last check-ins, scores"), permissions=["change"])
    def begin_closing(self, request: HttpRequest, queryset: QuerySet[Cycle]) -> None:
        self._move(request, queryset, begin_closing)

    @admin.action(description=_("Close: numbers are frozen"), permissions=["change"])
    def close(self, request: HttpRequest, queryset: QuerySet[Cycle]) -> None:
        self._move(request, queryset, close_cycle)

    def _move(self, request: HttpRequest, queryset: QuerySet[Cycle], step: Any) -> None:
        for cycle in queryset:
            try:
                moved = step(cycle, by=request.user, now=timezone.now())
            except Refused as refusal:
                self.message_user(request, refusal.sentence, messages.ERROR)
            else:
                self.message_user(
                    request,
                    _("%(cycle)s is %(state)s.") % {"cycle": moved, "state": moved.get_state_display()},
                )


class LookUp:
    """Mixed into an admin: everything is shown, nothing is written."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Roadmap)
class RoadmapAdmin(LookUp, SimpleHistoryAdmin):
    list_display = ["code", "title", "state", "visibility"]
    list_filter = ["cycle", "state", "visibility"]
    search_fields = ["code", "title"]
    list_select_related = ["area", "cycle"]


@admin.register(Objective)
class ObjectiveAdmin(LookUp, SimpleHistoryAdmin):
    list_display = ["code", "title", "kind", "owner", "completion", "archived_at"]
    list_filter = ["roadmap__cycle", "kind", "commitment"]
    search_fields = ["code", "title"]
    list_select_related = ["owner"]


@admin.register(KeyResult)
class KeyResultAdmin(LookUp, SimpleHistoryAdmin):
    list_display = ["code", "title", "kind", "current_value", "target_value", "owner", "archived_at"]
    list_filter = ["objective__roadmap__cycle", "kind"]
    search_fields = ["code", "title"]
    list_select_related = ["owner"]


@admin.register(Initiative)
class InitiativeAdmin(LookUp, SimpleHistoryAdmin):
    list_display = ["title", "key_result", "owner", "due_on", "state"]
    list_filter = ["state"]
    search_fields = ["title", "key_result__code"]
    list_select_related = ["key_result", "owner"]


@admin.register(CheckIn)
class CheckInAdmin(LookUp, admin.ModelAdmin):
    list_display = [
        "key_result",
        "sequence",
        "value",
        "status",
        "effective_on",
        "author",
        "source",
        "created_at",
    ]
    list_filter = ["status", "source"]
    search_fields = ["key_result__code", "note"]
    list_select_related = ["key_result", "author"]


@admin.register(Kpi)
class KpiAdmin(LookUp, SimpleHistoryAdmin):
    list_display = ["code", "title", "aim", "current_value", "owner", "archived_at"]
    list_filter = ["aim", "visibility"]
    search_fields = ["code", "title"]
    list_select_related = ["owner"]


@admin.register(KpiEntry)
class KpiEntryAdmin(LookUp, admin.ModelAdmin):
    list_display = ["kpi", "sequence", "value", "effective_on", "author", "source", "created_at"]
    list_filter = ["source"]
    search_fields = ["kpi__code", "note"]
    list_select_related = ["kpi", "author"]


@admin.register(Risk)
class RiskAdmin(LookUp, SimpleHistoryAdmin):
    list_display = ["code", "title", "kind", "likelihood", "impact", "state", "outcome", "owner"]
    list_filter = ["kind", "state", "response", "outcome"]
    search_fields = ["code", "title"]
    list_select_related = ["owner"]


@admin.register(Mitigation)
class MitigationAdmin(LookUp, SimpleHistoryAdmin):
    list_display = ["text", "risk", "owner", "due_on", "state"]
    list_filter = ["state"]
    search_fields = ["text", "risk__code"]
    list_select_related = ["risk", "owner"]


@admin.register(Concern)
class ConcernAdmin(LookUp, SimpleHistoryAdmin):
    list_display = ["risk", "objective"]
    search_fields = ["risk__code", "objective__code"]
    list_select_related = ["risk", "objective"]


@admin.register(Dependency)
class DependencyAdmin(LookUp, SimpleHistoryAdmin):
    list_display = ["objective", "on_objective", "partner", "state", "answer", "answered_by", "archived_at"]
    list_filter = ["state", "answer"]
    search_fields = ["objective__code", "on_objective__code", "partner"]
    list_select_related = ["objective", "on_objective", "answered_by"]


@admin.register(Alignment)
class AlignmentAdmin(LookUp, SimpleHistoryAdmin):
    list_display = ["supporter", "supported", "weight"]
    search_fields = ["supporter__code", "supported__code"]
    list_select_related = ["supporter", "supported"]


@admin.register(MovedCode)
class MovedCodeAdmin(LookUp, admin.ModelAdmin):
    list_display = ["code", "objective", "key_result", "risk", "moved_at"]
    search_fields = ["code", "objective__code", "key_result__code", "risk__code"]
    list_select_related = ["objective", "key_result", "risk"]


@admin.register(Share)
class ShareAdmin(LookUp, SimpleHistoryAdmin):
    list_display = ["objective", "area", "weight"]
    search_fields = ["objective__code", "area__key"]
    list_select_related = ["objective", "area"]


@admin.register(Snapshot)
class SnapshotAdmin(LookUp, admin.ModelAdmin):
    list_display = ["taken_on", "roadmap", "objective", "completion", "expected"]
    date_hierarchy = "taken_on"
    list_select_related = ["roadmap", "objective"]


@admin.register(OutboxMail)
class OutboxMailAdmin(LookUp, admin.ModelAdmin):
    list_display = ["user", "kind", "period", "state", "attempts", "sent_at", "last_error"]
    list_filter = ["state", "kind"]
    search_fields = ["user__email", "message_id"]
    list_select_related = ["user"]
