from accounts.models.account_mail import AccountMail, MailKind
from accounts.models.brake import Brake
from accounts.models.token import ApiToken, Scope
from accounts.models.user import OrgRole, User

__all__ = ["AccountMail", "ApiToken", "Brake", "MailKind", "OrgRole", "Scope", "User"]
