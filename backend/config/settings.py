"""Django's settings, made from the environment. The only file of the product that reads it."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF

from backend.config.databases import parse_database_url
from backend.config.environment import Environment, InvalidSetting, read_environment
from backend.config.jobs import CELERY
from backend.config.logs import configure_structlog, logging_config
from backend.config.secret_key import secret_key
from backend.store import client

SPANHOUSE: Environment = read_environment(os.environ)
BASE_DIR = Path(__file__).resolve().parents[2]
VERSION = "0.1.0"

# --- the two databases ------------------------------------------------------------------------------------------------
SECRET_KEY = secret_key(SPANHOUSE.secret_key, SPANHOUSE.data_dir)
DATABASES: dict[str, dict[str, Any]] = {"default": parse_database_url(SPANHOUSE.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
try:
    client.configure(SPANHOUSE.clickhouse_url)  # opens nothing
except ValueError as error:
    raise InvalidSetting(f"CLICKHOUSE_URL cannot be used: {error}.") from None

# --- who may ask ------------------------------------------------------------------------------------------------------
DEBUG = SPANHOUSE.debug
_LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]


def _allowed_hosts(environment: Environment) -> list[str]:
    if environment.allowed_hosts:
        return list(environment.allowed_hosts)
    if environment.host not in ("127.0.0.1", "::1", "localhost"):
        return ["*"]  # reached by names that this machine does not know
    public = urlsplit(environment.public_url).hostname
    return [*_LOOPBACK, *([public] if public else [])]


ALLOWED_HOSTS = _allowed_hosts(SPANHOUSE)
CSRF_TRUSTED_ORIGINS = [SPANHOUSE.public_url] if SPANHOUSE.public_url else []
CSRF_FAILURE_VIEW = "backend.config.error_pages.csrf_failure"
CSRF_COOKIE_NAME = "spanhouse_csrf"
CSRF_COOKIE_HTTPONLY = False  # the API's session mode sends it back as a header
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SPANHOUSE.is_secure
SESSION_COOKIE_NAME = "spanhouse_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SPANHOUSE.is_secure
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if SPANHOUSE.is_secure:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

# Nothing from another host, and no script or style element that a template did not mark with the request's nonce. Style
# attributes are allowed: Plotly sets them, they cannot load anything, and sanitised Markdown keeps none.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "media-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"

# --- the application --------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "backend.accounts",
    "backend.projects",
    "backend.audit",
    "backend.demo",
    "backend.sharing",
    "backend.views",
    "backend.dashboards",
    "backend.budgets",
    "backend.api",
    "backend.ops",
    "web.apps.WebConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "backend.config.static_files.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "backend.config.urls"
ASGI_APPLICATION = "backend.config.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    }
]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"

# --- files that never change while the process runs -------------------------------------------------------------------
STATIC_URL = "/static/"
_COLLECTED = BASE_DIR / "staticfiles"
STATIC_ROOT = _COLLECTED if _COLLECTED.is_dir() else None  # nothing needs `collectstatic`
STATICFILES_DIRS = [("plotly", str(files("plotly") / "package_data"))]
STATICFILES_FINDERS = [
    "backend.config.static_files.PlotlyFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "backend.config.static_files.VersionedStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
# Addresses in pages carry a hash of the content; scripts that import each other do not.
WHITENOISE_MAX_AGE = 0 if DEBUG else 600
WHITENOISE_ALLOW_ALL_ORIGINS = False

# --- REST API ---------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backend.api.authentication.KeyAuthentication",
        "backend.api.authentication.SessionAccess",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["backend.api.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["backend.api.bodies.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["backend.api.bodies.JsonParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "backend.api.handler.handle",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Spanhouse API",
    "DESCRIPTION": (
        "Read traces and spans, read and write scores. Send the API key as `Authorization: Bearer KEY`. "
        "Times are RFC 3339 in UTC with nanoseconds. Numbers that the sender of a span did not give are null. "
        'Errors have the shape `{"error": {"code", "message"}}`, with `field` and `position` when one input was wrong.'
    ),
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "validatorUrl": None},
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "SpanType": "backend.api.schemas.SPAN_TYPES",
        "StatusCode": "backend.api.schemas.STATUS_CODES",
        "ScoreSource": "backend.api.schemas.SCORE_SOURCES",
        "WidgetChart": "backend.dashboards.widgets.CHARTS",
        "WidgetSize": "backend.dashboards.widgets.SIZES",
        "CostSource": "backend.api.schemas.COST_SOURCES",
        "MappingSource": "backend.api.schemas.SOURCES",
    },
}

# --- jobs -------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = SPANHOUSE.broker_url
globals().update({f"CELERY_{name}": value for name, value in CELERY.items()})

# --- logs -------------------------------------------------------------------------------------------------------------
configure_structlog()
LOGGING = logging_config(SPANHOUSE.log_level, SPANHOUSE.log_format)
