"""All settings, for every machine: what differs between machines comes from the environment.

Reading this file starts nothing and writes nothing. The variables are explained in
`.env.example` and in `docs/running.md`.
"""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.contrib.messages import constants as message_levels
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from database.names import APP_ROLE, BACKUP_ROLE, ROLE
from database.server import EmbeddedPostgres

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
SAMAKI_HOME = Path(env.path("SAMAKI_HOME", default=str(BASE_DIR / ".samaki"))())


def secret_key() -> str:
    """The key from the environment, or the one that `bin/start` made for this installation."""
    if key := env.str("SECRET_KEY", default=""):
        return str(key)
    kept = SAMAKI_HOME / "secret-key"
    if kept.exists():
        return kept.read_text(encoding="ascii").strip()
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it in the environment or in .env, or run bin/start, "
        f"which makes one and keeps it in {kept}."
    )


SECRET_KEY = secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# --- Where it is served ---------------------------------------------------------------------

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Printed in QR codes, so it must be the address by which a phone reaches this server.
SAMAKI_BASE_URL: str = env.str("SAMAKI_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
# One laptop on its own loopback address has no certificate; everyone else has HTTPS.
INSECURE_HTTP = env.bool("SAMAKI_INSECURE_HTTP", default=DEBUG)
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", default=0)


def holds_real_data() -> bool:
    """Whether bin/start made this installation for records, and not for the demonstration."""
    kind = SAMAKI_HOME / "kind"
    return kind.exists() and kind.read_text(encoding="ascii").strip() == "no-demo"


# The catalogue of components is for those who change the pages; it is not served where people
# work: behind HTTPS, or with records of their own on a laptop.
STYLEGUIDE = env.bool(
    "SAMAKI_STYLEGUIDE", default=DEBUG or (INSECURE_HTTP and not holds_real_data())
)

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

# --- What it is made of ---------------------------------------------------------------------

INSTALLED_APPS = [
    "demo",
    "reports",
    "cascades",
    "trainings",
    "savings_groups",
    "registry",
    "core",
    "paper",
    "config.admin.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "import_export",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "template_partials",
]

MIDDLEWARE = [
    "core.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # A sheet of 30 people is 60 KB of HTML and 6 KB compressed. Django pads the answer by a
    # random length and masks the CSRF token, against guessing secrets from its size.
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.StorableCookiesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "core.middleware.StorableTextMiddleware",
    "core.middleware.UserLanguageMiddleware",
    "core.uploads.LargestRequestMiddleware",
    "core.middleware.PrivatePagesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "registry.accounts.middleware.SessionsThatSleepMiddleware",
    "registry.accounts.middleware.DutiesMiddleware",
    "registry.accounts.middleware.GuessingMiddleware",
    "core.middleware.ShareOfThreadsMiddleware",
    "core.middleware.FilesUnderWayMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "builtins": ["config.ui"],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "core.template_loader.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- The database ---------------------------------------------------------------------------

DATABASES = {
    "default": env.db("DATABASE_URL")
    if env.str("DATABASE_URL", default="")
    # A role that owns no table, but for `migrate`; docs/running.md says why.
    else EmbeddedPostgres(SAMAKI_HOME).settings(
        role=ROLE if env.bool("SAMAKI_AS_OWNER", default=False) else APP_ROLE
    )
}
# Reads everything and writes nothing of the site's; used by the worker for backups alone, and no
# database of Django's. None on a server where nobody made such a role: no backup is made there.
BACKUP_LOGIN: dict[str, Any] | None = EmbeddedPostgres(SAMAKI_HOME).settings(role=BACKUP_ROLE)
if env.str("DATABASE_URL", default=""):
    _has_role = env.str("BACKUP_DATABASE_URL", default="")
    BACKUP_LOGIN = env.db("BACKUP_DATABASE_URL") if _has_role else None
DATABASES["default"] |= {
    # A kept connection is checked before use, so a restart of the server is not noticed.
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,  # Actions open their own transactions; see docs/concepts.md.
}
# The web server sets it (config/web.py): no page waits longer for one statement.
if seconds := env.int("SAMAKI_STATEMENT_SECONDS", default=0):
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c statement_timeout={seconds}s".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# In the database, because it is the one memory that all processes share. Limits of the sign-in
# library are kept here; counts of wrong passwords and codes have a table of their own.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "samaki_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# History rows are written by triggers; nobody changes them afterwards.
PGHISTORY_APPEND_ONLY = True
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# --- Signing in -----------------------------------------------------------------------------

AUTH_USER_MODEL = "registry.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "registry.accounts.passwords.GuessablePasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "registry.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
# Whoever has no account gets no letter: anybody could have it sent to anybody.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Samaki: "
ACCOUNT_FORMS = {
    "change_password": "registry.forms.accounts.ChangePasswordForm",
    "reset_password": "registry.forms.accounts.ResetPasswordForm",
}
# Signing in does not count as having shown just now who one is: on a shared phone the next
# person may have it a minute later.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * 5
# Wrong passwords and codes are counted by registry.accounts.guessing, and by nothing else. What
# is left here is for the sake of the server and of other people's mailboxes; an office of a
# hundred people behind one address stays far below.
ACCOUNT_RATE_LIMITS = {
    "login_failed": None,
    "reauthenticate": None,
    "change_password": None,
    "login": "300/m/ip",
    "reset_password": "100/5m/ip,5/5m/key",
    "reset_password_from_key": "100/5m/ip",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Samaki"
# An address that nobody has verified counts for nothing here, so it stands in nobody's way. Else an
# account with a second factor could never have another address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "registry.forms.accounts.SignInCodeForm",
    "reauthenticate": "registry.forms.accounts.AgainCodeForm",
    "activate_totp": "registry.forms.accounts.FirstCodeForm",
}
# The roles, as in roles.toml, that sign in with a second factor.
SECOND_FACTOR_ROLES = env.list("SECOND_FACTOR_ROLES", default=["administrator"])

# How long things last; docs/running.md has them all in one table.
SESSION_IDLE_MINUTES: int = env.int("SESSION_IDLE_MINUTES", default=30)
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1 / 24
KNOWN_BROWSER_COOKIE_AGE = 60 * 60 * 24 * 365
KNOWN_BROWSER_COOKIE_NAME = (
    "samaki-known-browser" if INSECURE_HTTP else "__Host-samaki-known-browser"
)

# --- Browser security -----------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # The QR code for a second factor arrives as a data: image.
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Since it was last used. Long before that it falls asleep and asks for the password.
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not INSECURE_HTTP
SESSION_COOKIE_NAME = "samaki-session" if INSECURE_HTTP else "__Host-samaki-session"
CSRF_COOKIE_NAME = "samaki-csrf" if INSECURE_HTTP else "__Host-samaki-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "core.views.errors.csrf_failure"
SECURE_SSL_REDIRECT = not INSECURE_HTTP
SECURE_REDIRECT_EXEMPT = [r"^live$", r"^ready$"]
SECURE_HSTS_SECONDS = 0 if INSECURE_HTTP else 60 * 60 * 24 * 365
SECURE_HSTS_INCLUDE_SUBDOMAINS = not INSECURE_HTTP
SECURE_HSTS_PRELOAD = not INSECURE_HTTP
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Messages look like the notes of our pages.
MESSAGE_TAGS = {
    message_levels.SUCCESS: "good",
    message_levels.WARNING: "care",
    message_levels.ERROR: "bad",
}

# --- Languages and time ---------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("km", _("Khmer"))]
# Ours, and what Django and other packages say to our users and do not say in Khmer.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "libraries"]
LANGUAGE_COOKIE_NAME = "samaki-language"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Phnom_Penh"
USE_THOUSAND_SEPARATOR = True
# Django's own Khmer formats read 03/04 as 4 March.
FORMAT_MODULE_PATH = ["config.formats"]

# --- Files ----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = SAMAKI_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Evidence is private: it is served by a view that asks who is looking, never by the web server.
MEDIA_ROOT = SAMAKI_HOME / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
# Of one account in a process, which has four threads (config/web.py).
MOST_REQUESTS_AT_ONCE = 2
# Of a whole request with its files; the proxy of docs/running.md has the same limit.
LARGEST_REQUEST = 20 * 1024 * 1024
# Of all fields together, without files: ten times the longest sheet that was ever entered.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# An attendance sheet of 500 people sends two fields a person, an entry sheet ten.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# --- Backups --------------------------------------------------------------------------------

# A folder on another disk, which gets a copy of every backup.
_copies = env.str("BACKUP_COPIES", default="")
BACKUP_COPIES: Path | None = Path(_copies) if _copies else None
# A folder on another disk, to which bin/start has the changes of the embedded database written.
_changes = "" if env.str("DATABASE_URL", default="") else env.str("CHANGES_FOLDER", default="")
CHANGES_FOLDER: Path | None = Path(_changes) if _changes else None

# --- Jobs -----------------------------------------------------------------------------------

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = [
    "core.tasks",
    "registry.hooks.tasks",
    "cascades.hooks.tasks",
    "demo.loading",
    "reports.hooks.tasks",
]

# --- Spreadsheets ---------------------------------------------------------------------------

IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "add"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"

# --- Messages to people and to the log ------------------------------------------------------

vars().update(env.email("EMAIL_URL", default="consolemail://"))
# A mail server that does not answer holds up the job worker no longer.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="samaki@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "core.request_log.WithoutValues",
            "fmt": "{asctime} {levelname} {name} [{request_id}] {message}",
            "style": "{",
        },
    },
    "filters": {
        "request_id": {"()": "core.request_log.WithRequestId"},
        "only_faults": {"()": "core.request_log.OnlyFaults"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id"],
        },
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "samaki": {"level": "INFO"},
        # Their lines for 404 and the like hold the path as somebody typed it.
        "django.request": {"filters": ["only_faults"]},
        "django.security.csrf": {"filters": ["only_faults"]},
        "django.security.DisallowedHost": {"filters": ["only_faults"]},
    },
}
# Form values are people's names: they stay out of error reports.
DEFAULT_EXCEPTION_REPORTER_FILTER = "core.errors.NoFormValues"
