"""Settings: one file; what differs between installations is an environment variable (docs/environment.md)."""

import logging
import sys
import warnings
from pathlib import Path
from urllib.parse import quote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from okrtracker import environment, logs

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

# `make run` makes this file; then the commands beside it need no environment either.
MADE_SECRET_KEY = VAR_DIR / "secret_key"
SECRET_KEY = environment.read("SECRET_KEY")
if not SECRET_KEY and MADE_SECRET_KEY.exists():
    SECRET_KEY = MADE_SECRET_KEY.read_text(encoding="utf-8").strip()
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set; write a long random text into it, or start with `make run`."
    )
DEBUG = environment.boolean("DEBUG", default=False)
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS", default="127.0.0.1,localhost")
SITE_URL = environment.site_url("SITE_URL", default="http://127.0.0.1:8000")
SECURITY_CONTACT = environment.contact("SECURITY_CONTACT")
IS_HTTPS = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "okrtracker",
    "accounts",
    "areas",
    "goals",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "simple_history",
    "template_partials",
    "tree_queries",
]

MIDDLEWARE = [
    "okrtracker.measuring.MeasuringMiddleware",
    "okrtracker.middleware.SecurityHeadersMiddleware",
    "okrtracker.middleware.ProbeMiddleware",
    "okrtracker.middleware.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "okrtracker.middleware.ApiOverHttpMiddleware",
    "okrtracker.middleware.PackingMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.sign_in.sessions.SessionAgeMiddleware",
    "okrtracker.middleware.RequestLogMiddleware",
    "accounts.middleware.OriginMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SignInRequiredMiddleware",
    "accounts.sign_in.required.SecondStepRequiredMiddleware",
    "accounts.middleware.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "goals.views.moved.MovedCodeMiddleware",
    "okrtracker.middleware.ErrorPageMiddleware",
    "okrtracker.middleware.MethodMiddleware",
    "okrtracker.middleware.NulMiddleware",
]

ROOT_URLCONF = "okrtracker.urls"
WSGI_APPLICATION = "okrtracker.wsgi.application"
ASGI_APPLICATION = "okrtracker.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "goals.views.context.navigation",
            ],
        },
    },
]

