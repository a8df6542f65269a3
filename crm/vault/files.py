"""Sealed files: each under a key of its own, written chunk by chunk and read from anywhere; never whole in memory."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from accounts.ground.access.scope import scope
from crm.vault.engine import stream
from crm.vault.engine.keys import new_key
from crm.vault.models import SealedFile
from crm.vault.sealed import Opened
from crm.vault.stores import StoreFailed, store

PURPOSE = "file"


def keep(*, vault: Opened, blocks: Iterable[bytes], at: datetime) -> SealedFile:
    """Seal a stream into the store. If the caller's transaction fails, the sealed bytes lie there without any key."""
    pk, key, place = uuid4(), new_key(), uuid4().hex + uuid4().hex
    length = store().put(place, stream.seal_chunks(key, pk, blocks))
    row = SealedFile(
        id=pk,
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        vault_id=vault.ring.vault,
        place=place,
        key_sealed=vault.ring.seal_key(PURPOSE, pk, key),
        length=length,
        stored_at=at,
    )
    row.save(force_insert=True)
    return row


def length_of(row: SealedFile) -> int:
    """How long the file itself is. Raises `Unopened`."""
    return stream.plain_length(row.length)


def content(*, vault: Opened, row: SealedFile, begin: int = 0, end: int = -1) -> Iterator[bytes]:
    """The file, or some of it; each chunk is checked before it is handed out. Raises `Unopened`, `StoreFailed`."""
    key = vault.ring.open_key(PURPOSE, row.pk, bytes(row.key_sealed))

    def read(first: int, last: int) -> bytes:
        return store().read(row.place, first, last)

    return stream.open_range(key, row.pk, read, length=row.length, begin=begin, end=end)


def forget(*, vault: Opened, row: SealedFile) -> None:
    """Take the key away, and the bytes once that has come to stay; without the key they say nothing."""
    place = row.place
    scope(vault.who, SealedFile).filter(pk=row.pk).delete()
    transaction.on_commit(lambda: forget_bytes(place))


def forget_bytes(place: str) -> None:
    """What lay there. Without their key the bytes are noise; `vault verify` names those that lie about."""
    with suppress(StoreFailed):
        store().delete(place)
