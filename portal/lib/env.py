"""Typed readers of environment variables: the only door between the process environment and the settings.

Every variable is described in docs/runbook.md.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off", ""}


class EnvError(Exception):
    """A variable is missing or unreadable; the message names it."""


def text(name: str, default: str | None = None) -> str:
    """The variable's value; without a default it must be set."""
    value = os.environ.get(name)
    if value is None or value == "":
        if default is None:
            raise EnvError(f"{name} is not set (see docs/runbook.md)")
        return default
    return value


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in _YES:
        return True
    if value.strip().lower() in _NO:
        return False
    raise EnvError(f"{name} must be yes or no, not {value!r}")


def whole(name: str, default: int) -> int:
    value = os.environ.get(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise EnvError(f"{name} must be a whole number, not {value!r}") from None


def words(name: str, default: list[str]) -> list[str]:
    """A comma-separated list."""
    value = os.environ.get(name)
    if not value:
        return list(default)
    return [word.strip() for word in value.split(",") if word.strip()]


def database(name: str) -> dict[str, object]:
    """`postgresql://user:password@host:port/name?sslmode=...` as Django's connection settings."""
    parts = urlsplit(text(name))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise EnvError(f"{name} must be a postgresql:// address: the portal runs on PostgreSQL only")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def redis(name: str, *, number: int) -> str:
    """The Redis address with its database number replaced."""
    parts = urlsplit(text(name))
    return parts._replace(path=f"/{number}").geturl()


def email(name: str, default: str) -> dict[str, object]:
    """`smtp://user:password@host:port?tls=1`, `smtps://...`, `file:///folder` or `console:`, as Django has it."""
    parts = urlsplit(text(name, default))
    backend = "django.core.mail.backends."
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": backend + "console.EmailBackend"}
    if parts.scheme == "file":
        return {"EMAIL_BACKEND": "portal.mailbox.EmailBackend", "EMAIL_FILE_PATH": unquote(parts.path)}
    if parts.scheme in {"smtp", "smtps"}:
        secure = parts.scheme == "smtps"
        return {
            "EMAIL_BACKEND": backend + "smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname or "localhost",
            "EMAIL_PORT": parts.port or (465 if secure else 25),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": secure,
            "EMAIL_USE_TLS": dict(parse_qsl(parts.query)).get("tls", "0") in _YES,
            "EMAIL_TIMEOUT": 15,
        }
    raise EnvError(f"{name} must begin with smtp:, smtps:, file: or console:")


def folder(name: str, default: str) -> Path:
    """`file:///folder`: where uploaded and generated files are kept."""
    parts = urlsplit(text(name, default))
    if parts.scheme != "file":
        raise EnvError(f"{name} must be a file:// address")
    return Path(unquote(parts.path))


def secret_keys(path: Path) -> list[str]:
    """The signing keys, newest first; the file is made with one fresh key when it does not exist.

    To rotate, put a new first line: the older lines stay valid for what they signed.
    """
    if not path.exists():
        _make_secret(path)
    keys = [line.strip() for line in path.read_text().splitlines() if line.strip()]
    if not keys or any(len(key) < 50 for key in keys):
        raise EnvError(f"the secret key file {path} must hold keys of at least 50 characters, one a line")
    return keys


def _make_secret(path: Path) -> None:
    """Several processes may start at once: each writes a whole file, and the first one's is kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(64) + "\n")
    with suppress(FileExistsError):
        os.link(partial, path)
    partial.unlink()
