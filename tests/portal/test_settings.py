"""Django's own security list as assertions on the settings of a public host, read by a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def read(state, **more):
    """The settings as a process of its own reads them from the environment."""
    url = "postgresql://{}:secret@db.example/portal"
    env = {
        "PATH": os.environ["PATH"],
        "PORTAL_STATE": str(state),
        "DATABASE_URL": url.format("portal_owner"),
        "REDIS_URL": "redis://cache.example:6379/0",
        **{
            f"DATABASE_URL_{role.upper()}": url.format(f"portal_{role}")
            for role in ("web", "worker", "night", "office")
        },
        **more,
    }
    code = (
        "import json, os; from portal import settings; "
        "shown = lambda value: str(value) if isinstance(value, os.PathLike) else type(value).__name__; "
        "values = {name: value for name, value in vars(settings).items() if name.isupper()}; "
        "print(json.dumps(values, default=shown))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    """The settings of a host reached by https://portal.example."""
    return read(tmp_path_factory.mktemp("state"), PUBLIC_URL="https://portal.example")


@pytest.mark.parametrize(
    ("address", "hosts", "answered"),
    [
        ("http://portal.lan:8000", "", ["portal.lan", "127.0.0.1", "localhost", "[::1]"]),
        ("http://[fd00::5]:8000", "", ["[fd00::5]", "127.0.0.1", "localhost", "[::1]"]),
        ("https://portal.example", "other.example", ["portal.example", "other.example"]),
    ],
)
def test_the_public_address_is_always_answered(tmp_path, address, hosts, answered):
    assert read(tmp_path, PUBLIC_URL=address, ALLOWED_HOSTS=hosts)["ALLOWED_HOSTS"] == answered


def test_any_folder_may_hold_the_state(tmp_path):
    state = tmp_path / "50% of #1 ?"
    settings = read(state)

    assert settings["STORAGES"]["default"]["OPTIONS"]["location"] == str(state / "files")
    assert settings["EMAIL_FILE_PATH"] == str(state / "mail")


