"""Identifiers that follow from what they name, so that a second attempt meets the first; the same in Python and SQL.

PostgreSQL has no name-based uuid without an extension, so these are version 8: sixteen bytes of a SHA-256.
"""

from hashlib import sha256
from uuid import UUID

from portal.lib.fingerprint import Field, canonical, sql_canonical


def uuid_of(*fields: Field) -> UUID:
    """The identifier of these fields in this order; the same fields give the same one everywhere."""
    digits = sha256(canonical(fields).encode("utf-8")).hexdigest()
    return UUID(f"{digits[:12]}8{digits[13:16]}8{digits[17:32]}")


def sql_uuid(*expressions: str) -> str:
    """SQL for `uuid_of` of these text expressions."""
    digits = f"encode(substring(sha256(convert_to({sql_canonical(*expressions)}, 'UTF8')) for 16), 'hex')"
    return f"overlay(overlay({digits} placing '8' from 13) placing '8' from 17)::uuid"


def transfer_id(kind: str, source: UUID) -> UUID:
    """The identifier of the movement by which `kind` settles the row `source`."""
    return uuid_of("transfer", kind, str(source))


def sql_transfer_id(kind: str, source: str) -> str:
    """SQL for `transfer_id` of two text and uuid expressions."""
    return sql_uuid("'transfer'", kind, f"{source}::text")
