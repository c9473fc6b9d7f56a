"""Settings: everything that differs between machines comes from the environment or `.env`; see docs/deploying.md."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Any

import bootstrap_wrapper
import django.forms
from csp.constants import NONE, SELF

from vmssbuilder.configuration import Environment

BASE_DIR = Path(__file__).resolve().parent.parent

_named = os.environ.get("VMSSBUILDER_ENV_FILE", "")
env = Environment(Path(_named or BASE_DIR / ".env"), named=bool(_named))

DEBUG = env.flag("DJANGO_DEBUG", default=False)
# Without one the product does not start; what runs all the same must not sign with a key that anybody could know.
SECRET_KEY = env.needed(
    "DJANGO_SECRET_KEY", "Make one as docs/deploying.md says under “Settings”.", "E001"
) or secrets.token_urlsafe(64)
ALLOWED_HOSTS = env.names("DJANGO_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.names("DJANGO_CSRF_TRUSTED_ORIGINS")
HTTPS = env.flag("VMSSBUILDER_HTTPS", default=False)
"""Whether people reach the product over https: then cookies are secure and HSTS is sent."""

# --- Azure -----------------------------------------------------------------------------------------------------------

VMSSBUILDER_CLOUD = env.text("VMSSBUILDER_CLOUD", "sandbox")
VMSSBUILDER_SANDBOX_URL = env.text("VMSSBUILDER_SANDBOX_URL", "http://127.0.0.1:8001")
VMSSBUILDER_TENANT = env.text("VMSSBUILDER_TENANT", "organizations")
VMSSBUILDER_CLIENT_ID = env.text("VMSSBUILDER_CLIENT_ID", "")
VMSSBUILDER_CLIENT_SECRET = env.text("VMSSBUILDER_CLIENT_SECRET", "")
VMSSBUILDER_CLIENT_CERTIFICATE = env.text("VMSSBUILDER_CLIENT_CERTIFICATE", "")
"""In place of a client secret: a file with a certificate and its private key, as PEM text."""
VMSSBUILDER_ALLOWED_TENANTS = env.names("VMSSBUILDER_ALLOWED_TENANTS")
"""With the tenant "organizations": ids of the tenants whose people are let in, or "*" for all."""
VMSSBUILDER_LOCAL_ACCOUNTS = env.flag("VMSSBUILDER_LOCAL_ACCOUNTS", default=VMSSBUILDER_CLOUD == "sandbox")
"""Whether people may sign in with a user name and password kept here, beside Microsoft Entra ID."""

VMSSBUILDER_LINK_DAYS = env.number("VMSSBUILDER_LINK_DAYS", 90, least=1, most=3_650)
"""How long a link to a draft lasts at most."""

VMSSBUILDER_TRUSTED_PROXIES = env.number("VMSSBUILDER_TRUSTED_PROXIES", 0, least=0, most=10)
"""How many servers of ours stand in front, each of which adds to X-Forwarded-For whom it was asked by."""

VMSSBUILDER_PRICES = env.flag("VMSSBUILDER_PRICES", default=True)
"""Whether list prices are looked up: at the cloud's public price list, without sign-in and without any id."""

VMSSBUILDER_LANES = env.number("VMSSBUILDER_LANES", 16, least=1, most=64)
"""How many steps a worker process does side by side. Each has a database connection of its own."""

VMSSBUILDER_SECRET_KEYS = env.names("VMSSBUILDER_SECRET_KEYS")
"""Fernet keys for secrets, token caches and seals, newest first; older ones still decrypt and verify."""

VMSSBUILDER_APPROVAL_DAYS = env.number("VMSSBUILDER_APPROVAL_DAYS", 30, least=1, most=365)
"""How many days an approval counts from the moment it is given."""

VMSSBUILDER_REMINDER_DAYS = env.number("VMSSBUILDER_REMINDER_DAYS", 3, least=1, most=90)
"""How many days a review waits before it is shown as waiting for long, and until each reminder of it."""

# --- Limits ----------------------------------------------------------------------------------------------------------