def test_a_variable_that_is_missing_is_one_line(tmp_path):
    env = {"PATH": os.environ["PATH"], "PORTAL_STATE": str(tmp_path), "DATABASE_URL": "postgresql://a:b@db.example/c"}
    command = [sys.executable, "manage.py", "selfcheck", "--json"]

    done = subprocess.run(command, env=env, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr == "DATABASE_URL_WEB is not set (see docs/runbook.md)\n"
    assert json.loads(done.stdout) == {"ok": False, "problem": "DATABASE_URL_WEB is not set (see docs/runbook.md)"}


@pytest.mark.parametrize(
    ("process", "aliases", "login"),
    [
        ("web", {"default", "office"}, "portal_web"),
        ("worker", {"default", "office", "night"}, "portal_worker"),
        ("command", {"default", "office", "night", "owner"}, "portal_web"),
        ("owner", {"default", "office", "night", "owner"}, "portal_owner"),
    ],
)
def test_a_process_knows_only_the_logins_that_it_needs(tmp_path, process, aliases, login):
    found = read(tmp_path, PORTAL_PROCESS=process)["DATABASES"]

    assert set(found) == aliases
    assert found["default"]["USER"] == login


def test_pages_start_without_the_passwords_of_owner_and_night_and_forget_them(tmp_path):
    url = "postgresql://portal_{}:secret@127.0.0.1:1/portal"
    env = {
        "PATH": os.environ["PATH"],
        "PORTAL_STATE": str(tmp_path),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATABASE_URL_WEB": url.format("web"),
        "DATABASE_URL_OFFICE": url.format("office"),
    }
    code = (
        "import os, json; import portal.wsgi; from django.conf import settings;"
        " print(json.dumps([sorted(settings.DATABASES), sorted(n for n in os.environ if n.startswith('DATABASE'))]))"
    )
    for more in ({}, {"DATABASE_URL": url.format("owner"), "DATABASE_URL_NIGHT": url.format("night")}):
        done = subprocess.run(
            [sys.executable, "-c", code], env={**env, **more}, cwd=CHECKOUT, capture_output=True, text=True, check=True
        )
        assert json.loads(done.stdout) == [["default", "office"], ["DATABASE_URL_OFFICE", "DATABASE_URL_WEB"]]


def test_the_first_visitor_finds_every_page_ready_and_no_search_for_garbage_walks_them_again(tmp_path):
    url = "postgresql://portal_web:secret@127.0.0.1:1/portal"
    env = {
        "PATH": os.environ["PATH"],
        "PORTAL_STATE": str(tmp_path),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATABASE_URL_WEB": url,
        "DATABASE_URL_OFFICE": url,
    }
    code = (
        "import gc, sys; import portal.wsgi; from django.template import engines;"
        " [loader] = engines['django'].engine.template_loaders;"
        " print('portal.dashboard.views' in sys.modules, 'records/accounts.html' in loader.get_template_cache,"
        " gc.isenabled(), gc.get_freeze_count() > 10 * len(gc.get_objects()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True", "True", "True"]


def test_debug_is_off(public):
    assert public["DEBUG"] is False


def test_the_secret_key_is_random_and_long(public):
    assert len(public["SECRET_KEY"]) >= 50


def test_only_the_public_host_is_answered(public):
    assert public["ALLOWED_HOSTS"] == ["portal.example"]
    assert public["CSRF_TRUSTED_ORIGINS"] == ["https://portal.example"]


def test_everything_goes_by_https(public):
    assert public["SECURE_SSL_REDIRECT"] is True
    assert public["SECURE_PROXY_SSL_HEADER"] is None  # only when told that the proxy overwrites it
    assert public["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert public["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True


def test_cookies_are_bound_to_the_host(public):
    assert public["SESSION_COOKIE_NAME"] == "__Host-session"
    assert public["CSRF_COOKIE_NAME"] == "__Host-csrf"
    assert public["SESSION_COOKIE_SECURE"] is public["CSRF_COOKIE_SECURE"] is public["SESSION_COOKIE_HTTPONLY"] is True
    assert public["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_pages_cannot_be_framed_nor_leak_addresses(public):
    assert public["X_FRAME_OPTIONS"] == "DENY"
    assert public["SECURE_REFERRER_POLICY"] == "same-origin"
    assert public["SECURE_CROSS_ORIGIN_OPENER_POLICY"] == "same-origin"


def test_the_content_policy_allows_nothing_inline_and_nothing_foreign(public):
    policy = public["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]

    assert policy["default-src"] == ["'none'"]
    for directive in ("script-src", "style-src", "font-src", "connect-src", "form-action"):
        assert policy[directive] == ["'self'"]
    assert policy["img-src"] == ["'self'", "data:"]
    assert policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]


def test_passwords_are_long_uncommon_and_kept_by_argon2(public):
    rules = {entry["NAME"].rpartition(".")[2]: entry.get("OPTIONS", {}) for entry in public["AUTH_PASSWORD_VALIDATORS"]}

    assert rules["MinimumLengthValidator"] == {"min_length": 15}
    assert "CommonPasswordValidator" in rules
    assert public["PASSWORD_HASHERS"][0].endswith("Argon2PasswordHasher")


def test_sessions_are_json(public):
    assert public["SESSION_SERIALIZER"].endswith("JSONSerializer")


def test_uploads_have_limits(public):
    assert public["DATA_UPLOAD_MAX_MEMORY_SIZE"] <= 20 * 1024 * 1024
    assert public["DATA_UPLOAD_MAX_NUMBER_FILES"] <= 100


def test_no_http_basic_leads_round_the_second_factor(public):
    classes = public["REST_FRAMEWORK"]["DEFAULT_AUTHENTICATION_CLASSES"]

    assert not any("Basic" in name for name in classes)


def test_each_alias_has_its_own_login(public):
    assert {alias: login["USER"] for alias, login in public["DATABASES"].items()} == {
        "default": "portal_web",
        "night": "portal_night",
        "office": "portal_office",
        "owner": "portal_owner",
    }


def test_a_lost_worker_loses_no_task(public):
    assert public["CELERY_TASK_ACKS_LATE"] is public["CELERY_TASK_REJECT_ON_WORKER_LOST"] is True
    assert public["CELERY_WORKER_PREFETCH_MULTIPLIER"] == 1


def test_instants_are_utc_and_two_languages_are_spoken(public):
    assert public["USE_TZ"] is True
    assert public["TIME_ZONE"] == "UTC"
    assert [code for code, _ in public["LANGUAGES"]] == ["en", "ru"]
