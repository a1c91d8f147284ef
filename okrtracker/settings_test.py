"""Settings for tests: the same product, with what only costs time taken out."""

import os

os.environ.setdefault("SECRET_KEY", "a key that protects nothing but tests")
os.environ.setdefault("DATABASE_URL", "sqlite:///:memory:")

from okrtracker.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
