"""The five logins of the portal's database (docs/decisions/0002-database-roles.md).

`python -m portal.servers.roles --env HOST` prints addresses with fresh passwords; `python -m portal.servers.roles`
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
    options = argparse.ArgumentParser(description="Makes the portal's database logins on a server of your own.")
    options.add_argument("--env", metavar="HOST", help="print addresses with fresh passwords for a .env file instead")
    host = options.parse_args().env
    if host:
        print("\n".join(_environment(host)))
        return 0
    parts = {role: urlsplit(os.environ[variable(role)]) for role in ALL}
    if wrong := [variable(role) for role, part in parts.items() if part.username != role]:
        print(f"{', '.join(wrong)}: the user must be the role that the name says", file=sys.stderr)
        return 1
    passwords = {role: unquote(part.password or "") for role, part in parts.items()}
    import psycopg2

    with closing(psycopg2.connect(os.environ["DATABASE_ADMIN_URL"])) as connection:
        connection.autocommit = True
        provision(connection.cursor(), passwords, database=parts[OWNER].path.lstrip("/"))
    return 0


def _environment(host: str) -> list[str]:
    words = {role: secrets.token_urlsafe(24) for role in ("postgres", "valkey", *ALL)}
    return [
        f"POSTGRES_PASSWORD={words['postgres']}",
        f"VALKEY_PASSWORD={words['valkey']}",
        *(f"{name}={url}" for name, url in addresses(words, host=host, database="portal").items()),
    ]


if __name__ == "__main__":
    sys.exit(main())
