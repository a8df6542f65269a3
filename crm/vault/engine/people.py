"""A member's own keys: made at set-up, wrapped by the storage password and by the recovery code, opened again."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from crm.vault.engine.encoding import Unopened, context
from crm.vault.engine.keys import KEY, SALT, Cost, from_password, hkdf
from crm.vault.engine.pairs import check, new_pair, new_signer, pair_of, sign, signer_of
from crm.vault.engine.records import open_record, seal
from crm.vault.engine.stored import StoredMember

PEPPER_NAME = 8


@dataclass(frozen=True)
class Own:
    """What a member's blob holds: two private keys, the root they trust, the newest epoch seen, the root's own key."""

    box: bytes
    signer: bytes
    root_public: bytes
    epoch: int = 0
    root: bytes = b""

    def packed(self) -> bytes:
        """The same length for everybody, so that the blob does not say who holds the root."""
        root = self.root or bytes(KEY)
        return (
            self.box + self.signer + self.root_public + self.epoch.to_bytes(4, "big") + bytes([bool(self.root)]) + root
        )


def unpacked(content: bytes) -> Own:
    """What `packed` wrote."""
    if len(content) != 4 * KEY + 5:
        raise Unopened
    box, signer, root_public = (content[at : at + KEY] for at in (0, KEY, 2 * KEY))
    epoch, holds = int.from_bytes(content[3 * KEY : 3 * KEY + 4], "big"), content[3 * KEY + 4]
    return Own(box, signer, root_public, epoch, content[-KEY:] if holds else b"")


@dataclass(frozen=True)
class Peppers:
    """The installation's secrets that no database holds, by name; new blobs use the first."""

    by_name: Mapping[bytes, bytes]

    @property
    def newest(self) -> bytes:
        """The name of the one in use."""
        return next(iter(self.by_name))

    def of(self, name: bytes) -> bytes:
        """The pepper of that name. Raises `Unopened`."""
        if name not in self.by_name:
            raise Unopened
        return self.by_name[name]


def make(
    *, vault: UUID, practice: int, member: UUID, user: int, root_public: bytes, root: bytes = b""
) -> tuple[StoredMember, Own]:
    """Fresh pairs; nothing is wrapped yet. The founder hands in the root it has made."""
    box, signer = new_pair(), new_signer()
    own = Own(box.private, signer.private, root_public, 0, root)
    empty = StoredMember(
        id=member,
        vault=vault,
        practice=practice,
        user=user,
        box_public=box.public,
        sign_public=signer.public,
        cost=Cost(),
        salt=b"",
        pepper=b"",
        blob=b"",
        recovery_salt=b"",
        recovery_blob=b"",
        not_before=0,
        binding=b"",
    )
    return empty, own


def wrapped(member: StoredMember, own: Own, *, password: str, cost: Cost, peppers: Peppers) -> StoredMember:
    """The member with the blob that the storage password opens, under a new salt."""
    salt = secrets.token_bytes(SALT)
    ready = replace(member, cost=cost, salt=salt, pepper=peppers.newest)
    key = from_password(password, salt=salt, cost=cost, pepper=peppers.of(ready.pepper))
    return replace(ready, blob=seal(key, ready.password_place, own.packed()))


def wrapped_by_code(member: StoredMember, own: Own, code: bytes) -> StoredMember:
    """The member with the blob that the recovery code opens; no pepper in it, so it outlives a lost one."""
    ready = replace(member, recovery_salt=secrets.token_bytes(SALT))
    return replace(ready, recovery_blob=seal(_code_key(ready, code), ready.recovery_place, own.packed()))


def password_key(member: StoredMember, *, password: str, peppers: Peppers) -> bytes:
    """The slow part of opening: the key that wraps the blob."""
    return from_password(password, salt=member.salt, cost=member.cost, pepper=peppers.of(member.pepper))


def opened(member: StoredMember, key: bytes) -> Own:
    """A member's keys, by the key that the storage password gave. Raises `Unopened`."""
    return _checked(member, unpacked(open_record(key, member.password_place, member.blob)))


def opened_by_code(member: StoredMember, code: bytes) -> Own:
    """A member's keys, by the recovery code. Raises `Unopened`."""
    return _checked(member, unpacked(open_record(_code_key(member, code), member.recovery_place, member.recovery_blob)))


def rewrapped(member: StoredMember, own: Own, key: bytes) -> StoredMember:
    """The same blob with what has changed in it, under the same key."""
    return replace(member, blob=seal(key, member.password_place, own.packed()))


def bound(member: StoredMember, root: bytes, *, not_before: int) -> StoredMember:
    """The member with the root's signature under their public keys."""
    ready = replace(member, not_before=not_before)
    return replace(ready, binding=sign(root, ready.statement))


def check_binding(member: StoredMember, root_public: bytes) -> None:
    """Raises `Unopened` unless the root signed these keys for this person."""
    check(root_public, member.statement, member.binding)


def _code_key(member: StoredMember, code: bytes) -> bytes:
    return hkdf(code, salt=member.recovery_salt, info=context("recovery code", member.id), length=KEY)


def _checked(member: StoredMember, own: Own) -> Own:
    """The private halves must be those of the public ones that everybody else sees."""
    if pair_of(own.box).public != member.box_public or signer_of(own.signer).public != member.sign_public:
        raise Unopened
    if own.root and signer_of(own.root).public != own.root_public:
        raise Unopened
    return own
