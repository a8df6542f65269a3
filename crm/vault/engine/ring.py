"""The practice's data keys: one an epoch, granted to members, signed by the root; and what they open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from crm.vault.engine.encoding import Unopened, context
from crm.vault.engine.keys import KEY, derive, new_key, same
from crm.vault.engine.padding import pad, unpad
from crm.vault.engine.pairs import Pair, check, new_pair, open_with, pair_of, seal_to, sign, signer_of
from crm.vault.engine.people import Own, check_binding
from crm.vault.engine.records import open_record, seal
from crm.vault.engine.stored import Inbox, StoredEpoch, StoredGrant, StoredMember, StoredVault

_EPOCH = 4


@dataclass(frozen=True)
class Ring:
    """The data keys of an unlocked vault, by epoch; what is written goes under the newest."""

    vault: UUID
    practice: int
    keys: Mapping[int, bytes]

    @property
    def newest(self) -> int:
        """The epoch that is written in."""
        return max(self.keys)

    def seal_field(self, model: str, row: UUID, field: str, version: int, text: str) -> bytes:
        """A text for one field of one version of one row."""
        return self.seal_bytes(model, row, field, version, text.encode())

    def open_field(self, model: str, row: UUID, field: str, version: int, sealed: bytes) -> str:
        """The text again. Raises `Unopened`, also for another field, row or version."""
        return self.open_bytes(model, row, field, version, sealed).decode()

    def seal_bytes(self, model: str, row: UUID, field: str, version: int, content: bytes) -> bytes:
        """The same for bytes; padded, as texts are."""
        place = self._place(self.newest, model, row, field, version)
        return self.newest.to_bytes(_EPOCH, "big") + seal(self.keys[self.newest], place, pad(content))

    def open_bytes(self, model: str, row: UUID, field: str, version: int, sealed: bytes) -> bytes:
        """The bytes again. Raises `Unopened`."""
        epoch, key = self._key(sealed)
        return unpad(open_record(key, self._place(epoch, model, row, field, version), sealed[_EPOCH:]))

    def seal_key(self, purpose: str, row: UUID, key: bytes) -> bytes:
        """A key of its own, such as a file's."""
        place = context("key", self.practice, self.vault, self.newest, purpose, row)
        return self.newest.to_bytes(_EPOCH, "big") + seal(self.keys[self.newest], place, key)

    def open_key(self, purpose: str, row: UUID, sealed: bytes) -> bytes:
        """The key again. Raises `Unopened`."""
        epoch, key = self._key(sealed)
        found = open_record(key, context("key", self.practice, self.vault, epoch, purpose, row), sealed[_EPOCH:])
        if len(found) != KEY:
            raise Unopened
        return found

    def packed(self) -> bytes:
        """For the browser session's row."""
        return b"".join(epoch.to_bytes(_EPOCH, "big") + key for epoch, key in sorted(self.keys.items()))

    def _key(self, sealed: bytes) -> tuple[int, bytes]:
        epoch = int.from_bytes(sealed[:_EPOCH], "big")
        if epoch not in self.keys:
            raise Unopened
        return epoch, self.keys[epoch]

    def _place(self, epoch: int, model: str, row: UUID, field: str, version: int) -> bytes:
        return context("field", self.practice, self.vault, epoch, model, row, field, version)


def unpacked(vault: UUID, practice: int, content: bytes) -> Ring:
    """What `packed` wrote."""
    size = _EPOCH + KEY
    if not content or len(content) % size:
        raise Unopened
    parts = [content[at : at + size] for at in range(0, len(content), size)]
    return Ring(vault, practice, {int.from_bytes(one[:_EPOCH], "big"): one[_EPOCH:] for one in parts})


def found_vault(*, vault: UUID, practice: int) -> tuple[StoredVault, bytes, bytes]:
    """A new vault, the root's private key, and the private key for the sheets of paper, which gives the root again."""
    paper = new_pair()
    root = root_of(paper.private)
    bare = StoredVault(vault, practice, root.public, paper.public, b"")
    signature = sign(root.private, bare.recovery_statement)
    return replace(bare, recovery_signature=signature), root.private, paper.private


def root_of(paper: bytes) -> Pair:
    """The root's pair, by the key on paper alone: whoever writes the database cannot bring another."""
    return signer_of(derive(paper, label="root of a vault"))


def commitment(vault: UUID, number: int, key: bytes) -> bytes:
    """What an epoch says of its key without telling it."""
    return derive(key, label="commitment of an epoch", salt=context("epoch", vault, number))


def new_epoch(
    vault: StoredVault, number: int, *, root: bytes, members: Iterable[StoredMember]
) -> tuple[StoredEpoch, bytes]:
    """The next epoch of those members and its data key, which the paper opens too."""
    check_paper(vault)
    if signer_of(root).public != vault.root_public:
        raise Unopened
    key, inbox = new_key(), new_pair()
    roster = b"".join(sorted(one.print for one in members))
    bare = StoredEpoch(vault.id, number, commitment(vault.id, number, key), inbox.public, b"", b"", roster, b"")
    bare = replace(
        bare,
        inbox_sealed=seal(key, bare.inbox_place, inbox.private),
        recovery_sealed=seal_to(vault.recovery_public, bare.recovery_place, key),
    )
    return replace(bare, signature=sign(root, bare.statement)), key


