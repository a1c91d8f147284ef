from accounts.models.audit import AuditEntry
from accounts.models.token import ApiToken, Scope
from accounts.models.user import OrgRole, User

__all__ = ["ApiToken", "AuditEntry", "OrgRole", "Scope", "User"]
