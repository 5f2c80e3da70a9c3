"""Django's settings, made from the installation's environment.

Layer 0, config. MAIDINH_PROCESS says which process this is, and so which database role it has.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.utils.functional import SimpleLazyObject

from maidinh.config.payments import provider_of
from maidinh.config.procedures_judged import judge_of
from maidinh.config.recorded import environment_here
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.keys.client import SignerClient

SOURCE = Path(__file__).resolve().parents[1]
MAIDINH = environment_here()
PROCESS = os.environ.get("MAIDINH_PROCESS", "web")


def _secret_key() -> str:
    place = MAIDINH.home.secrets / "django.key"
    return place.read_text() if place.exists() else secrets.token_urlsafe(48)


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]
if MAIDINH.base_url:
    ALLOWED_HOSTS.append(MAIDINH.base_url.split("://", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0])
    CSRF_TRUSTED_ORIGINS = [MAIDINH.base_url]
SECURE = MAIDINH.address.startswith("https://")

ISSUER_ORIGIN = "/".join(MAIDINH.issuer.split("/")[:3])

INSTALLED_APPS = [
    "django.contrib.sessions",
    "maidinh.infrastructure.organisations",
    "maidinh.infrastructure.identity",
    "maidinh.infrastructure.audit",
    "maidinh.infrastructure.events",
    "maidinh.infrastructure.commands",
    "maidinh.infrastructure.files",
    "maidinh.infrastructure.translog",
    "maidinh.exchange.directory",
    "maidinh.exchange.keys",
    "maidinh.exchange.contracts",
    "maidinh.exchange.evidence",
    "maidinh.applications.registers",
    "maidinh.services.procedures",
    "maidinh.services.dossiers",
    "maidinh.services.fees",
    "maidinh.services.results",
    "maidinh.services.nationalportal",
    "maidinh.services.authoring",
    "maidinh.services.measures",
    "maidinh.services.papers",
    "maidinh.services.archives",
    "maidinh.governance.architecture",
    "maidinh.governance.drafting",
    "maidinh.governance.conformity",
    "maidinh.governance.projects",
    "maidinh.governance.appraisal",
    "maidinh.governance.observation",
    "maidinh.governance.duplication",
    "maidinh.governance.roadmap",
    "maidinh.governance.supervision",
    "maidinh.portal.forms",
    "maidinh.portal.inbox",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "maidinh.channels.web.failures.database_gone",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "maidinh.channels.sessions.actor_of_session",
]

ROOT_URLCONF = "maidinh.config.urls"
WSGI_APPLICATION = "maidinh.config.wsgi.application"
UNPREPARED = {"ENGINE": "django.db.backends.postgresql", "NAME": "unprepared"}
CONNECTIONS = Connections(MAIDINH.home, MAIDINH.database_url, MAIDINH.database_name)
# Where nothing was prepared yet, reading the settings writes nothing: no password is made, so no connection either.
DATABASES = {"default": CONNECTIONS.django(PROCESS) if CONNECTIONS.prepared else UNPREPARED}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [SOURCE / "channels/web/templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "maidinh.channels.web.jinja.environment",
            "context_processors": ["maidinh.channels.web.context.of_request", "maidinh.users.menus.of_request"],
        },
    }
]

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SECURE
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SECURE
CSRF_FAILURE_VIEW = "maidinh.channels.web.failures.stale_form"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", ISSUER_ORIGIN],  # a form sent after the session ended is led on to sign in
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = MAIDINH.upload_limit + 1_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FILES = 300  # a project may have as many rows of papers, each with its field for a file
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_500  # the form of a project's costs has 200 rows of eight fields and more

STATIC_URL = "/static/"
LOCALE_PATHS = [SOURCE / "locale"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["out"], "level": "WARNING"},
}

SIGNER = SimpleLazyObject(lambda: SignerClient.for_caller(MAIDINH.home, PROCESS))
JUDGE = SimpleLazyObject(lambda: judge_of(MAIDINH))  # what is found in a draft of a procedure
PAYMENTS = SimpleLazyObject(lambda: provider_of(MAIDINH))  # false where fees are paid at the desk only