def joined(epoch: StoredEpoch, member: StoredMember, *, root: bytes) -> StoredEpoch:
    """The epoch with one more who belongs to it. Nobody ever leaves one: leaving begins the next."""
    check(signer_of(root).public, epoch.statement, epoch.signature)
    bare = replace(epoch, roster=b"".join(sorted({*epoch.prints, member.print})))
    return replace(bare, signature=sign(root, bare.statement))


def grant(*, epoch: int, key: bytes, to: StoredMember, granter: StoredMember, signer: bytes) -> StoredGrant:
    """One epoch's key for one member whose binding the caller has checked."""
    bare = StoredGrant(to.vault, epoch, to.id, granter.id, b"", b"")
    bare = replace(bare, sealed=seal_to(to.box_public, bare.place(to.print), key))
    return replace(bare, signature=sign(signer, bare.statement(to.print)))


def open_ring(
    own: Own,
    vault: StoredVault,
    member: StoredMember,
    members: Mapping[UUID, StoredMember],
    epochs: Iterable[StoredEpoch],
    grants: Iterable[StoredGrant],
) -> Ring:
    """All keys that a member was granted, after everything the root and the granters signed was checked.

    Raises `Unopened` when anything of it is forged, missing, older than what this member has seen, or not theirs.
    """
    check_vault(own.root_public, vault, member)
    known = check_epochs(own.root_public, vault, epochs)
    if not known or max(known) < own.epoch:
        raise Unopened
    keys = {}
    for one in grants:
        granter = members.get(one.granter)
        if one.epoch not in known or one.epoch in keys or one.member != member.id or granter is None:
            raise Unopened
        check_binding(granter, own.root_public)
        check_grant(one, member, granter)
        if member.print not in known[one.epoch].prints:
            raise Unopened
        key = open_with(own.box, one.place(member.print), one.sealed)
        keys[one.epoch] = _committed(known[one.epoch], key)
    if sorted(keys) != list(range(1, max(known) + 1)):
        raise Unopened
    return Ring(vault.id, vault.practice, keys)


def open_by_paper(vault: StoredVault, paper: bytes, epochs: Iterable[StoredEpoch]) -> tuple[Ring, bytes]:
    """All keys and the root's own, by the key on paper. Raises `Unopened`."""
    root = root_of(paper)
    if pair_of(paper).public != vault.recovery_public or root.public != vault.root_public:
        raise Unopened
    check_paper(vault)
    known = check_epochs(root.public, vault, epochs)
    keys = {
        number: _committed(one, open_with(paper, one.recovery_place, one.recovery_sealed))
        for number, one in known.items()
    }
    if not keys:
        raise Unopened
    return Ring(vault.id, vault.practice, keys), root.private


def check_vault(root_public: bytes, vault: StoredVault, member: StoredMember) -> None:
    """Raises `Unopened` unless vault, paper key and member are what the trusted root signed."""
    if not same(root_public, vault.root_public) or (member.vault, member.practice) != (vault.id, vault.practice):
        raise Unopened
    check_paper(vault)
    check_binding(member, root_public)


def check_paper(vault: StoredVault) -> None:
    """Raises `Unopened` unless the root signed the key on paper."""
    check(vault.root_public, vault.recovery_statement, vault.recovery_signature)


def check_grant(one: StoredGrant, to: StoredMember, granter: StoredMember) -> None:
    """Raises `Unopened` unless the granter signed this key for this member."""
    check(granter.sign_public, one.statement(to.print), one.signature)


def check_epochs(root_public: bytes, vault: StoredVault, epochs: Iterable[StoredEpoch]) -> dict[int, StoredEpoch]:
    """The epochs by number, each signed by the root, none missing. Raises `Unopened`."""
    known: dict[int, StoredEpoch] = {}
    for one in epochs:
        if one.vault != vault.id or one.number in known:
            raise Unopened
        check(root_public, one.statement, one.signature)
        known[one.number] = one
    if sorted(known) != list(range(1, len(known) + 1)):
        raise Unopened
    return known


def deposit(inbox: Inbox, row: UUID, kind: str, content: bytes) -> bytes:
    """Seal what a job has to leave behind; the job cannot open it again."""
    return seal_to(inbox.public, _deposit_place(inbox, row, kind), content)


def open_deposit(ring: Ring, epoch: StoredEpoch, row: UUID, kind: str, sealed: bytes) -> bytes:
    """What a job left behind. Raises `Unopened`."""
    if epoch.number not in ring.keys:
        raise Unopened
    private = open_record(ring.keys[epoch.number], epoch.inbox_place, epoch.inbox_sealed)
    if pair_of(private).public != epoch.inbox_public:
        raise Unopened
    return open_with(private, _deposit_place(epoch.inbox, row, kind), sealed)


def _deposit_place(inbox: Inbox, row: UUID, kind: str) -> bytes:
    return context("deposit", inbox.vault, inbox.epoch, row, kind)


def _committed(epoch: StoredEpoch, key: bytes) -> bytes:
    if not same(commitment(epoch.vault, epoch.number, key), epoch.commitment):
        raise Unopened
    return key
