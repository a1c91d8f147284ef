"""Anonymising: a person who left becomes a pseudonym, for good; what they did stays as it is.

docs/adr/0006 says what is rewritten, and what is not: words that others wrote.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.api.json import dumps
from accounts.audit import record
from accounts.languages import kind_of
from accounts.models import AccountMail, ApiToken, AuditEntry, RecordOpening, TrustedBrowser, User
from accounts.models.audit import opened
from goals.actions.dashboards import delete_dashboards_of
from goals.actions.leaving import holdings, taken_over_from
from goals.actions.people import lock_administrators, lock_person, skip_mails
from goals.actions.refusals import Invalid, ReasonNeeded, WrongState
from goals.actions.saved_filters import delete_filters_of
from goals.models import (
    Absence,
    ActivityMark,
    CheckInDraft,
    IdempotencyKey,
    OutboxMail,
    Subscription,
    WebhookDelivery,
)

DOMAIN = "anonymised.invalid"  # RFC 2606: no mail ever goes there
NEUTRAL = {
    "time_zone": "UTC",
    "language": "en",
    "reminders_enabled": False,
    "reminder_weekday": 0,
    "reminder_hour": 9,
    "mention_mails_enabled": False,
    "digest_enabled": False,
    "escalation_mails_enabled": False,
    "nudge_mails_enabled": False,
    "cycle_mails_enabled": False,
    "reminder_rhythm": "weekly",
    "reminders_snoozed_until": None,
}
# What entries about a person hold of them, field by field; the other fields are no secret.
PREFERENCES = (*NEUTRAL, "ip")
CHUNK = 500


class Mask:
    """Puts the pseudonym where a name or an address of the person stood."""

    def __init__(self, names: Iterable[str], addresses: Iterable[str], *, name: str, address: str) -> None:
        self.names = sorted(filter(None, names), key=len, reverse=True)
        self.addresses = sorted(addresses, key=len, reverse=True)
        self.name, self.address = name, address

    def text(self, text: str) -> str:
        """Whole words only: Al does not stand in Also."""
        for old in self.addresses:
            text = re.sub(re.escape(old), lambda _match: self.address, text, flags=re.IGNORECASE)
        for old in self.names:
            text = re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _match: self.name, text)
        return text

    def answer(self, json: str) -> str:
        """A kept answer of the API: values that are the person's address or name, and no other words."""
        for olds, new in ((self.addresses, self.address), (self.names, self.name)):
            for old in olds:
                json = json.replace(dumps(old).decode(), dumps(new).decode())
        return json

    @property
    def takeovers(self) -> dict[str, str]:
        """The sentence that handing over writes, old and new."""
        return {taken_over_from(old): taken_over_from(self.name) for old in self.names}


@transaction.atomic
def anonymise_person(person: User, *, by: Any, now: datetime, address: str, reason: str) -> User:
    """Replaces who they were by a pseudonym, in every table; `address` is theirs, typed to confirm.

    Raises NotAllowed, WrongState (active, invited, or with something left to hand over), ReasonNeeded,
    Invalid.
    """
    lock_administrators(by)
    person = lock_person(person)
    _refuse_early(person)
    mask = _mask_of(person)
    if address.strip().casefold() != person.email.casefold():
        raise Invalid(_("This is not the address of %(name)s.") % {"name": person.name}, field="address")
    if not reason.strip():
        raise ReasonNeeded(_("Say why they are anonymised; the record keeps it."))
    if mask.text(reason) != reason:
        raise Invalid(_("The record keeps the reason: leave their name and address out."), field="reason")
    _end_ways_in(person, mask)
    _rewrite_row_and_history(person, mask, now=now)
    _rewrite_answers_and_logs(person, mask)
    with opened(RecordOpening.Why.ANONYMISING):
        for rows in _chunks(_entries(person, mask)):
            AuditEntry.objects.rewrite([_masked(entry, person, mask) for entry in rows])
    person.refresh_from_db()
    record(
        AuditEntry.Action.ANONYMISED,
        actor=by,
        kind=kind_of(person),
        subject=person.name,
        of=person,
        reason=reason,
        made_at=now,
    )
    return person


def refusal(person: User) -> str:
    """Why a person cannot be anonymised now; empty when nothing stands against it."""
    name = {"name": person.name}
    if person.anonymised_at:
        return _("%(name)s was anonymised already.") % name
    if person.is_active:
        return _("%(name)s is active; deactivate them first.") % name
    if person.invitations.open().exists():
        return _("%(name)s has an open invitation; revoke it first.") % name
    if holdings(person):
        return _("%(name)s still answers for something; hand it over first.") % name
    return ""


def _refuse_early(person: User) -> None:
    if sentence := refusal(person):
        raise WrongState(sentence)


def _mask_of(person: User) -> Mask:
    """Every name and address they ever had here, and a pseudonym that tells nothing about them."""
    history = User.history.filter(id=person.pk)
    names = {person.name, *history.values_list("name", flat=True)}
    addresses = {person.email, *history.values_list("email", flat=True)}
    digits = 4
    while True:
        code = secrets.token_hex(digits)[:digits].upper()
        address = f"former-member-{code.lower()}@{DOMAIN}"
        if not User.objects.filter(email=address).exists():
            return Mask(names, addresses, name=f"Former member {code}", address=address)
        digits += 1


