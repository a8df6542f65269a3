"""The evil database: whoever can write stored rows changes them in every way, and nothing of it is accepted.

Each mutation must end in the one error there is, or leave what is read as it was because it was not read at all. The
seeds are the structures of two vaults as the engine makes them, with people, grants, records, files and sessions.
"""

import random
from collections import Counter
from dataclasses import fields, replace
from uuid import uuid4

import pytest

from crm.vault.engine import people, ring, stream
from crm.vault.engine.encoding import Unopened
from crm.vault.engine.keys import Cost
from crm.vault.engine.sessions import StoredSession, unwrap, wrap
from tests.crm.vault.kit import PASSWORD, PEPPERS, two_vaults

LEAST = 50_000
CHUNKS = 3


class Evil:
    """Counts what was tried and what got through."""

    def __init__(self):
        self.tried, self.accepted, self.words = Counter(), [], set()

    def refuse(self, structure, attempt, *, truth=None):
        """The attempt must fail as everything fails."""
        self.tried[structure] += 1
        try:
            found = attempt()
        except Unopened as refusal:
            self.words.add((type(refusal), str(refusal)))
        else:
            self.accepted.append((structure, truth == found))


def changed(content, chance, count):
    """Bytes changed in every common way: some bits, ends, zeros, repeats, swapped halves, another format and suite."""
    bits = range(len(content) * 8)
    for bit in bits if count >= len(bits) else chance.sample(bits, count):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bytes(flipped)
    half = len(content) // 2
    for other in (
        content[:-1], content[1:], content + b"\0", b"\0" + content, b"", bytes(len(content)), content * 2,
        content[half:] + content[:half], content[:half], content[:2] + b"\x02" + content[3:],
        content[:3] + b"\x02" + content[4:], content[:3] + b"\x00" + content[4:], content[::-1],
    ):  # fmt: skip
        if other != content:
            yield other


def of_row(row, others, chance, *, count, but=()):
    """A row with one column changed, and with one column of another row in its place."""
    for one in fields(row):
        if one.name in but:
            continue
        value = getattr(row, one.name)
        if isinstance(value, bytes):
            for other in changed(value, chance, count):
                yield replace(row, **{one.name: other})
        elif isinstance(value, int):
            for other in (0, value + 1, value - 1, value + 2**31, 2**62):
                if other >= 0:
                    yield replace(row, **{one.name: other})
        for other in others:
            if getattr(other, one.name) != value:
                yield replace(row, **{one.name: getattr(other, one.name)})


@pytest.mark.slow
def test_nothing_that_a_database_writer_changes_is_accepted():
    chance, evil = random.Random(20), Evil()
    ours, theirs = two_vaults()
    founder, second = list(ours.members.values())
    strangers = list(theirs.members.values())
    kek, own = ours.kek[founder.id], ours.owns[founder.id]
    keys = ours.ring_of(founder.id)
    grants = ours.grants_of(founder.id)

    _blobs(evil, chance, founder, [second, *strangers], kek, ours.codes[founder.id])
    _costs(evil, founder)

    def read(vault=ours.vault, member=founder, members=ours.members, epochs=ours.epochs, given=grants):
        return ring.open_ring(own, vault, member, members, epochs, given).keys

    assert read() == keys.keys
    for bad in of_row(ours.vault, [theirs.vault], chance, count=300):
        evil.refuse("vault", lambda bad=bad: read(vault=bad))
    wraps = ("cost", "salt", "pepper", "blob", "recovery_salt", "recovery_blob")
    for bad in of_row(founder, [second, *strangers], chance, count=400, but=wraps):
        evil.refuse("member", lambda bad=bad: read(member=bad, members={**ours.members, founder.id: bad}))
    for at, epoch in enumerate(ours.epochs):
        for bad in of_row(epoch, [*ours.epochs, *theirs.epochs], chance, count=600):
            evil.refuse("epoch", lambda bad=bad, at=at: read(epochs=_put(ours.epochs, at, bad)))
    for at, grant in enumerate(grants):
        for bad in of_row(grant, [*ours.grants, *theirs.grants], chance, count=600):
            evil.refuse("grant", lambda bad=bad, at=at: read(given=_put(grants, at, bad)))
        for other in (*ours.grants, *theirs.grants):
            if other != grant:
                evil.refuse("grant swapped", lambda other=other, at=at: read(given=_put(grants, at, other)))
    for dropped in (
        ours.epochs[:1],
        ours.epochs[1:],
        [],
        [*ours.epochs, ours.epochs[0]],
        [*ours.epochs, *theirs.epochs],
    ):
        evil.refuse("epochs dropped or doubled", lambda dropped=dropped: read(epochs=dropped))
    for dropped in (grants[:1], grants[1:], [], [*grants, grants[0]], [*grants, *theirs.grants]):
        evil.refuse("grants dropped or doubled", lambda dropped=dropped: read(given=dropped))

    _paper(evil, chance, ours, theirs)
    _records(evil, chance, keys, theirs.ring_of(theirs.founder))
    _deposits(evil, chance, ours, theirs, keys)
    _sessions(evil, chance, ours, keys)
    _files(evil, chance)

    assert evil.accepted == []
    assert evil.words == {(Unopened, "it does not open")}
    assert len(evil.tried) >= 15
    assert sum(evil.tried.values()) >= LEAST, evil.tried
    print(f"\n{sum(evil.tried.values())} mutations of {len(evil.tried)} structures, 0 accepted: {dict(evil.tried)}")


