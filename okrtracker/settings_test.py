"""Settings for tests: the same product, with what only costs time taken out."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "a key that protects nothing but tests")

from okrtracker.settings import *  # noqa: F403

# One for each process: several runs can share a machine. A file: threads and other processes use it too.
TEST_DATABASE = f"test_okrtracker_{os.getpid()}"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    TEST_DATABASE = str(Path(tempfile.gettempdir()) / f"{TEST_DATABASE}.sqlite3")
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"  # noqa: F405
else:
    # Nothing here has to outlive a failure of the machine; Django keeps the commits themselves.
    options = DATABASES["default"].setdefault("OPTIONS", {})  # noqa: F405
    options["options"] = f"{options.get('options', '')} -c synchronous_commit=off".strip()
DATABASES["default"]["TEST"] = {"NAME": TEST_DATABASE}  # noqa: F405

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# pytest keeps what is logged and shows it beside a failure.
LOGGING["handlers"]["standard error"] = {"class": "logging.NullHandler"}  # noqa: F405
