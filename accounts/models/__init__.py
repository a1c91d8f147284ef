from accounts.models.account_mail import AccountMail, MailKind
from accounts.models.audit import AuditEntry, RecordOpening
from accounts.models.brake import Brake
from accounts.models.invitation import Invitation
from accounts.models.token import ApiToken, Scope
from accounts.models.trusted_browser import TrustedBrowser
from accounts.models.user import OrgRole, User

__all__ = [
    "AccountMail",
    "ApiToken",
    "AuditEntry",
    "Brake",
    "Invitation",
    "MailKind",
    "OrgRole",
    "RecordOpening",
    "Scope",
    "TrustedBrowser",
    "User",
]
