from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and tokens")

    def ready(self) -> None:
        # Their receivers are connected by being imported.
        from accounts import audit, audit_sign_in  # noqa: F401
        from accounts.sign_in import required, sessions  # noqa: F401
