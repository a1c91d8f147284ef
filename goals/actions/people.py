"""People: added, invited, given roles. Every change of who may do what waits in one queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.languages import kind_of
from accounts.models import AuditEntry, Invitation, User
from areas.models import Area, Membership, Role
from goals.actions.refusals import Invalid, Refused, WrongState
from goals.actions.rows import refuse_unstorable, save_row
from goals.models import OutboxMail
from goals.reminders.invitations import owe_invitation

# A second press of the button within this time sends no second mail.
AGAIN_AFTER = timedelta(minutes=1)


class NotAllowed(Refused):
    """Whoever asked has lost the right in the meantime, or must not do this to themselves."""

    code = "not_allowed"


class LastAdministrator(Refused):
    """Without an administrator nobody could let anybody in."""

    code = "last_administrator"

    def __init__(self, name: str):
        super().__init__(
            _("%(name)s is the last administrator. Make somebody else one first.") % {"name": name}
        )


@dataclass(frozen=True)
class Added:
    """What became of one address: somebody who was invited, or who is here already."""

    person: User
    is_invited: bool
    sentence: str


def lock_administrators(by: Any) -> list[User]:
    """The active administrators, held until the transaction ends; `by` is one of them. Raises NotAllowed.

    The queue of everything here: two changes of who may do what never pass each other, so the last
    administrator is seen to be the last. Rows of other people are locked after these.
    """
    held = list(User.objects.administrators().select_for_update(no_key=True).order_by("pk"))
    if by not in held:
        raise NotAllowed(_("You are no administrator any more."))
    return held


def lock_person(person: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def refuse_last(person: User, administrators: list[User]) -> None:
    if administrators == [person]:
        raise LastAdministrator(person.name)


@transaction.atomic
def add_person(
    email: str, *, name: str, by: Any, now: datetime, area: Area | None = None, role: str = ""
) -> Added:
    """Invites somebody new, or gives somebody who is here the role.

    Raises Invalid, WrongState, NotAllowed.
    """
    wanted = User(email=email, name=name, is_active=False)
    refuse_unstorable(wanted)
    _judge_address(email)
    lock_administrators(by)
    person = User.objects.filter(pk__in=_with_address(email)).select_for_update(no_key=True).first()
    is_new = person is None
    if person is None:
        person = _create(wanted, by=by, now=now)
    open_one = person.invitations.open().first()
    if not person.is_active and not is_new and open_one is None:
        raise WrongState(
            _("%(name)s is deactivated; reactivate them on their page first.") % {"name": person.name}
        )
    given = _give_role(person, area, role, by=by, now=now) if area else ""
    if is_new or (open_one is not None and open_one.is_expired_at(now)):
        _invite(person, by=by, now=now)
        return Added(person, True, given)
    here = _("Invited already.") if open_one else _("Here already.")
    return Added(person, False, f"{here} {given}".strip())


@transaction.atomic
def invite_again(person: User, *, by: Any, now: datetime) -> Invitation:
    """A fresh link for somebody who is not active: the older one ends. Also how somebody who left comes back.

    Raises WrongState, NotAllowed.
    """
    lock_administrators(by)
    person = lock_person(person)
    if person.anonymised_at:
        raise WrongState(
            _("%(name)s was anonymised; nobody can be invited in their place.") % {"name": person.name}
        )
    if person.is_active:
        raise WrongState(_("%(name)s signs in already and needs no invitation.") % {"name": person.name})
    last = person.invitations.open().first()
    if last and now - last.created_at < AGAIN_AFTER:
        raise WrongState(_("An invitation went out less than a minute ago."))
    return _invite(person, by=by, now=now)


@transaction.atomic
def revoke_invitation(person: User, *, by: Any, now: datetime) -> None:
    """Ends the open invitation; its mail is not sent if it still waits. Raises WrongState, NotAllowed."""
    lock_administrators(by)
    person = lock_person(person)
    if not end_invitations(person, by=by, now=now):
        raise WrongState(_("%(name)s has no open invitation.") % {"name": person.name})


@transaction.atomic
def give_role(person: User, area: Area, role: str, *, by: Any, now: datetime) -> bool:
    """Whether the role in this area changed. Raises Invalid, NotAllowed."""
    lock_administrators(by)
    membership = Membership.objects.filter(user=person, area=area).first()
    if membership is not None and membership.role == role:
        return False
    membership = membership or Membership(user=person, area=area)
    membership.role = role
    save_row(membership, by=by, now=now)
    return True


@transaction.atomic
def take_role(person: User, area: Area, *, by: Any, now: datetime) -> None:
    """Ends a role in an area; its history stays. Raises WrongState, NotAllowed."""
    lock_administrators(by)
    membership: Any = Membership.objects.filter(user=person, area=area).first()
    if membership is None:
        names = {"name": person.name, "area": area.name}
        raise WrongState(_("%(name)s has no role of their own in %(area)s.") % names)
    membership._history_user = by
    membership._history_date = now
    membership.delete()


@transaction.atomic
def change_org_role(person: User, org_role: str, *, by: Any, now: datetime) -> bool:
    """Whether the role in the organisation changed. Raises LastAdministrator, NotAllowed."""
    administrators = lock_administrators(by)
    person = lock_person(person)
    if person.org_role == org_role:
        return False
    refuse_last(person, administrators)
    person.org_role = org_role
    save_person(person, ["org_role"], by=by, now=now)
    return True


def note_export(person: User, *, by: Any, now: datetime) -> None:
    """Somebody else took what is held about a person."""
    kind = kind_of(person)
    record(AuditEntry.Action.EXPORTED, actor=by, kind=kind, subject=person.name, of=person, made_at=now)


def save_person(person: Any, fields: list[str], *, by: Any, now: datetime, reason: str = "") -> None:
    """Saves these fields; the history, and the record after it, name who, when and why."""
    person._history_user = by
    person._history_date = now
    person._change_reason = reason or None
    person.save(update_fields=fields)


def end_invitations(person: User, *, by: Any, now: datetime) -> int:
    """How many open invitations ended; mails about them that wait are not sent."""
    skip_mails(person, kind=OutboxMail.Kind.INVITATION)
    ended = list(person.invitations.open())
    for invitation in ended:
        invitation.revoked_at = now
        invitation.save(update_fields=["revoked_at"])
        _record(AuditEntry.Action.REVOKED, invitation, by=by, now=now)
    return len(ended)


def skip_mails(person: User, **narrower: Any) -> None:
    """A sender at work on one of them finds its lease gone, and notes nothing."""
    waiting = OutboxMail.objects.filter(user=person, state=OutboxMail.State.PENDING, **narrower)
    waiting.update(state=OutboxMail.State.SKIPPED, lease_token=None, leased_until=None)


def _record(action: str, invitation: Invitation, *, by: Any, now: datetime) -> None:
    """Invitations have no history: each is a row of its own."""
    person = invitation.user
    kind = kind_of(invitation)
    record(action, actor=by, kind=kind, subject=person.name, of=invitation, about=person.pk, made_at=now)


def _with_address(email: str) -> list[int]:
    try:
        return [User.objects.get_by_natural_key(email).pk]
    except User.DoesNotExist:
        return []


def _judge_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(_("This is not an e-mail address."), field="email") from error


def _create(wanted: User, *, by: Any, now: datetime) -> User:
    person: Any = User(email=User.objects.normalize_email(wanted.email), name=wanted.name, is_active=False)
    # Their first mail comes before they could choose: in the language of whoever invites them.
    person.language = by.language
    person.set_unusable_password()
    person._history_user, person._history_date = by, now
    try:
        person.full_clean(exclude=["password"])
        person.save()
    except ValidationError as error:
        raise Invalid.from_validation(error) from error
    return person


def _give_role(person: User, area: Area, role: str, *, by: Any, now: datetime) -> str:
    """Gives a role where the person has none; says what was there. Raises WrongState for a different one."""
    membership = Membership.objects.filter(user=person, area=area).first()
    if membership is None:
        save_row(Membership(user=person, area=area, role=role), by=by, now=now)
        return _("%(role)s in %(area)s now.") % {"role": Role(role).label.capitalize(), "area": area.name}
    names = {"name": person.name, "role": membership.get_role_display(), "area": area.name}
    if membership.role != role:
        raise WrongState(_("%(name)s is %(role)s in %(area)s already; change that on their page.") % names)
    return _("%(role)s in %(area)s before.") % (names | {"role": Role(role).label.capitalize()})


def _invite(person: User, *, by: Any, now: datetime) -> Invitation:
    end_invitations(person, by=by, now=now)
    invitation = Invitation.issue(person, by=by, now=now)
    owe_invitation(invitation, now=now)
    _record(AuditEntry.Action.INVITED, invitation, by=by, now=now)
    return invitation