def _put(rows, at, row):
    return [*rows[:at], row, *rows[at + 1 :]]


def _blobs(evil, chance, member, others, kek, code):
    for bad in of_row(
        member, others, chance, count=1500, but=("recovery_salt", "recovery_blob", "not_before", "binding")
    ):
        evil.refuse("blob under password", lambda bad=bad: people.opened(bad, kek))
    for bad in of_row(
        member, others, chance, count=1500, but=("cost", "salt", "pepper", "blob", "not_before", "binding")
    ):
        evil.refuse("blob under code", lambda bad=bad: people.opened_by_code(bad, code))


def _costs(evil, member):
    """Weaker parameters are refused before anything is derived; others do not fit the blob."""
    for memory in (0, 1, 8, 1024, 65535, 2**21, 2**31):
        for passes in (0, 1, 2, 17, 10**6):
            bad = replace(member, cost=Cost(memory, passes, 1))
            evil.refuse("cost", lambda bad=bad: people.password_key(bad, password=PASSWORD, peppers=PEPPERS))
    for salt in (b"", b"short", member.salt + b"\0", member.salt[:-1]):
        bad = replace(member, salt=salt)
        evil.refuse("cost", lambda bad=bad: people.password_key(bad, password=PASSWORD, peppers=PEPPERS))
    for pepper in (b"", b"pepper 2", member.pepper + b" "):
        bad = replace(member, pepper=pepper)
        evil.refuse("cost", lambda bad=bad: people.password_key(bad, password=PASSWORD, peppers=PEPPERS))


def _paper(evil, chance, ours, theirs):
    assert ring.open_by_paper(ours.vault, ours.paper, ours.epochs)[1] == ours.root
    for bad in of_row(ours.vault, [theirs.vault], chance, count=600):
        evil.refuse("vault by paper", lambda bad=bad: ring.open_by_paper(bad, ours.paper, ours.epochs))
    for at, epoch in enumerate(ours.epochs):
        for bad in of_row(epoch, [*ours.epochs, *theirs.epochs], chance, count=500):
            evil.refuse(
                "epoch by paper",
                lambda bad=bad, at=at: ring.open_by_paper(ours.vault, ours.paper, _put(ours.epochs, at, bad)),
            )


def _records(evil, chance, keys, strange):
    rows = [uuid4() for _ in range(40)]
    places = [("note", row, field, version) for row in rows for field in ("title", "body") for version in (1, 2)]
    stored = {place: keys.seal_field(*place, f"Kestrel {place}") for place in places}
    for place, sealed in list(stored.items())[:20]:
        for bad in changed(sealed, chance, 1200):
            evil.refuse("record", lambda bad=bad, place=place: keys.open_field(*place, bad))
    for place in places:
        for other in chance.sample(places, 30):
            if other != place:
                evil.refuse("record moved", lambda place=place, other=other: keys.open_field(*place, stored[other]))
    for place in places:
        foreign = strange.seal_field(*place, "forged")
        evil.refuse("record of a stranger", lambda place=place, foreign=foreign: keys.open_field(*place, foreign))
    for row in rows[:4]:
        sealed = keys.seal_key("file", row, b"k" * 32)
        for bad in changed(sealed, chance, 1000):
            evil.refuse("key of a file", lambda bad=bad, row=row: keys.open_key("file", row, bad))
        evil.refuse("key of a file", lambda sealed=sealed: keys.open_key("file", uuid4(), sealed))
        evil.refuse("key of a file", lambda sealed=sealed, row=row: keys.open_key("feed", row, sealed))


