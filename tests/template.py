"""The empty migrated database, kept on the server for the next run: building it costs more than most runs.

Its name carries a hash of what migrations execute, so that whoever changes that gets another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
_LOCK = 7_207_201
_SOURCES = (
    "*/migrations/*.py",
    "accounts/*/migrations/*.py",
    "accounts/**/sql_*.py",
    "crm/**/sql_*.py",
    "portal/*/migrations/*.py",
    "portal/*/sql_*.py",
    "accounts/ground/access/*.py",
    "portal/lib/*.py",
    "requirements/base.txt",
)


def test_databases() -> Any:
    """Django's test databases, copied from the kept one; the first to come builds that. Shapes as `setup_databases`."""
    from django.db import connections
    from django.test.utils import setup_databases

    kept = fresh()
    options = connections["default"].settings_dict["TEST"]
    with alone() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [kept])
        known = cursor.fetchone() is not None
        options["TEMPLATE"] = kept if known else None
        built = setup_databases(verbosity=0, interactive=False, aliases=set(connections), serialized_aliases=set())
        if not known:
            connections.close_all()
            cursor.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'portal\_kept\_%'")
            for (old,) in cursor.fetchall():
                cursor.execute(f'DROP DATABASE "{old}"')
            name = connections["default"].settings_dict["NAME"]
            cursor.execute(f'CREATE DATABASE "{kept}" TEMPLATE "{name}"')
    return built


@cache
def fresh() -> str:
    """The kept database's name, from the sources of the schema and the day, with which its calendar begins."""
    digest = hashlib.sha256(datetime.now(UTC).date().isoformat().encode())
    for pattern in _SOURCES:
        for path in sorted(CHECKOUT.glob(pattern)):
            digest.update(path.relative_to(CHECKOUT).as_posix().encode() + b"\0" + path.read_bytes())
    return f"portal_kept_{digest.hexdigest()[:16]}"


@contextmanager
def alone() -> Iterator[Any]:
    """A cursor outside every transaction; other processes of the same run wait for the block to end."""
    import psycopg2

    from portal.lib import env

    owner = env.database("DATABASE_URL")
    connection = psycopg2.connect(
        host=owner["HOST"], port=owner["PORT"], user=owner["USER"], password=owner["PASSWORD"], dbname="postgres"
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            yield cursor
    finally:
        connection.close()