EMBEDDED_DATABASE_URL = f"sqlite:///{quote(str(VAR_DIR / 'okrtracker.sqlite3'))}"
DATABASES = {"default": environment.database("DATABASE_URL", default=EMBEDDED_DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # SQLite ignores row locks: one writer at a time from the first statement on, readers beside it (WAL).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A server that is gone is noticed, and nobody waits for a lock for ever. Options in the URL go first.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,
        "options": "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s",
    } | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": environment.cache("CACHE_URL", default="locmemcache://")}

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "goals:overview"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# One judge for every place that sets a password, and for the word shown while choosing.
AUTH_PASSWORD_VALIDATORS = [{"NAME": "accounts.passwords.Judge"}]

PASSWORD_RESET_TIMEOUT = 2 * 60 * 60
TRUSTED_PROXIES = environment.count("TRUSTED_PROXIES", default=0, most=10)

# allauth signs in; who may do what, and in which words, says accounts/sign_in.
ACCOUNT_ADAPTER = "accounts.sign_in.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
# Counted by accounts.Brake instead: exactly, also over several processes (docs/adr/0007-sign-in.md).
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
MFA_ADAPTER = "accounts.sign_in.adapters.SecondStepAdapter"
USERSESSIONS_ADAPTER = "accounts.audit_sign_in.SessionsAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.sign_in.forms.SignInForm",
    "reset_password": "accounts.sign_in.forms.PasswordLinkForm",
    "reset_password_from_key": "accounts.sign_in.forms.NewPasswordForm",
    "change_password": "accounts.sign_in.forms.ChangePasswordForm",
    "set_password": "accounts.sign_in.forms.SetPasswordForm",
    "reauthenticate": "accounts.sign_in.forms.ConfirmPasswordForm",
}
MFA_FORMS = {
    "authenticate": "accounts.sign_in.forms.SecondStepForm",
    "reauthenticate": "accounts.sign_in.forms.ConfirmCodeForm",
    "activate_totp": "accounts.sign_in.forms.AuthenticatorForm",
    "add_webauthn": "accounts.sign_in.forms.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
# Browsers sign for an HTTPS site or for localhost; for the latter fido2 has to be told.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
MFA_TOTP_ISSUER = "okrtracker"
# A telephone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_TRUST_ENABLED = True
REQUIRE_SECOND_STEP = environment.choice(
    "REQUIRE_SECOND_STEP", default="none", of=("none", "privileged", "all")
)
MFA_TRUST_COOKIE_AGE = 30 * 24 * 60 * 60
SOCIALACCOUNT_ADAPTER = "accounts.sign_in.adapters.SocialAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
# A form that leads to another site would need that site in the content security policy.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = environment.openid_connect()

# What pages and mail are written in; each under the name that its readers know it by. How to add one:
# docs/languages.md.
LANGUAGES = [
    ("en", "English (United States)"),
    ("en-gb", "English (United Kingdom)"),
    ("de", "Deutsch"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_CODE = "en"
TIME_ZONE = environment.time_zone("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Collected files get names from their content; where none were collected (embedded, development) they are
# served from where they lie.
IS_STATIC_COLLECTED = (STATIC_ROOT / "staticfiles.json").exists() or "collectstatic" in sys.argv
WHITENOISE_USE_FINDERS = not IS_STATIC_COLLECTED
WHITENOISE_ALLOW_ALL_ORIGINS = False
warnings.filterwarnings("ignore", message="No directory at", module="django.core.handlers.base")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

MAIL = environment.email("EMAIL_URL", default=f"filemail:///{quote(str(VAR_DIR / 'mail'))}")
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_FILE_PATH: str = MAIL["EMAIL_FILE_PATH"]
EMAIL_HOST = MAIL["EMAIL_HOST"]
EMAIL_PORT = MAIL["EMAIL_PORT"]
EMAIL_HOST_USER = MAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.mail_address(
    "DEFAULT_FROM_EMAIL", default="okrtracker <okrtracker@localhost>"
)
REMINDERS_ENABLED = environment.boolean("REMINDERS_ENABLED", default=True)
# Networks inside of which webhooks may lead, over HTTP too; others have to be public (docs/environment.md).
WEBHOOK_ALLOWED_NETWORKS = environment.networks("WEBHOOK_ALLOWED_NETWORKS")
# Where the processes of one machine count together what /metrics tells; each by itself without it.
METRICS_DIR = environment.folder("METRICS_DIR")
# How long the record of changes reaches back; 0 keeps it for ever.
AUDIT_RETENTION_DAYS = environment.whole_number("AUDIT_RETENTION_DAYS", default=0)

CELERY_BROKER_URL = environment.broker_url("CELERY_BROKER_URL", default="filesystem://localhost")
CELERY_BROKER_CONNECTION_TIMEOUT = 4
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "broker" / "messages"),
        "data_folder_out": str(VAR_DIR / "broker" / "messages"),
        "processed_folder": str(VAR_DIR / "broker" / "taken"),
        "control_folder": str(VAR_DIR / "broker" / "bindings"),
        "polling_interval": 0.5,
    }
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 4, "socket_timeout": 10}
CELERY_TIMEZONE = TIME_ZONE
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
# A task may run twice, never not at all: every task claims what it works on.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SOFT_TIME_LIMIT = 4 * 60
CELERY_TASK_TIME_LIMIT = 5 * 60
CELERY_WORKER_CONCURRENCY = 4
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
# With this prefix no other host of the same domain can set them.
COOKIE_PREFIX = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
MFA_TRUST_COOKIE_NAME = f"{COOKIE_PREFIX}trusted"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_IDLE_SECONDS = 60 * 60 * environment.count("SESSION_IDLE_HOURS", default=24, least=1, most=8760)
SESSION_COOKIE_AGE = 60 * 60 * environment.count("SESSION_MAX_HOURS", default=336, least=1, most=8760)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = IS_HTTPS
# Programs are refused instead: ApiOverHttpMiddleware.
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^metrics$"]
# Not to the host or port that the request named.
SECURE_SSL_HOST = urlsplit(SITE_URL).netloc
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
# Subdomains and the browsers' preload list belong to whoever owns the whole domain: said, or left alone.
SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.boolean("HSTS_SUBDOMAINS", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "okrtracker.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024


DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
LOGGING = logs.configuration(as_text=DEBUG or logs.goes_to_a_terminal())

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["accounts.api.json.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.json.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "accounts.api.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttling.PerMinute"],
    "DEFAULT_THROTTLE_RATES": {"minute": 6000},
    "DEFAULT_SCHEMA_CLASS": "accounts.api.schema.Schema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "accounts.api.problems.answer",
    # The renderer writes dates and moments; a parameter called `format` is as unknown as any other.
    "DATE_FORMAT": None,
    "DATETIME_FORMAT": None,
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["accounts.api.json.JSONRenderer"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "okrtracker",
    "VERSION": "1",
    "DESCRIPTION": "Goals, key results and check-ins, for programs. Guide with examples: docs/api.md.",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["accounts.api.permissions.HasScope"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "CardKind": "goals.models.Card.Kind",
        "CycleState": "goals.models.Cycle.State",
        "DependencyState": "goals.models.Dependency.State",
        "KeyResultKind": "goals.models.KeyResult.Kind",
        "KeyResultVisibility": "goals.models.KeyResult.Visibility",
        "KpiSource": "goals.models.KpiEntry.Source",
        "KpiStanding": "goals.figures.kpis.STANDINGS",
        "KpiVisibility": "goals.models.Kpi.Visibility",
        "Level": "goals.models.Level",
        "ObjectiveKind": "goals.models.Objective.Kind",
        "Pace": "goals.sentences.PACE_WORDS",
        "RiskKind": "goals.models.Risk.Kind",
        "RiskState": "goals.models.Risk.State",
        "RoadmapState": "goals.models.Roadmap.State",
        # As they were called before a KPI had such fields, too.
        "SourceEnum": "goals.models.CheckIn.Source",
        "StandingEnum": "goals.models.dependency.Standing",
        "Status": "goals.models.CheckIn.Status",
        "StepState": "goals.models.step.StepState",
        "Visibility": "goals.models.Visibility",
    },
    "SORT_OPERATION_PARAMETERS": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.api.schema.share_problems",
        "accounts.api.schema.refuse_unknown_fields",
    ],
}

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
