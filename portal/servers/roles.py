"""The five logins of the portal's database (docs/decisions/0002-database-roles.md).

`python -m portal.servers.roles --env HOST:PORT` prints addresses with fresh passwords; `python -m portal.servers.roles`
makes the logins and the database that DATABASE_URL and its sisters name, signed in by DATABASE_ADMIN_URL. Repeating it
changes nothing but the passwords.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from contextlib import closing
from typing import Any
from urllib.parse import quote, unquote, urlsplit

OWNER = "portal_owner"
OTHERS = ("portal_web", "portal_worker", "portal_night", "portal_office")
ALL = (OWNER, *OTHERS)


def variable(role: str) -> str:
    """The environment variable that holds a role's address."""
    return "DATABASE_URL" if role == OWNER else "DATABASE_URL_" + role.removeprefix("portal_").upper()


def addresses(passwords: dict[str, str], *, host: str, database: str) -> dict[str, str]:
    return {variable(role): f"postgresql://{role}:{quote(passwords[role], safe='')}@{host}/{database}" for role in ALL}


def provision(cursor: Any, passwords: dict[str, str], *, database: str) -> None:
    """Make the logins and the database. The owner may become each of the others but does not inherit their policies."""
    for role in ALL:
        cursor.execute("select 1 from pg_roles where rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(f"create role {role}")
        able = "createdb noinherit" if role == OWNER else "nocreatedb"
        cursor.execute(
            f"alter role {role} login nosuperuser nobypassrls nocreaterole {able} password %s", [passwords[role]]
        )
    cursor.execute(f"grant {', '.join(OTHERS)} to {OWNER}")
    cursor.execute("select 1 from pg_database where datname = %s", [database])
    if cursor.fetchone() is None:
        cursor.execute(f'create database "{database}" owner {OWNER}')
    cursor.execute(f'revoke all on database "{database}" from public')
    cursor.execute(f'grant connect on database "{database}" to {", ".join(OTHERS)}')


def main() -> int:
    options = argparse.ArgumentParser(
        prog="python -m portal.servers.roles", description="Makes the portal's database logins on a server of your own."
    )
    options.add_argument("--env", metavar="HOST:PORT", help="print addresses with fresh passwords for a .env file")
    options.add_argument(
        "--redis", metavar="HOST:PORT", help="with --env: where Valkey or Redis is (default: the same host, port 6379)"
    )
    chosen = options.parse_args()
    if chosen.env:
        print("\n".join(_environment(chosen.env, chosen.redis or f"{urlsplit(f'//{chosen.env}').hostname}:6379")))
        return 0
    if lacking := [name for name in (*map(variable, ALL), "DATABASE_ADMIN_URL") if not os.environ.get(name)]:
        return _refused(f"{', '.join(lacking)}: not set (see docs/runbook.md)")
    parts = {role: urlsplit(os.environ[variable(role)]) for role in ALL}
    if wrong := [variable(role) for role, part in parts.items() if part.username != role]:
        return _refused(f"{', '.join(wrong)}: the user must be the role that the name says")
    if bare := [variable(role) for role, part in parts.items() if not part.password]:
        return _refused(f"{', '.join(bare)}: there is no password in it")
    passwords = {role: unquote(part.password or "") for role, part in parts.items()}
    import psycopg2

    try:
        with closing(psycopg2.connect(os.environ["DATABASE_ADMIN_URL"])) as connection:
            connection.autocommit = True
            provision(connection.cursor(), passwords, database=parts[OWNER].path.lstrip("/"))
    except psycopg2.Error as error:
        return _refused(f"DATABASE_ADMIN_URL: {str(error).strip()}")
    return 0


def _refused(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


def _environment(host: str, redis: str) -> list[str]:
    """Words without a character that a shell or a .env file would read as anything else."""
    words = {role: secrets.token_urlsafe(24) for role in ("postgres", "valkey", *ALL)}
    return [
        f"POSTGRES_PASSWORD={words['postgres']}",
        f"VALKEY_PASSWORD={words['valkey']}",
        *(f"{name}={url}" for name, url in addresses(words, host=host, database="portal").items()),
        f"REDIS_URL=redis://:{words['valkey']}@{redis}/0",
    ]


if __name__ == "__main__":
    sys.exit(main())
