"""What clients of goals.tests.races.client do to people."""

import datetime as dt
from typing import Any

from accounts.invitations import InvitationSpent, accept_invitation
from accounts.models import Invitation, User
from goals.actions import leaving
from goals.actions import people as actions

NOW = dt.datetime(2024, 10, 14, 10, 0, tzinfo=dt.UTC)


def demote(answer: Any, *, person: int, by: int) -> None:
    somebody, actor = User.objects.get(pk=person), User.objects.get(pk=by)
    answer.note(lambda: actions.change_org_role(somebody, "", by=actor, now=NOW))


def invite(answer: Any, *, emails: list[str], by: int) -> None:
    actor = User.objects.get(pk=by)
    for email in emails:
        answer.note(
            lambda email=email: actions.add_person(email, name="Nia", by=actor, now=NOW).is_invited,
        )


def accept(answer: Any, *, invitation: int, name: str) -> None:
    found = Invitation.objects.get(pk=invitation)
    try:
        answer.kept.append(accept_invitation(found, name=name, password=name, now=NOW).name)
    except InvitationSpent:
        answer.refused.append("spent")


def deactivate(answer: Any, *, person: int, by: int, successor: int) -> None:
    somebody, actor, heir = (User.objects.get(pk=pk) for pk in (person, by, successor))
    answer.note(lambda: leaving.deactivate_person(somebody, by=actor, now=NOW, successors={}, successor=heir))


WORK = {work.__name__: work for work in (demote, invite, accept, deactivate)}


def take_the_locks_out() -> None:
    actions.lock_administrators = lambda by: list(User.objects.administrators())
    actions.lock_person = lambda person: User.objects.get(pk=person.pk)
