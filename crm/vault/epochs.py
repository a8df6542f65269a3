"""The data keys of a vault as rows: beginning an epoch, granting its key, and opening all that somebody was granted."""

from collections.abc import Iterable
from datetime import datetime

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from crm.vault.engine import people, ring
from crm.vault.engine.encoding import Unopened
from crm.vault.engine.people import Own
from crm.vault.engine.ring import Ring
from crm.vault.engine.stored import StoredEpoch
from crm.vault.models import Epoch, Grant, Member, MemberState, Vault
from crm.vault.rules import damaged


def held(who: Who) -> Vault | None:
    """The vault, which nobody else founds, joins or leaves meanwhile. Unlocking goes on beside."""
    return scope(who, Vault).select_for_update(no_key=True).first()


def begin_epoch(who: Who, vault: Vault, own: Own, granter: Member, members: Iterable[Member], at: datetime) -> int:
    """A new data key for those members, whose bindings are checked; everybody else has the old ones only."""
    number, members = scope(who, Epoch).filter(vault=vault).count() + 1, list(members)
    for member in members:
        people.check_binding(member.stored(), own.root_public)
    made, key = ring.new_epoch(vault.stored(), number, root=own.root, members=[one.stored() for one in members])
    epoch = Epoch(firm_id=who.firm_id, practice_id=who.practice_id, vault=vault, number=number, began_at=at)
    epoch.take(made)
    epoch.save(force_insert=True)
    for member in members:
        give(who, member, granter, own, {number: key})
    return number


def enrol(who: Who, member: Member, granter: Member, own: Own, keys: Ring) -> None:
    """Put a member into every epoch and grant the keys. The rows of epochs were checked when the ring was opened."""
    for epoch in scope(who, Epoch).filter(vault_id=member.vault_id):
        epoch.take(ring.joined(epoch.stored(), member.stored(), root=own.root))
        epoch.save(update_fields=["roster", "signature"])
    give(who, member, granter, own, dict(keys.keys))


def give(who: Who, member: Member, granter: Member, own: Own, keys: dict[int, bytes]) -> None:
    """Grant data keys to a member whose binding the trusted root has signed."""
    to = member.stored()
    people.check_binding(to, own.root_public)
    made = [
        ring.grant(epoch=number, key=key, to=to, granter=granter.stored(), signer=own.signer)
        for number, key in keys.items()
    ]
    Grant.unscoped.bulk_create(
        Grant(
            firm_id=who.firm_id,
            practice_id=who.practice_id,
            vault_id=one.vault,
            epoch=one.epoch,
            member_id=one.member,
            granter_id=one.granter,
            sealed=one.sealed,
            signature=one.signature,
        )
        for one in made
    )


def is_outgrown(who: Who, vault: Vault) -> bool:
    """Whether somebody who has left belongs to the newest epoch: what is written now they could still read."""
    gone = scope(who, Member).filter(vault=vault, state=MemberState.LEFT)
    return not newest(who, vault).prints.isdisjoint(one.stored().print for one in gone)


def newest(who: Who, vault: Vault) -> StoredEpoch:
    """The epoch that is written in; whoever asks has checked what is signed."""
    return scope(who, Epoch).filter(vault=vault).latest("number").stored()


def belonging(who: Who, vault: Vault, *, but: Member | None) -> list[Member]:
    """Who belongs to the newest epoch by what the root has signed, and has not left; the row's word is not enough."""
    prints = newest(who, vault).prints
    rows = scope(who, Member).filter(vault=vault).exclude(state=MemberState.LEFT)
    return [one for one in rows if one.stored().print in prints and one != but]


def open_ring(who: Who, member: Member, own: Own) -> Ring:
    """All data keys of a member, after every signature was checked; refuses in words what was changed from outside."""
    members = {one.pk: one.stored() for one in scope(who, Member).filter(vault_id=member.vault_id)}
    epochs = [one.stored() for one in scope(who, Epoch).filter(vault_id=member.vault_id)]
    grants = [one.stored() for one in scope(who, Grant).filter(member=member)]
    try:
        return ring.open_ring(own, member.vault.stored(), members[member.pk], members, epochs, grants)
    except Unopened:
        raise damaged() from None
