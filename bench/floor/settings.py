"""The product's settings, with the floor's addresses and nothing around them."""

from okrtracker.settings import *  # noqa: F403

ROOT_URLCONF = "bench.floor.urls"
MIDDLEWARE: list[str] = []
# The floor knows tables, and no models.
INSTALLED_APPS: list[str] = []
