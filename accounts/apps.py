from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and tokens")

    def ready(self) -> None:
        # Listens from here on; what is not imported records nothing.
        from accounts import audit  # noqa: F401