MAX_BODY_BYTES = 2_000_000
"""Larger request bodies are answered with 413 before they are read."""
MAX_PAGE_BYTES = 2_000_000
"""A page that would be larger is not sent; another one says so. Downloads are as long as they are."""
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# --- Django ----------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "vmssbuilder.home.admin_site.Admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",
    "vmssbuilder.web.static_files.StaticFiles",
    "crispy_forms",
    "csp",
    "axes",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "vmssbuilder.accounts",
    "vmssbuilder.audit",
    "vmssbuilder.workers",
    "vmssbuilder.drafts",
    "vmssbuilder.updates",
    "vmssbuilder.reviews",
    "vmssbuilder.submissions",
    "vmssbuilder.pickers",
    "vmssbuilder.costs",
    "vmssbuilder.comments",
    "vmssbuilder.preflight",
    "vmssbuilder.background",
    "vmssbuilder.status",
]

MIDDLEWARE = [
    "vmssbuilder.web.probes.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "vmssbuilder.web.compression.Compressed",
    "vmssbuilder.web.middleware.ShowableText",
    "vmssbuilder.web.middleware.RefuseBadInput",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "vmssbuilder.web.middleware.PagesOfBoundedSize",
    "vmssbuilder.web.middleware.SaysWhatWasSaved",
    "vmssbuilder.web.middleware.SignInRequired",
    "vmssbuilder.audit.middleware.Recorded",
    "vmssbuilder.drafts.turns.OneAtATime",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "vmssbuilder.urls"
WSGI_APPLICATION = "vmssbuilder.wsgi.application"

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
                "vmssbuilder.web.context.frame",
            ],
            "builtins": ["vmssbuilder.web.icons", "vmssbuilder.web.times"],
        },
    },
    {
        "NAME": "fields",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates", Path(django.forms.__file__).parent / "jinja2"],
        "OPTIONS": {"environment": "vmssbuilder.web.jinja.environment"},
    },
]

DATABASES: dict[str, Any] = {
    # Not written as an address: in one, a space or a plus sign in the folder's name would mean something else.
    "default": env.database(
        "DATABASE_URL",
        {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "var" / "vmssbuilder.sqlite3"},
    )
}
# What a process has at hand, and what all web processes share: who is on a page of a draft just now. Neither would be missed.
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "shared": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": env.text("VMSSBUILDER_CACHE") or BASE_DIR / "var" / "cache",
    },
}
# Behind a web process a person waits: trouble of the database is said rather than waited out.
_patience = 3 if "vmssbuilder.wsgi" in sys.modules else 20
DATABASE_WAIT = env.number("VMSSBUILDER_DATABASE_WAIT", _patience, least=1, most=600)
"""Seconds to wait for a locked SQLite or a PostgreSQL that does not answer."""
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": DATABASE_WAIT,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
    }
    # Opening the file and its pragmas cost more than a page's queries.
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    # A server whose machine is gone says nothing: without these, a page would wait for it for minutes.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": max(2, DATABASE_WAIT),
        "tcp_user_timeout": DATABASE_WAIT * 1000,
        **DATABASES["default"].get("OPTIONS", {}),
    }
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "vmssbuilder.accounts.backends.LocalAccounts",
    "vmssbuilder.accounts.backends.EntraAccounts",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_HANDLER = "vmssbuilder.accounts.guessing.PasswordAttempts"
AXES_CLIENT_IP_CALLABLE = "vmssbuilder.accounts.guessing.address_of"
# What a right password forgets: what failed for the name at the same address.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "vmssbuilder.accounts.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
# Bootstrap's package is no Django app: its folder is named here.
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap/css", bootstrap_wrapper.get_bootstrap_css_dir())]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "vmssbuilder.web.static_files.Storage"},
}
WHITENOISE_MAX_AGE = 31_536_000
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Maps are for developer tools; compressing them is the slowest part of collecting.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "woff2", "gz", "br"]

FORM_RENDERER = "vmssbuilder.web.rendering.Renderer"
CRISPY_TEMPLATE_PACK = "lean"
CRISPY_ALLOWED_TEMPLATE_PACKS = "lean"

# --- Security --------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "vmssbuilder.web.views.csrf_failure"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # Anybody can send any Host header; the page says what to do when it was no attack.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "axes": {"level": "WARNING"},
    },
}

# --- What is wrong with all that -------------------------------------------------------------------------------------

env.finish()
VMSSBUILDER_PROBLEMS = tuple(env.problems)
"""What of the environment could not be understood; `accounts.checks` says it, and keeps the product from starting."""