def _deposits(evil, chance, ours, theirs, keys):
    epoch, row = ours.epochs[1], uuid4()
    sealed = ring.deposit(epoch.inbox, row, "mail", b"Kestrel asks about bonds")
    assert ring.open_deposit(keys, epoch, row, "mail", sealed)
    for bad in changed(sealed, chance, 1500):
        evil.refuse("deposit", lambda bad=bad: ring.open_deposit(keys, epoch, row, "mail", bad))
    for bad in of_row(
        epoch,
        [ours.epochs[0], *theirs.epochs],
        chance,
        count=800,
        but=("signature", "recovery_sealed", "commitment", "roster"),
    ):
        evil.refuse("inbox", lambda bad=bad: ring.open_deposit(keys, bad, row, "mail", sealed))


def _sessions(evil, chance, ours, keys):
    secret = chance.randbytes(32)
    bare = StoredSession(uuid4(), ours.vault.id, 7, ours.founder, 11, "s" * 40, 1000, 2000, 900)
    session = replace(bare, wrapped=wrap(bare, secret, keys))
    other = replace(bare, id=uuid4(), user=12, sign_in="t" * 40, member=uuid4(), vault=uuid4(), practice=8)
    other = replace(other, wrapped=wrap(other, chance.randbytes(32), keys))
    assert unwrap(session, secret).keys == keys.keys
    for bad in of_row(session, [other], chance, count=1500):
        evil.refuse("unlocked browser", lambda bad=bad: unwrap(bad, secret))
    for bad in changed(secret, chance, 256):
        evil.refuse("cookie", lambda bad=bad: unwrap(session, bad))


def _files(evil, chance):
    key, file = chance.randbytes(32), uuid4()
    plain = chance.randbytes((CHUNKS - 1) * stream.CHUNK + 100)
    sealed = b"".join(stream.seal_chunks(key, file, [plain]))
    size = stream.CHUNK + stream.TAG

    def read(stored, at=0):
        """One chunk's worth, the one in which the change lies."""
        begin = at * stream.CHUNK
        parts = stream.open_range(key, file, lambda a, b: stored[a:b], length=len(stored), begin=begin, end=begin + 1)
        return b"".join(parts)

    head = sealed[: stream.BEGIN]
    for bad in changed(head, chance, 312):
        evil.refuse("beginning of a file", lambda bad=bad: read(bad + sealed[stream.BEGIN :]))
    for number in range(CHUNKS):
        first = stream.BEGIN + number * size
        span = sealed[first : first + size]
        for bit in chance.sample(range(len(span) * 8), 700):
            bad = bytearray(sealed)
            bad[first + bit // 8] ^= 1 << bit % 8
            evil.refuse("chunk", lambda bad=bytes(bad), number=number: read(bad, number))
    chunks = [sealed[at : at + size] for at in range(stream.BEGIN, len(sealed), size)]
    for order in ([1, 0, 2], [0, 0, 2], [0, 1], [0, 2], [2, 1, 0], [0, 1, 1], [0, 1, 2, 2], [1, 2], [2], [0], []):
        stored = head + b"".join(chunks[at] for at in order)
        evil.refuse(
            "chunks moved",
            lambda stored=stored: b"".join(stream.open_range(key, file, lambda a, b: stored[a:b], length=len(stored))),
        )
    for length in chance.sample(range(len(sealed)), 300):
        stored = sealed[:length]
        evil.refuse(
            "file cut short",
            lambda stored=stored: b"".join(stream.open_range(key, file, lambda a, b: stored[a:b], length=len(stored))),
        )
