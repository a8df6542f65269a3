"""Brands for a person: the one they are shown, and the versions their practice has saved."""

from datetime import datetime
from typing import NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import TextField
from django.db.models.expressions import RawSQL

from accounts.desk.brand.models import BrandVersion
from accounts.desk.brand.rules import BRAND_ID
from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Firm, Practice

_WORN = "(SELECT ARRAY[name, banner_sha256, desk_colour_at(%s)] FROM desk_brand_at(%s))"


class Brand(NamedTuple):
    """What holds at a moment."""

    name: str
    banner_sha256: str
    colour: str = ""


def brand_at(at: datetime) -> Brand | None:
    """Of the practice that looks after whoever asks, else of the level above it."""
    with cursor() as cur:
        cur.execute(f"SELECT {_WORN}", [at, at])
        row = cur.fetchone()
    return Brand(*row[0]) if row[0] else None


def house_of(who: Who, practice_id: int | None, at: datetime) -> str:
    """Under whose name a document is handed out: the brand that an owner is shown, else the practice's own name, or
    the firm's for somebody who stands in none."""
    worn = brand_at(at) if who.is_owner else None
    if worn is not None:
        return worn.name
    named = Practice.unscoped.filter(pk=practice_id) if practice_id else Firm.unscoped.filter(pk=who.firm_id)
    return named.values_list("name", flat=True).first() or ""


def worn_at(at: datetime) -> RawSQL:
    """The same as a column of a query that is asked anyway: the parts of a `Brand`, or None."""
    return RawSQL(_WORN, [at, at], output_field=ArrayField(TextField()))  # noqa: S611  a constant text


def brand_of_person(user_id: int, firm_id: int | None, at: datetime) -> Brand | None:
    """What a client or a group's user is shown, for the worker that delivers mail to them."""
    with cursor() as cur:
        cur.execute("SELECT name, '', colour FROM desk_brand_of_person(%s, %s, %s)", [user_id, firm_id, at])
        row = cur.fetchone()
    return Brand(*row) if row else None


def banner(sha256: str, at: datetime) -> tuple[bytes, str] | None:
    """A banner that the asker is shown, or that their own practice has saved, with its content type."""
    with cursor() as cur:
        cur.execute("SELECT content, kind FROM desk_banner(%s, %s)", [sha256, at])
        row = cur.fetchone()
    return (bytes(row[0]), row[1]) if row else None


class AtTheDoor(NamedTuple):
    """What the sign-in page wears."""

    brand_id: str
    name: str
    banner_sha256: str
    colour: str


def brand_at_the_door(brand_id: str, host: str, at: datetime) -> AtTheDoor | None:
    """The brand of the link somebody came by, else of the host name they asked; before anybody is known."""
    with cursor() as cur:
        known = brand_id if BRAND_ID.fullmatch(brand_id) else ""
        cur.execute("SELECT * FROM desk_brand_at_the_door(%s, %s, %s)", [known, host, at])
        row = cur.fetchone()
    return AtTheDoor(*row) if row else None


class DoorBrand(NamedTuple):
    """What a link to the sign-in page names."""

    brand_id: str
    name: str
    banner_sha256: str
    content: bytes
    kind: str


def brand_of_link(brand_id: str, at: datetime) -> DoorBrand | None:
    """The brand with that id, if it holds now; asked before anybody is known."""
    if not BRAND_ID.fullmatch(brand_id):
        return None
    with cursor() as cur:
        cur.execute("SELECT name, banner_sha256, content, kind FROM desk_brand_of_link(%s, %s)", [brand_id, at])
        row = cur.fetchone()
    return DoorBrand(brand_id, row[0], row[1], bytes(row[2] or b""), row[3]) if row else None


def own_practice(who: Who) -> Practice:
    """The practice whose brand the person keeps."""
    return scope(who, Practice).get(pk=who.practice_id)


def latest(who: Who) -> BrandVersion | None:
    """The version saved last, whether it holds already or not."""
    rows = scope(who, BrandVersion).filter(practice_id=who.practice_id)
    return rows.order_by("-saved_at", "-effective_at").first()
