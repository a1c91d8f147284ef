"""Who may do what in an area. Each rule is a QuerySet of areas.models; the questions here derive from it."""

from typing import Any

from accounts.models import User
from areas.models import Area


def can_edit_plan(user: Any, area: Area) -> bool:
    return Area.objects.editable_by(user).filter(pk=area.pk).exists()


def can_contribute(user: Any, area: Area) -> bool:
    """Whether a person may check in on everything of an area, and edit its risks and mitigations."""
    return Area.objects.contributable_by(user).filter(pk=area.pk).exists()


def can_manage_cycles(user: Any) -> bool:
    """Open, close and re-open cycles, archive, see who is silent."""
    return user.is_authenticated and user.is_active and user.is_manager


def can_see_people(user: Any) -> bool:
    """Read the list of people with their roles."""
    return User.objects.listed_for(user).exists()


def can_manage_people(user: Any) -> bool:
    """Invite and deactivate people, give roles, take tokens of others back."""
    return User.objects.manageable_by(user).exists()
