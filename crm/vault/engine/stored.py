"""What a database holds of a vault, as plain values; whoever can write the database can change any of it."""

from dataclasses import dataclass
from uuid import UUID

from crm.vault.engine.encoding import context
from crm.vault.engine.keys import KEY, Cost, fingerprint


@dataclass(frozen=True)
class StoredVault:
    """A practice's vault: whose signature counts, and the public half of the key on paper."""

    id: UUID
    practice: int
    root_public: bytes
    recovery_public: bytes
    recovery_signature: bytes

    @property
    def recovery_statement(self) -> bytes:
        """What the root signs of the key on paper, so that nobody puts another one in its place."""
        return context("recovery key", self.id, self.practice, self.recovery_public)


@dataclass(frozen=True)
class StoredMember:
    """A person's keys, the private halves wrapped twice, and the root's signature under the public ones."""

    id: UUID
    vault: UUID
    practice: int
    user: int
    box_public: bytes
    sign_public: bytes
    cost: Cost
    salt: bytes
    pepper: bytes
    blob: bytes
    recovery_salt: bytes
    recovery_blob: bytes
    not_before: int
    binding: bytes

    @property
    def print(self) -> bytes:
        """The fingerprint of both public keys."""
        return fingerprint(self.box_public, self.sign_public)

    @property
    def statement(self) -> bytes:
        """What the root signs when somebody joins."""
        keys = (self.box_public, self.sign_public)
        return context("binding", self.vault, self.practice, self.id, self.user, *keys, self.not_before)

    @property
    def password_place(self) -> bytes:
        """Where the blob under the storage password belongs, down to the cost of guessing it."""
        cost = (self.cost.memory, self.cost.passes, self.cost.lanes, self.salt, self.pepper)
        return context("blob by password", *self._who, *cost)

    @property
    def recovery_place(self) -> bytes:
        """Where the blob under the recovery code belongs."""
        return context("blob by code", *self._who, self.recovery_salt)

    @property
    def _who(self) -> tuple[UUID | int | bytes, ...]:
        return (self.vault, self.practice, self.id, self.user, self.box_public, self.sign_public)


@dataclass(frozen=True)
class Inbox:
    """To what jobs seal what they leave behind."""

    vault: UUID
    epoch: int
    public: bytes


@dataclass(frozen=True)
class StoredEpoch:
    """One period of the practice's data key: what it is committed to, who belongs to it, and the pair of its inbox."""

    vault: UUID
    number: int
    commitment: bytes
    inbox_public: bytes
    inbox_sealed: bytes
    recovery_sealed: bytes
    roster: bytes
    signature: bytes

    @property
    def statement(self) -> bytes:
        """What the root signs of an epoch."""
        sealed = fingerprint(self.inbox_sealed, self.recovery_sealed)
        return context("epoch", self.vault, self.number, self.commitment, self.inbox_public, sealed, self.roster)

    @property
    def prints(self) -> set[bytes]:
        """The fingerprints of all who belong to it: nobody else is given its key, or the next one's."""
        return {self.roster[at : at + KEY] for at in range(0, len(self.roster), KEY)}

    @property
    def inbox(self) -> Inbox:
        """What jobs read of it."""
        return Inbox(self.vault, self.number, self.inbox_public)

    @property
    def inbox_place(self) -> bytes:
        """Where the private half of the inbox belongs."""
        return context("inbox key", self.vault, self.number, self.inbox_public)

    @property
    def recovery_place(self) -> bytes:
        """Where the data key that the paper opens belongs."""
        return context("grant to paper", self.vault, self.number)


@dataclass(frozen=True)
class StoredGrant:
    """One epoch's data key, sealed to one member and signed by who gave it."""

    vault: UUID
    epoch: int
    member: UUID
    granter: UUID
    sealed: bytes
    signature: bytes

    def place(self, member_print: bytes) -> bytes:
        """Where the key belongs."""
        return context("grant", self.vault, self.epoch, self.member, member_print, self.granter)

    def statement(self, member_print: bytes) -> bytes:
        """What the granter signs."""
        return context("grant signed", self.place(member_print), self.sealed)
