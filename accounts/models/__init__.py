from accounts.models.audit import AuditEntry
from accounts.models.invitation import Invitation
from accounts.models.person_event import PersonEvent
from accounts.models.token import ApiToken, Scope
from accounts.models.user import OrgRole, User

__all__ = ["ApiToken", "AuditEntry", "Invitation", "OrgRole", "PersonEvent", "Scope", "User"]
