from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and tokens")

    def ready(self) -> None:
        from accounts.sign_in import sessions  # noqa: F401 - its receivers are connected by being imported
