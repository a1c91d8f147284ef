"""Everything that is held about one person, as one document for them (docs/adr/0006).

SECTIONS says where a person stands and what of it is theirs to have; LEFT_OUT says why another place is no
part of it. A test looks at every model: a reference to people that is in neither fails it.

The rule for what is restricted: their own words yes, whatever has become of the plan; the words of others
only as far as the person may read them now. No secrets: no digests, no password, no keys of second steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import AccountMail, ApiToken, AuditEntry, Invitation, TrustedBrowser, User
from areas.models import Membership
from goals.models import (
    Absence,
    Acknowledgement,
    ActivityMark,
    CheckIn,
    CheckInDraft,
    Comment,
    Dashboard,
    Dependency,
    IdempotencyKey,
    Initiative,
    KeyResult,
    Kpi,
    KpiEntry,
    Mention,
    Mitigation,
    Nudge,
    Objective,
    OutboxMail,
    Risk,
    RolloverDecision,
    SavedFilter,
    Subscription,
    Webhook,
)

FORMAT = "okrtracker-personal-data/1"
Row = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """Rows of one model that are about a person; `by` are the fields that say so."""

    name: str
    model: type[Model]
    by: tuple[str, ...]
    tell: Callable[[Any, User], Row]
    related: tuple[str, ...] = ()
    # What of the plan a person may read, and by which key a row belongs to it: then rows know `is_seen`.
    seen: type[Model] | None = None
    seen_key: str = "pk"
    # Told to nobody but the person, an administrator who takes the document for them included.
    is_private: bool = False

    def rows(self, person: User) -> QuerySet[Any]:
        mine = Q()
        for field in self.by:
            mine |= Q(**{field: person.pk})
        rows = self.model._base_manager.filter(mine).select_related(*self.related).order_by("pk")
        if self.seen is None:
            return rows
        visible = self.seen._default_manager.visible_to(person)  # type: ignore[attr-defined]
        return rows.annotate(is_seen=Exists(visible.filter(pk=OuterRef(self.seen_key))))


def fields(*names: str) -> Callable[[Any, User], Row]:
    """These fields of a row; a dotted name goes through a reference."""
    return lambda row, person: {name.replace(".", "_"): _reached(row, name) for name in names}


def _reached(row: Any, name: str) -> Any:
    for step in name.split("."):
        row = None if row is None else getattr(row, step)
    return row


def _owned(row: Any, person: User) -> Row:
    """That they answer for it is theirs; its title is a word of others, unless they may read it."""
    return {"code": row.code, "title": row.title if row.is_seen else None}


def _reviewed(row: Any, person: User) -> Row:
    return _owned(row, person) | {"reviewed_on": row.reviewed_on}


def _mitigation(row: Any, person: User) -> Row:
    told = {"risk": row.risk.code, "text": row.text if row.is_seen else None}
    return told | {"state": row.state, "due_on": row.due_on}


def _initiative(row: Any, person: User) -> Row:
    told = {"key_result": row.key_result.code, "title": row.title if row.is_seen else None}
    told["link"] = row.link if row.is_seen else None
    return told | {"state": row.state, "due_on": row.due_on}


def _nudge(row: Any, person: User) -> Row:
    told = {"key_result": row.key_result.code, "by": row.author.name, "to": row.person.name}
    is_told = row.is_seen or row.author_id == person.pk
    return told | {"sentence": row.sentence if is_told else None, "made_at": row.made_at}


# Rows without a code are called by their words in the record, which may be words of others.
CALLED_BY_WORDS = ("goals.mitigation", "goals.initiative", "goals.dependency")


def _entry(entry: AuditEntry, person: User) -> Row:
    """What they did: the new values are theirs. What was done to them: old and new. No address of others."""
    is_by, is_about = entry.actor_id == person.pk, entry.about_id == person.pk
    changes = entry.changes if is_about else {name: [None, pair[1]] for name, pair in entry.changes.items()}
    return {
        "made_at": entry.made_at,
        "by": entry.actor.name if entry.actor else None,
        "action": entry.action,
        "kind": entry.kind,
        "subject": entry.subject if is_about or entry.model not in CALLED_BY_WORDS else "",
        "through": entry.origin,
        "address": entry.address if is_by else None,
        "changes": changes,
        "reason": entry.reason,
    }


def _second_step(row: Authenticator, person: User) -> Row:
    name = row.data.get("name") if row.type == Authenticator.Type.WEBAUTHN else None
    return {"type": row.type, "name": name, "created_at": row.created_at, "last_used_at": row.last_used_at}


PREFERENCES = (
    *("time_zone", "language", "reminders_enabled", "reminder_weekday", "reminder_hour"),
    *("mention_mails_enabled", "reminder_rhythm", "reminders_snoozed_until", "digest_enabled"),
    *("escalation_mails_enabled", "nudge_mails_enabled", "cycle_mails_enabled"),
)
ABOUT_A_COMMENT = ("comment__objective", "comment__check_in__key_result")
SECTIONS = (
    Section(
        "profile_history",
        User.history.model,
        ("id",),
        fields("history_date", "email", "name", "org_role", "is_active", *PREFERENCES),
    ),
    Section("roles", Membership, ("user",), fields("area.key", "role", "created_at"), ("area",)),
    Section(
        "role_history",
        Membership.history.model,
        ("user",),
        fields("history_date", "history_type", "area.key", "role"),
        ("area",),
    ),
    Section("sessions", UserSession, ("user",), fields("created_at", "last_seen_at", "ip", "user_agent")),
    Section(
        "trusted_browsers", TrustedBrowser, ("user",), fields("created_at", "from_address", "user_agent")
    ),
    Section(
        "tokens",
        ApiToken,
        ("owner",),
        fields(
            "prefix", "name", "scope", "area.key", "created_at", "expires_at", "last_used_at", "revoked_at"
        ),
        ("area",),
    ),
    Section("second_steps", Authenticator, ("user",), _second_step),
    Section("e_mail_addresses", EmailAddress, ("user",), fields("email", "verified")),
    Section("accounts_elsewhere", SocialAccount, ("user",), fields("provider", "uid", "last_login")),
    Section(
        "invitations",
        Invitation,
        ("user",),
        fields("invited_by.name", "created_at", "expires_at", "accepted_at", "revoked_at"),
        ("invited_by",),
    ),
    Section(
        "invitations_sent",
        Invitation,
        ("invited_by",),
        fields("user.name", "created_at", "accepted_at", "revoked_at"),
        ("user",),
    ),
    Section(
        "mails",
        OutboxMail,
        ("user",),
        fields("kind", "period", "state", "created_at", "sent_at", "message_id"),
    ),
    Section("objectives", Objective, ("owner",), _owned, seen=Objective),
    Section("reviewed_objectives", Objective, ("reviewer",), _owned, seen=Objective),
    Section("key_results", KeyResult, ("owner",), _owned, seen=KeyResult),
    Section("kpis", Kpi, ("owner",), _owned, seen=Kpi),
    Section(
        "values_of_kpis",
        KpiEntry,
        ("author",),
        fields(
            "kpi.code", "sequence", "value", "note", "evidence_url", "effective_on", "created_at", "source",
            "reason",
        ),
        ("kpi",),
    ),
    Section("risks", Risk, ("owner",), _owned, seen=Risk),
    Section("risks_reviewed", Risk, ("reviewed_by",), _reviewed, seen=Risk),
    Section("mitigations", Mitigation, ("owner",), _mitigation, ("risk",), seen=Risk, seen_key="risk_id"),
    Section(
        "initiatives",
        Initiative,
        ("owner",),
        _initiative,
        ("key_result",),
        seen=KeyResult,
        seen_key="key_result_id",
    ),
    Section(
        "check_ins",
        CheckIn,
        ("author",),
        fields(
            "key_result.code", "sequence", "value", "status", "confidence", "note", "blocker", "evidence_url",
            "effective_on", "created_at", "source", "reason",
        ),
        ("key_result",),
    ),
    Section(
        "dashboards",
        Dashboard,
        ("owner",),
        lambda row, person: {
            **{name: getattr(row, name) for name in ("title", "is_shared", "is_start", "created_at")},
            "cards": [
                {"kind": card.kind, "title": card.title, "settings": card.settings}
                for card in row.cards.all()
            ],
        },
        is_private=True,
    ),
    Section(
        "saved_filters",
        SavedFilter,
        ("owner",),
        fields("page", "name", "query", "created_at", "updated_at"),
        is_private=True,
    ),
    Section(
        "webhooks",
        Webhook,
        ("owner",),
        fields("area.key", "title", "url", "events", "created_at", "stopped_at", "archived_at"),
        ("area",),
    ),
    Section(
        "absences",
        Absence,
        ("person", "stand_in"),
        fields("person.name", "stand_in.name", "first_on", "last_on", "note", "created_at"),
        ("person", "stand_in"),
    ),
    Section(
        "check_in_drafts",
        CheckInDraft,
        ("author",),
        fields(
            "key_result.code", "value_text", "is_no_change", "status", "confidence", "note", "blocker",
            "evidence_url", "effective_on", "send_at", "refusal", "refused_at", "created_at", "updated_at",
        ),
        ("key_result",),
        is_private=True,
    ),
    Section(
        "answers_to_needs",
        Dependency,
        ("answered_by",),
        fields("objective.code", "answer", "answer_note", "answered_at"),
        ("objective",),
    ),
    Section(
        "comments",
        Comment,
        ("author",),
        fields("code", "text", "is_question", "created_at", "edited_at", "deleted_at"),
        ("objective", "check_in__key_result"),
    ),
    Section("mentions", Mention, ("person",), fields("comment.code", "comment.created_at"), ABOUT_A_COMMENT),
    Section(
        "acknowledgements",
        Acknowledgement,
        ("person",),
        fields("check_in.key_result.code", "check_in.sequence", "made_at"),
        ("check_in__key_result",),
    ),
    Section(
        "nudges",
        Nudge,
        ("author", "person"),
        _nudge,
        ("key_result", "author", "person"),
        seen=KeyResult,
        seen_key="key_result_id",
    ),
    Section(
        "rollover_decisions",
        RolloverDecision,
        ("by",),
        fields("key_result.code", "into.key", "choice", "reason", "made_at"),
        ("key_result", "into"),
    ),
    Section(
        "follows",
        Subscription,
        ("person",),
        fields("kind", "code", "made_at"),
        ("area", "objective", "key_result"),
        is_private=True,
    ),
    Section("activity_seen", ActivityMark, ("person",), fields("seen_until"), is_private=True),
    Section("record", AuditEntry, ("actor", "about"), _entry, ("actor",)),
    Section("requests_of_programs", IdempotencyKey, ("owner",), fields("key", "status", "created_at")),
)  # fmt: skip
BY_THE_RECORD = "told by the entries of the record by this person"
# What else refers to people, or holds an address, and why it is no part of the document.
LEFT_OUT = {
    "*.history_user": BY_THE_RECORD,
    "HistoricalAbsence.person": BY_THE_RECORD,
    "HistoricalAbsence.stand_in": BY_THE_RECORD,
    "HistoricalObjective.owner": BY_THE_RECORD,
    "HistoricalObjective.reviewer": BY_THE_RECORD,
    "HistoricalKeyResult.owner": BY_THE_RECORD,
    "HistoricalKpi.owner": BY_THE_RECORD,
    "HistoricalRisk.owner": BY_THE_RECORD,
    "HistoricalRisk.reviewed_by": BY_THE_RECORD,
    "HistoricalMitigation.owner": BY_THE_RECORD,
    "HistoricalInitiative.owner": BY_THE_RECORD,
    "HistoricalDependency.answered_by": BY_THE_RECORD,
    "HistoricalComment.author": BY_THE_RECORD,
    "HistoricalWebhook.owner": BY_THE_RECORD,
    "HistoricalAcknowledgement.person": BY_THE_RECORD,
    "HistoricalNudge.author": BY_THE_RECORD,
    "HistoricalNudge.person": BY_THE_RECORD,
    "SentForm.author": "that a form was sent, by a fingerprint; what it made is told by the record",
    "HistoricalApiToken.owner": "told by the entries of the record about this person",
    "HistoricalApiToken.name": "told by the entries of the record about this person",
    "User_groups.user": "groups are not used",
    "User_user_permissions.user": "permissions of one person are not used",
    "LogEntry.user": "what an administrator saved in Django's admin; " + BY_THE_RECORD,
    "Group.name": "groups are not used",
    "Permission.name": "of the software",
    "SocialApp.name": "of the organisation",
    "Area.name": "of the organisation",
    "HistoricalArea.name": "of the organisation",
    "ObjectiveTemplate.name": "of the organisation",
    "HistoricalObjectiveTemplate.name": "of the organisation",
    "Cycle.name": "of the organisation",
    "HistoricalCycle.name": "of the organisation",
}
# Fields of exported models that hold a name or an address and are told under another heading.
IN_PROFILE = {
    "User.email",
    "User.name",
    "AccountMail.email",
    "AccountMail.from_address",
    "AuditEntry.actor_email",
    "AuditEntry.address",
    "TrustedBrowser.from_address",
}


def personal_data(person: User, *, now: datetime, is_for_themselves: bool = True) -> Row:
    """The document, in plain values: text, numbers as text, booleans, moments.

    Taken by somebody else for them, it is without what nobody else may read.
    """
    waiting = AccountMail.objects.alias(folded=Lower("email")).filter(folded=person.email.lower())
    failed = AuditEntry.objects.alias(typed=Lower("actor_email")).filter(
        typed=person.email.lower(), actor__isnull=True
    )
    document: Row = {
        "format": FORMAT,
        "made_at": now,
        "profile": fields(
            *("email", "name", "org_role", "is_active", "joined_at", "last_login", "anonymised_at"),
            *("addresses_renewed_at", *PREFERENCES),
        )(person, person),
    }
    for section in SECTIONS:
        if section.is_private and not is_for_themselves:
            continue
        document[section.name] = [section.tell(row, person) for row in section.rows(person)]
    document["mails_waiting"] = [
        {"kind": mail.kind, "created_at": mail.created_at, "from_address": mail.from_address}
        for mail in waiting.order_by("pk")
    ]
    document["failed_sign_ins"] = [
        {"made_at": entry.made_at, "kind": entry.kind, "action": entry.action, "address": entry.address}
        for entry in failed.order_by("pk")
    ]
    plain: Row = _plain(document)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return f"{value:f}" if isinstance(value, Decimal) else value
