"""One text for one sequence of fields, and its SHA-256: what a proof, a digest and a seal are made of.

Canonical text: every field is its length in UTF-8 bytes, a colon, the field and a comma; an absent field is `-,`.
Lengths make it unambiguous: no field can pretend to be two.  PostgreSQL builds the same text (`sql_canonical`).
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

Field = str | int | Decimal | date | datetime | bool | None


def canonical(fields: Iterable[Field]) -> str:
    return "".join(_framed(text_of(field)) for field in fields)


def fingerprint(fields: Iterable[Field]) -> str:
    """SHA-256 of the canonical text, as 64 lower-case hexadecimal digits."""
    return digest(canonical(fields))


def digest(text: str) -> str:
    return sha256(text.encode("utf-8")).hexdigest()


def chain(previous: str | None, this: str) -> str:
    """The link that holds `this` digest to everything before it.  The first link has no previous."""
    return fingerprint([previous, this])


def text_of(field: Field) -> str | None:
    """How one value is written: as PostgreSQL's `::text` writes it.  A Decimal keeps the places it has."""
    if field is None or isinstance(field, str):
        return field
    if isinstance(field, bool):
        return "true" if field else "false"
    if isinstance(field, Decimal):
        return _decimal_text(field)
    if isinstance(field, datetime):
        return _instant_text(field)
    if isinstance(field, int):
        return str(field)
    if isinstance(field, date):
        return field.isoformat()
    raise TypeError(f"{type(field).__name__} has no canonical text")


def sql_canonical(*expressions: str) -> str:
    """SQL for the canonical text of these text expressions, in order."""
    framed = (f"coalesce(octet_length({text})::text || ':' || ({text}), '-') || ','" for text in expressions)
    return " || ".join(framed)


def sql_digest(expression: str) -> str:
    """SQL for the hexadecimal SHA-256 of a text expression.  The database's encoding is UTF-8."""
    return f"encode(sha256(convert_to({expression}, 'UTF8')), 'hex')"


def _framed(text: str | None) -> str:
    return "-," if text is None else f"{len(text.encode('utf-8'))}:{text},"


def _decimal_text(number: Decimal) -> str:
    if not number.is_finite():
        raise ValueError(f"{number} has no canonical text")
    # PostgreSQL has no negative zero; two equal values must not have two texts.
    return format(abs(number) if number.is_zero() else number, "f")


def _instant_text(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("an instant without a zone has no canonical text")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
