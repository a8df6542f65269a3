"""A vault as a database would hold it, made by the engine alone, at the floor of the cost so that tests stay quick."""

import secrets
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID, uuid4

from crm.vault.engine import people, ring
from crm.vault.engine.keys import FLOOR
from crm.vault.engine.people import Own, Peppers
from crm.vault.engine.stored import StoredEpoch, StoredGrant, StoredMember, StoredVault

PASSWORD = "correct horse battery staple"
OTHER_PASSWORD = "wandering otters prefer rain"
PEPPERS = Peppers({b"pepper 1": b"p" * 32})


@dataclass
class Made:
    """A vault with its members, and every secret that went into it."""

    vault: StoredVault
    root: bytes
    paper: bytes
    members: dict[UUID, StoredMember] = field(default_factory=dict)
    owns: dict[UUID, Own] = field(default_factory=dict)
    kek: dict[UUID, bytes] = field(default_factory=dict)
    codes: dict[UUID, bytes] = field(default_factory=dict)
    epochs: list[StoredEpoch] = field(default_factory=list)
    grants: list[StoredGrant] = field(default_factory=list)

    @property
    def founder(self):
        return next(iter(self.members))

    def grants_of(self, member):
        return [one for one in self.grants if one.member == member]

    def ring_of(self, member):
        return ring.open_ring(
            self.owns[member], self.vault, self.members[member], self.members, self.epochs, self.grants_of(member)
        )

    def join(self, user, password, *, root=b""):
        bare, own = people.make(
            vault=self.vault.id,
            practice=self.vault.practice,
            member=uuid4(),
            user=user,
            root_public=self.vault.root_public,
            root=root,
        )
        code = secrets.token_bytes(20)
        member = people.wrapped(bare, own, password=password, cost=FLOOR, peppers=PEPPERS)
        member = people.bound(people.wrapped_by_code(member, own, code), self.root, not_before=1_700_000_000)
        self.members[member.id], self.owns[member.id], self.codes[member.id] = member, own, code
        self.kek[member.id] = people.password_key(member, password=password, peppers=PEPPERS)
        return member

    def rotate(self):
        number, members = len(self.epochs) + 1, self.members.values()
        epoch, key = ring.new_epoch(self.vault, number, root=self.root, members=members)
        self.epochs.append(epoch)
        for member in self.members.values():
            self.give(member, epoch.number, key)

    def give(self, member, number, key):
        granter = self.members[self.founder]
        signer = self.owns[granter.id].signer
        self.grants.append(ring.grant(epoch=number, key=key, to=member, granter=granter, signer=signer))


def made(practice=7, users=(11, 12), epochs=2):
    """A vault of two members through two epochs."""
    vault, root, paper = ring.found_vault(vault=uuid4(), practice=practice)
    found = Made(vault, root, paper)
    for at, user in enumerate(users):
        found.join(user, PASSWORD if at == 0 else OTHER_PASSWORD, root=root if at == 0 else b"")
    for _ in range(epochs):
        found.rotate()
    return found


@cache
def two_vaults():
    """One's own and a stranger's; made once, for deriving keys takes time. Tests change copies."""
    return made(), made(practice=8, users=(21, 22))