def _end_ways_in(person: User, mask: Mask) -> None:
    """They left before, so little is here. What waits to be sent to them never will be."""
    for session in UserSession.objects.filter(user=person):
        session.end()
    for model in (Authenticator, EmailAddress, SocialAccount, TrustedBrowser):
        model.objects.filter(user=person).delete()
    AccountMail.objects.alias(folded=Lower("email")).filter(folded__in=_folded(mask)).delete()
    skip_mails(person)
    CheckInDraft.objects.of(person).delete()
    delete_dashboards_of(person)
    delete_filters_of(person)
    Subscription.objects.of(person).delete()
    ActivityMark.objects.filter(person=person).delete()
    Absence.objects.filter(person=person).update(note="")
    for mail in OutboxMail.objects.filter(user=person).exclude(last_error=""):
        OutboxMail.objects.filter(pk=mail.pk).update(last_error=mask.text(mail.last_error))


def _rewrite_row_and_history(person: User, mask: Mask, *, now: datetime) -> None:
    """`update` on purpose: a row of history about this would be one more, and hold the old beside the new."""
    who = {"name": mask.name, "email": mask.address, **NEUTRAL}
    User.history.filter(id=person.pk).update(**who)
    User.objects.filter(pk=person.pk).update(
        **who, last_login=None, password=make_password(None), anonymised_at=now
    )
    ApiToken.objects.filter(owner=person).update(name="")
    ApiToken.history.filter(owner=person).update(name="")
    for name in mask.names:
        # Of people whose things went to them; handing over alone writes a reason here.
        for row in User.history.filter(history_change_reason__contains=name):
            reason = mask.text(row.history_change_reason)
            User.history.filter(pk=row.pk).update(history_change_reason=reason)
    for model in apps.get_models():
        if hasattr(model, "history_change_reason"):
            for old, new in mask.takeovers.items():
                model._default_manager.filter(history_change_reason=old).update(history_change_reason=new)


def _rewrite_answers_and_logs(person: User, mask: Mask) -> None:
    """What programs were answered, and what Django's admin noted."""
    IdempotencyKey.objects.filter(owner=person).delete()
    for old in (*mask.addresses, *mask.names):
        for kept in IdempotencyKey.objects.filter(answer__contains=dumps(old).decode()):
            IdempotencyKey.objects.filter(pk=kept.pk).update(answer=mask.answer(kept.answer))
        for sent in WebhookDelivery.objects.filter(Q(body__contains=old) | Q(answer__contains=old)):
            WebhookDelivery.objects.filter(pk=sent.pk).update(
                body=mask.answer(sent.body), answer=mask.text(sent.answer)
            )
        for line in LogEntry.objects.filter(Q(object_repr__icontains=old) | Q(change_message__icontains=old)):
            LogEntry.objects.filter(pk=line.pk).update(
                object_repr=mask.text(line.object_repr)[:200], change_message=mask.text(line.change_message)
            )


def _entries(person: User, mask: Mask) -> QuerySet[AuditEntry]:
    told = Q(about=person) | Q(actor=person) | Q(typed__in=_folded(mask)) | Q(reason__in=mask.takeovers)
    heir = Q(pk__in=[])
    for name in mask.names:
        heir |= Q(action=AuditEntry.Action.DEACTIVATED, reason__contains=name)
    return AuditEntry.objects.alias(typed=Lower("actor_email")).filter(told | heir).order_by("pk")


def _masked(entry: AuditEntry, person: User, mask: Mask) -> AuditEntry:
    """The entry without the person. Who, when and what was done stay, which the database sees to."""
    is_theirs = entry.actor_id == person.pk or entry.actor_email.casefold() in _folded(mask)
    if is_theirs:
        entry.actor_email, entry.address = mask.address, None
    if entry.about_id == person.pk or (is_theirs and entry.kind == "sign-in"):
        entry.subject = mask.text(entry.subject)
        entry.changes = {name: _masked_pair(name, pair, mask) for name, pair in entry.changes.items()}
        # The reason of an administrator is a word of others.
    if entry.action == AuditEntry.Action.DEACTIVATED:
        entry.reason = mask.text(entry.reason)
    entry.reason = mask.takeovers.get(entry.reason, entry.reason)
    return entry


def _masked_pair(name: str, pair: list[str | None], mask: Mask) -> list[str | None]:
    """Tokens and passkeys have names too, which people chose: gone, where they are not the person's."""
    if name in PREFERENCES:
        return [None, None]
    if name not in ("name", "email"):
        return pair
    known = {*mask.names, *mask.addresses}
    return [mask.text(value) if value in known else None for value in pair]


def _folded(mask: Mask) -> list[str]:
    return [address.casefold() for address in mask.addresses]


def _chunks(rows: QuerySet[AuditEntry]) -> Iterator[list[AuditEntry]]:
    """By the keys found first: what is rewritten no longer fits the question."""
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        yield list(AuditEntry.objects.filter(pk__in=keys[start : start + CHUNK]))
