"""What jobs leave behind: sealed to the inbox without any key, kept under the data key when a member comes."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from crm.vault.engine import ring
from crm.vault.engine.encoding import Unopened
from crm.vault.engine.ring import Ring
from crm.vault.engine.stored import Inbox
from crm.vault.models import Deposit, Epoch
from crm.vault.sealed import Opened

MOST_AT_ONCE = 200
# Who takes in what was left as soon as somebody unlocks; each is told the opened vault and the moment.
takers: list[Callable[[Opened, datetime], int]] = []
KIND = "deposit"


def leave(*, practice_id: int, kind: str, content: bytes, at: datetime) -> UUID | None:
    """Seal something to a practice's inbox; None where the practice keeps no client book.

    A job may do this: it needs no key, and cannot read it again.
    """
    columns = ("firm_id", "vault_id", "number", "inbox_public")  # a job's login may read no others
    epoch = Epoch.unscoped.filter(practice_id=practice_id).order_by("-number").values_list(*columns).first()
    if epoch is None:
        return None
    firm_id, vault_id, number, public = epoch
    inbox, pk = Inbox(vault_id, number, bytes(public)), uuid4()
    Deposit.unscoped.bulk_create(
        [
            Deposit(
                id=pk,
                firm_id=firm_id,
                practice_id=practice_id,
                vault_id=vault_id,
                epoch=number,
                kind=kind,
                sealed=ring.deposit(inbox, pk, kind, content),
                left_at=at,
            )
        ]
    )
    return pk


def keep_waiting(who: Who, keys: Ring, at: datetime) -> int:
    """Open what waits and keep it under the data key; how many. What does not open stays as it is."""
    epochs = {one.number: one.stored() for one in scope(who, Epoch).filter(vault_id=keys.vault)}
    kept = []
    for row in scope(who, Deposit).filter(vault_id=keys.vault, kept_at=None).order_by("left_at", "pk")[:MOST_AT_ONCE]:
        try:
            content = ring.open_deposit(keys, epochs[row.epoch], row.pk, row.kind, bytes(row.sealed))
        except (Unopened, KeyError):
            continue
        row.sealed = keys.seal_bytes(KIND, row.pk, row.kind, 1, content)
        row.kept_at = at
        kept.append(row)
    scope(who, Deposit).bulk_update(kept, ["sealed", "kept_at"])
    return len(kept)


def content_of(row: Deposit, keys: Ring) -> bytes:
    """What a kept deposit says. Raises `Unopened`."""
    return keys.open_bytes(KIND, row.pk, row.kind, 1, bytes(row.sealed))
