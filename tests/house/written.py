"""Whether anything was written: PostgreSQL's own counts, which cost next to nothing, and then the rows themselves."""

from typing import Any

from django.db import connection

# A refusal is itself noted in the trail, and a question for a second proof leaves its grant.
LEAVES_A_TRACE = ("accounts_stepupgrant", "accounts_trailentry")
# A visit may write its own session.
OF_THE_VISIT = ("accounts_session",)

_COUNTED: list[list[int]] = []
_LOOKED_AT: list[str] = []


def written() -> int:
    """How many rows this transaction has written so far, whether it kept them or not, traces left out."""
    with connection.cursor() as cursor:
        if not _COUNTED:
            cursor.execute(
                "SELECT array_agg(oid::bigint) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " AND relkind = 'r' AND relname <> ALL (%s)",
                [[*LEAVES_A_TRACE, *OF_THE_VISIT]],
            )
            _COUNTED.append(cursor.fetchone()[0])
        cursor.execute(
            "SELECT sum(pg_stat_get_xact_tuples_inserted(o::oid) + pg_stat_get_xact_tuples_updated(o::oid)"
            " + pg_stat_get_xact_tuples_deleted(o::oid)) FROM unnest(%s) o",
            _COUNTED,
        )
        return cursor.fetchone()[0]


def fingerprint_of_rows() -> list[tuple[Any, ...]]:
    """Per tenant table: how many rows there are and the youngest row version; changes when any row does."""
    with connection.cursor() as cursor:
        if not _LOOKED_AT:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
                " AND NOT relispartition AND relforcerowsecurity AND relname <> ALL (%s) ORDER BY 1",
                [list(LEAVES_A_TRACE)],
            )
            _LOOKED_AT.extend(name for (name,) in cursor.fetchall())
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*), max(xmin::text::bigint) FROM {table}" for table in _LOOKED_AT
            )
            + " ORDER BY 1"  # parallel workers answer in any order
        )
        return cursor.fetchall()
