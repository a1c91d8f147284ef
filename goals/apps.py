from django.apps import AppConfig
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from goals import notation


class GoalsConfig(AppConfig):
    name = "goals"
    verbose_name = _("Objectives and key results")

    def ready(self) -> None:
        from goals.actions import changes  # noqa: F401 - listens for what is written

        notation.follow(get_language)
