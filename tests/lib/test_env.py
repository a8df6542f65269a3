"""Readers of the environment: typed, and refusing by name."""

import stat

import pytest

from portal.lib import env


def test_a_missing_variable_is_named(monkeypatch):
    monkeypatch.delenv("PORTAL_X", raising=False)

    with pytest.raises(env.EnvError, match="PORTAL_X"):
        env.text("PORTAL_X")
    assert env.text("PORTAL_X", "default") == "default"


@pytest.mark.parametrize(("word", "value"), [("1", True), ("Yes", True), ("off", False), ("", False)])
def test_flags(monkeypatch, word, value):
    monkeypatch.setenv("PORTAL_X", word)

    assert env.flag("PORTAL_X") is value


def test_unreadable_values_are_refused(monkeypatch):
    monkeypatch.setenv("PORTAL_X", "perhaps")

    with pytest.raises(env.EnvError, match="PORTAL_X must be yes or no"):
        env.flag("PORTAL_X")
    with pytest.raises(env.EnvError, match="PORTAL_X must be a whole number"):
        env.whole("PORTAL_X", 1)
    with pytest.raises(env.EnvError, match="PostgreSQL only"):
        env.database("PORTAL_X")
    with pytest.raises(env.EnvError, match="smtp"):
        env.email("PORTAL_X", "console:")
    with pytest.raises(env.EnvError, match="file://"):
        env.folder("PORTAL_X", "file:///x")


def test_words_are_split_at_commas(monkeypatch):
    monkeypatch.setenv("PORTAL_X", "a.example, b.example,")

    assert env.words("PORTAL_X", []) == ["a.example", "b.example"]


def test_a_database_address_is_taken_apart(monkeypatch):
    monkeypatch.setenv("PORTAL_X", "postgresql://portal_web:p%40ss@db.example:6432/portal?sslmode=verify-full")

    login = env.database("PORTAL_X")

    assert (login["USER"], login["PASSWORD"], login["HOST"], login["PORT"]) == (
        "portal_web",
        "p@ss",
        "db.example",
        "6432",
    )
    assert login["NAME"] == "portal"
    assert login["OPTIONS"] == {"sslmode": "verify-full"}


def test_a_redis_address_gets_its_database_number(monkeypatch):
    monkeypatch.setenv("PORTAL_X", "redis://:secret@cache.example:6379/0")

    assert env.redis("PORTAL_X", number=1) == "redis://:secret@cache.example:6379/1"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "smtp://u:p%40@mail.example:587?tls=1",
            {"EMAIL_PORT": 587, "EMAIL_USE_TLS": True, "EMAIL_HOST_PASSWORD": "p@"},
        ),
        ("smtps://mail.example", {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True, "EMAIL_USE_TLS": False}),
        ("file:///var/mail", {"EMAIL_FILE_PATH": "/var/mail"}),
    ],
)
def test_a_mail_address_becomes_settings(monkeypatch, address, expected):
    monkeypatch.setenv("PORTAL_X", address)

    assert expected.items() <= env.email("PORTAL_X", "console:").items()


def test_the_secret_key_is_made_once_and_can_be_rotated(tmp_path):
    path = tmp_path / "below" / "secret_key"

    [first] = env.secret_keys(path)
    assert len(first) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert env.secret_keys(path) == [first]

    newer = "n" * 50
    path.write_text(f"{newer}\n{first}\n")
    assert env.secret_keys(path) == [newer, first]


def test_a_short_secret_key_is_refused(tmp_path):
    (tmp_path / "secret_key").write_text("short\n")

    with pytest.raises(env.EnvError, match="at least 50"):
        env.secret_keys(tmp_path / "secret_key")
