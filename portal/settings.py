"""The one settings file. What differs between machines comes from the environment; docs/runbook.md lists it."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from auth2fa.factors import prices
from portal.lib import env, queues
from portal.npm_files import NPM_FILES as NPM_FILES
from portal.servers.places import state_dir
from portal.settings_api import REST_FRAMEWORK as REST_FRAMEWORK
from portal.settings_api import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from portal.settings_mail import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = state_dir()
TESTING = env.flag("PORTAL_TESTING")
DEBUG = env.flag("DEBUG")

# --- Where it is reached -------------------------------------------------------------------------------------------

PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000")
_public = urlsplit(PUBLIC_URL)
HTTPS = _public.scheme == "https"
_host = _public.hostname or "127.0.0.1"
_host = f"[{_host}]" if ":" in _host else _host
# Its own address always counts; on plain HTTP so do this machine's usual names.
_other_hosts = env.words("ALLOWED_HOSTS", [] if HTTPS else ["127.0.0.1", "localhost", "[::1]"])
ALLOWED_HOSTS = list(dict.fromkeys([_host, *_other_hosts]))
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [f"{_public.scheme}://{_public.netloc}"] if HTTPS else [])

# --- Apps ----------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "portal.tools",
    "auth2fa",
    "crm",
    "fees",
    "accounts.desk",
    "accounts.broker",
    "accounts.ground",
    "allauth",
    "allauth.account",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "rest_framework",
    "portal.office.apps.OfficeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "portal.health.Health",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.refusals.WellFormed",
    "django.middleware.gzip.GZipMiddleware",  # pads answers at random, and the form token is masked anew in each
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.shell.middleware.PrivatePages",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.ground.access.middleware.RequestContext",
    "portal.shell.middleware.PersonalWords",
    "auth2fa.middleware.Gates",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.shell.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "portal.shell.tags"],
        },
    },
]

# --- PostgreSQL: one database, five logins (docs/decisions/0002-database-roles.md) ------------------------------------

# What this process is: web (pages; portal.wsgi says so), worker (Celery), owner (migrations) or an operator's command.
PROCESS = env.text("PORTAL_PROCESS", "command")


def _login(variable: str, *, seconds: int = 0) -> dict[str, object]:
    login = env.database(variable)
    limits = f"-c statement_timeout={seconds}s " if seconds else ""
    login["OPTIONS"] = {"options": limits + "-c jit=off", **login["OPTIONS"]}  # type: ignore[dict-item]
    login["CONN_MAX_AGE"] = env.whole("DATABASE_CONN_MAX_AGE", 60)
    login["CONN_HEALTH_CHECKS"] = True
    return login


_default = "DATABASE_URL" + {"web": "_WEB", "command": "_WEB", "worker": "_WORKER", "owner": ""}[PROCESS]
_LOGINS = {"night": ("DATABASE_URL_NIGHT", 0), "office": ("DATABASE_URL_OFFICE", 60), "owner": ("DATABASE_URL", 0)}
# A process knows the passwords that it needs: pages run as web and, in the back office, as office.
_known = {"web": ("office",), "worker": ("night", "office")}.get(PROCESS, tuple(_LOGINS))
DATABASES = {
    "default": _login(_default, seconds=30 if PROCESS == "web" else 0),
    **{_alias: _login(_LOGINS[_alias][0], seconds=_LOGINS[_alias][1]) for _alias in _known},
}
DATABASE_ROUTERS = ["accounts.ground.access.context.RoleRouter"]
# Tests share the owner's connection between all aliases (tests/conftest.py); a role is then taken by SET ROLE.
SWITCH_DATABASE_ROLES = TESTING
if TESTING:
    DATABASES["default"] = _login("DATABASE_URL")
    for _alias in ("night", "office", "owner"):
        DATABASES[_alias]["TEST"] = {"MIRROR": "default"}

# --- Valkey: cache and task broker; losing it loses no work -----------------------------------------------------------

SHARED_CACHE = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": env.redis("REDIS_URL", number=1),
    "OPTIONS": {"serializer": "portal.cached.JsonSerializer"},  # the default unpickles, which runs what it reads
}
CACHES = {"default": SHARED_CACHE}
# Business days between the close of a period and its posting.
# Longer than this a night should not take; the back office sees it beside how long it took.
NIGHT_BUDGET_MINUTES = max(1, env.whole("NIGHT_BUDGET_MINUTES", 20))
# How many processes take from the night's line, on whatever machines: so many are called to a night that is due.
NIGHT_PROCESSES = max(1, env.whole("NIGHT_PROCESSES", queues.QUEUES[queues.NIGHT]))
POSTING_LAG_BUSINESS_DAYS = max(0, env.whole("POSTING_LAG_BUSINESS_DAYS", 1))
PROFIT_POSTING_LAG_BUSINESS_DAYS = max(0, env.whole("PROFIT_POSTING_LAG_BUSINESS_DAYS", 10))

# Cash between the sub accounts of an STL group; off: it goes by way of the master.
STL_SUBS_PAY_EACH_OTHER = env.flag("STL_SUBS_PAY_EACH_OTHER")

CELERY_BROKER_URL = env.redis("REDIS_URL", number=0)
if TESTING:
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    CELERY_BROKER_URL = "memory://"

CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 4 * 3600,  # above the longest task: a message that comes back earlier runs its task twice
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "health_check_interval": 25,
}
CELERY_ENABLE_UTC = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = queues.DEFAULT
CELERY_TASK_DEFAULT_EXCHANGE = "jobs"
CELERY_TASK_DEFAULT_ROUTING_KEY = queues.DEFAULT
# A worker that is told none takes from all.
CELERY_TASK_QUEUES = [Queue(name, Exchange("jobs"), routing_key=name) for name in queues.QUEUES]
CELERY_TASK_ROUTES = {job: {"queue": name} for job, name in queues.ROUTES.items()}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "America/New_York"  # the time table of the night follows the exchange
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200

# --- Signing in ----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS.insert(
        0, "django.contrib.auth.hashers.MD5PasswordHasher"
    )  # hundreds of sign-ins; strength is not under test

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.ground.people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_UNIQUE_EMAIL = False
PASSWORD_RESET_TIMEOUT = 2 * 3600
ACCOUNT_FORMS = {
    "login": "accounts.ground.people.forms.LoginForm",
    "reset_password": "accounts.ground.people.forms.ResetPasswordForm",
}
ACCOUNT_CHANGE_EMAIL = True  # one address a sign-in; the back office enters it, and no page of allauth changes it
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # the default is the Host header
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_TIMEOUT = 600
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# Wrong passwords for one name are counted by accounts.ground.people.attempts.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip", "reset_password": "20/m/ip,5/m/key"}
TRUSTED_PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = env.whole("TRUSTED_PROXY_COUNT", 0)
# Networks that documentation uses belong to nobody; tests restrict people to them.
ADDRESSES_FOR_DOCUMENTATION = TESTING

# --- The second proof ------------------------------------------------------------------------------------------------

LOGIN_STAGES = ["auth2fa.door.adapter.SecondProof"]
# Seals device secrets and makes the codes of texts; not in the database, so that a copy of it opens nothing.
FACTOR_KEYS = env.secret_keys(Path(env.text("FACTOR_KEY_FILE", str(STATE_DIR / "factor_key"))))
# "offered" leaves it to people; "required" asks everybody to enrol a device within the days of grace.
SECOND_FACTOR = env.text("SECOND_FACTOR", "required")
SECOND_FACTOR_GRACE_DAYS = env.whole("SECOND_FACTOR_GRACE_DAYS", 14)
# A new device beside an older one confirms sensitive tasks only after these hours; a new number after more.
DEVICE_HOLD_HOURS = env.whole("DEVICE_HOLD_HOURS", 24)
NUMBER_HOLD_HOURS = env.whole("NUMBER_HOLD_HOURS", 72)
# Where texts and calls leave: screen: (shown on a page of this installation, for the demo), aws://..., or nothing.
CODES_URL = env.text("CODES_URL", "screen:" if TESTING else "none:")
CODES_FOLDER = STATE_DIR / "codes"
CODES_COUNTRIES = env.words("CODES_COUNTRIES", ["US"])
CODES_A_DAY = env.whole("CODES_A_DAY", 2000)
CODES_A_FIRM_AND_DAY = env.whole("CODES_A_FIRM_AND_DAY", 500)
# What they cost, as COUNTRY=text/call in US dollars with what a country may cost a day as a third; and all of them.
CODES_PRICES = prices.read(env.words("CODES_PRICES", ["US=0.01/0.02"]))
CODES_USD_A_DAY = Decimal(env.whole("CODES_USD_A_DAY", 50))
# The SNS topic that tells what became of them, at /hooks/codes/; empty: nobody is listened to.
CODES_EVENTS_TOPIC = env.text("CODES_EVENTS_TOPIC", "")
CODES_EVENTS_ENDPOINT = env.text("CODES_EVENTS_ENDPOINT", "")  # a service in AWS's place, for tests
OUTBOX_CARRIERS = {} if CODES_URL == "none:" else dict.fromkeys(("sms", "voice"), "auth2fa.carriers.delivery.carry")
# What a text of a room below costs, asked before it is owed.
CODES_PRICED_BY = "auth2fa.carriers.actions.price_to_send"
# Counts a plain text that the back office owes a number of a room below.
CODES_COUNTED_BY = "auth2fa.carriers.actions.count_text"
OUTBOX_WANTED_BY, OUTBOX_HEADS_BY = "portal.news.queries.wanting", "crm.mailings.stopping.heads_of"  # of mails
OUTBOX_CARRIERS["mail"] = "accounts.desk.brand.letters.carry"
TAX_LOTS_FINAL_AT = env.text("TAX_LOTS_FINAL_AT", "20:30")  # New York; from then on the lots of a trade day stay
MAIL_NETWORKS, MAIL_BYTES = env.words("MAIL_NETWORKS", []), env.whole("MAIL_BYTES", 25 * 1024 * 1024)  # people's mail
HOOK_NETWORKS = env.words("HOOK_NETWORKS", [])  # of one's own, which webhooks may reach beside the internet
# Who may work without a second proof at their own choice and risk; the back office never.
OPT_OUT_ROLES = [one for one in env.words("OPT_OUT_ROLES", ["client", "stl", "stl_sub"]) if one != "office"]
# For how many days a browser may be remembered after a second proof; 0 remembers none.
REMEMBERED_BROWSER_DAYS = env.whole("REMEMBERED_BROWSER_DAYS", 0)

VAULT_PEPPERS = env.secret_keys(Path(env.text("VAULT_PEPPER_FILE", str(STATE_DIR / "vault_pepper"))))
VAULT_MEMORY_MIB = 64 if TESTING else env.whole("VAULT_MEMORY_MIB", 128)  # of a guess; decision 0033
VAULT_FILES_URL = env.text("VAULT_FILES_URL", (STATE_DIR / "vault").as_uri())

SESSION_ENGINE = "accounts.ground.people.sessions"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_AGE = env.whole("SESSION_HOURS", 12) * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- Walls around the pages ------------------------------------------------------------------------------------------

_keys = env.secret_keys(Path(env.text("SECRET_KEY_FILE", str(STATE_DIR / "secret_key"))))
SECRET_KEY, SECRET_KEY_FALLBACKS = _keys[0], _keys[1:]

# The __Host- prefix binds a cookie to this host and to HTTPS; browsers refuse it on plain HTTP.
_prefix = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_prefix}session"
DEVICE_COOKIE_NAME = f"{_prefix}device"
REMEMBERED_COOKIE_NAME = f"{_prefix}remembered"
VAULT_COOKIE_NAME = f"{_prefix}vs"
CSRF_FAILURE_VIEW = "portal.refusals.csrf_failed"
STEP_UP_SENTENCES = "portal.confirming.sentences.words_of"
# What a person without a browser, whose money moves by the clock, could confirm it with now.
STEP_UP_BEST = "auth2fa.devices.offers.carried_best"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
LANGUAGE_COOKIE_NAME = f"{_prefix}language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("TRUST_X_FORWARDED_PROTO") else None
SECURE_REDIRECT_EXEMPT = [r"^health$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **{name: [NONE] for name in ("default-src", "base-uri", "frame-ancestors")},
        **{name: [SELF] for name in ("script-src", "style-src", "font-src", "connect-src", "manifest-src")},
        "img-src": [SELF, "data:"],
        "form-action": [SELF],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    *("portal.uploads.Quota", "portal.uploads.Unwritten"),
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Time, languages -------------------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"  # instants; business days follow America/New_York (accounts.ground.days)
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- Files ---------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "portal.npm_finder.NpmFinder",
    "portal.shell.icons.SpriteFinder",
]
NPM_ROOT = Path(env.text("NPM_ROOT", str(BASE_DIR / "node_modules")))
_static = (
    "django.contrib.staticfiles.storage.StaticFilesStorage" if TESTING or DEBUG else "portal.published.PublishedFiles"
)
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.folder("STORAGE_URL", (STATE_DIR / "files").as_uri())},
    },
    "staticfiles": {"BACKEND": _static},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 60

# --- Statements ------------------------------------------------------------------------------------------------------

# Statements that the broker delivers as files; the night loads what is new in it first. Empty: none are looked for.
STATEMENTS_DIR = env.text("STATEMENTS_DIR", "")
# Where the night's instructions to the broker go: a folder (file:///folder) or a mailbox (mailto:desk@broker).
INSTRUCTIONS_URL = env.text("INSTRUCTIONS_URL", (STATE_DIR / "instructions").as_uri())
# Where the Flex web service is, both its steps below this address. Plain HTTP is taken for this machine only.
FLEX_SERVICE_URL = env.text(
    "FLEX_SERVICE_URL", "https://ndcdyn.interactivebrokers.com/AccountManagement/FlexWebService/"
)

# --- The client book -------------------------------------------------------------------------------------------------

# How many contacts one file may bring, and how large a file of contacts or a calendar may be.
CONTACT_IMPORT_ROWS = env.whole("CONTACT_IMPORT_ROWS", 20_000)
CONTACT_IMPORT_BYTES = env.whole("CONTACT_IMPORT_BYTES", 20_000_000)
# How large a document may be, and what looks for malware in it: command:LINE, clamd:///socket or clamd://host:port.
DOCUMENT_BYTES = env.whole("DOCUMENT_BYTES", 25 * 1024 * 1024)
DOCUMENT_SCANNER = env.text("DOCUMENT_SCANNER", "")

# --- Mail ----------------------------------------------------------------------------------------------------------

globals().update(env.email("EMAIL_URL", (STATE_DIR / "mail").as_uri()))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM", "Advisor Portal <portal@localhost>")

# --- Logs: one line each, on standard error; the process manager keeps them -------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"redaction": {"()": "portal.shell.redaction.Redaction"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redaction"]}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "WARNING" if TESTING else "INFO")},
    "loggers": {"django.request": {"level": "ERROR"}},
}
