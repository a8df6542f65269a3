"""The vault's engine: what it writes it opens again, at its place only, and the published vectors come out."""

import secrets
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from crm.vault.engine import paper, people, ring, stream, turns
from crm.vault.engine.encoding import Unopened, context
from crm.vault.engine.keys import FLOOR, Cost, from_password, hkdf
from crm.vault.engine.padding import STEPS_UNTIL, pad, padded_length, unpad
from crm.vault.engine.pairs import HPKE, new_pair, new_signer, open_with, seal_to, sign, six_words
from crm.vault.engine.people import Peppers
from crm.vault.engine.records import OVERHEAD, open_record, seal
from crm.vault.engine.sessions import StoredSession, unwrap, wrap
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD, PEPPERS, two_vaults

WHOLE_COST = True
KEY = b"k" * 32
parts = st.lists(st.one_of(st.binary(max_size=12), st.text(max_size=12), st.integers(0, 2**63), st.uuids()), max_size=5)


@given(parts, parts)
def test_two_contexts_are_never_the_same_bytes(one, other):
    same = [(type(a), a) for a in one] == [(type(b), b) for b in other]
    assert (context("x", *one) == context("x", *other)) == same


def test_rfc_5869_case_1():
    found = hkdf(b"\x0b" * 22, salt=bytes(range(13)), info=bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"), length=42)
    assert found.hex() == ("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")


def test_the_draft_of_xchacha20_poly1305():
    text = (
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
        b"sunscreen would be it."
    )
    nonce = bytes.fromhex("404142434445464748494a4b4c4d4e4f5051525354555657")
    found = crypto_aead_xchacha20poly1305_ietf_encrypt(
        text, bytes.fromhex("50515253c0c1c2c3c4c5c6c7"), nonce, bytes(range(0x80, 0xA0))
    )
    assert found.hex() == (
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216"
        "cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13"
        "b52ec0875924c1c7987947deafd8780acf49"
    )


# RFC 9180, A.2.1: base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305. Its texts come with data beside them, which the
# library's single call does not take; so the vector pins the second reading below, and that one reads the library.
RFC_9180 = {
    "info": "4f6465206f6e2061204772656369616e2055726e",
    "enc": "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
    "private": "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
    "beside": "436f756e742d30",
    "text": "4265617574792069732074727574682c20747275746820626561757479",
    "sealed": "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
}


def _extract(salt, label, key, suite):
    mac = hmac.HMAC(salt or bytes(32), hashes.SHA256())
    mac.update(b"HPKE-v1" + suite + label + key)
    return mac.finalize()


def _expand(key, label, info, length, suite):
    mac = hmac.HMAC(key, hashes.SHA256())
    mac.update(length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info + b"\x01")
    return mac.finalize()[:length]


def second_reading(private, enc, info, sealed, beside=b""):
    """RFC 9180 read by hand: what a receiver does in base mode."""
    own = X25519PrivateKey.from_private_bytes(private)
    shared = own.exchange(X25519PublicKey.from_public_bytes(enc))
    kem = b"KEM\x00\x20"
    both = enc + own.public_key().public_bytes_raw()
    secret = _expand(_extract(b"", b"eae_prk", shared, kem), b"shared_secret", both, 32, kem)
    suite = b"HPKE\x00\x20\x00\x01\x00\x03"
    schedule = b"\x00" + _extract(b"", b"psk_id_hash", b"", suite) + _extract(b"", b"info_hash", info, suite)
    found = _extract(secret, b"secret", b"", suite)
    key, nonce = _expand(found, b"key", schedule, 32, suite), _expand(found, b"base_nonce", schedule, 12, suite)
    return ChaCha20Poly1305(key).decrypt(nonce, sealed, beside)


def test_rfc_9180_and_the_library_agree():
    given_ = {name: bytes.fromhex(value) for name, value in RFC_9180.items()}
    read = second_reading(given_["private"], given_["enc"], given_["info"], given_["sealed"], given_["beside"])
    assert read == given_["text"]
    pair = new_pair()
    sealed = HPKE.encrypt(b"a text", X25519PublicKey.from_public_bytes(pair.public), info=b"a place")
    assert second_reading(pair.private, sealed[:32], b"a place", sealed[32:]) == b"a text"


@given(st.integers(0, 10_000_000))
def test_padding_tells_little_and_costs_little(length):
    padded = padded_length(length)
    assert padded >= max(length, 256)
    assert padded % 256 == 0
    assert padded <= max(256, length + 255) if length <= STEPS_UNTIL else padded <= length * 1.12 + 1


@given(st.binary(max_size=6000))
def test_what_is_padded_comes_back(plain):
    assert unpad(pad(plain)) == plain


@given(st.binary(max_size=400), st.data())
@settings(max_examples=200)
def test_a_record_opens_at_its_place_only_and_no_bit_of_it_may_change(plain, data):
    sealed = seal(KEY, b"here", plain)
    assert len(sealed) == len(plain) + OVERHEAD
    assert open_record(KEY, b"here", sealed) == plain
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    changed = bytearray(sealed)
    changed[bit // 8] ^= 1 << bit % 8
    for key, place, stored in (
        (KEY, b"here", bytes(changed)),
        (KEY, b"there", sealed),
        (b"l" * 32, b"here", sealed),
        (KEY, b"here", sealed[:-1]),
        (KEY, b"here", sealed + b"\0"),
        (KEY, b"here", b""),
    ):
        with pytest.raises(Unopened):
            open_record(key, place, stored)


def test_the_length_of_a_note_is_not_told():
    keys = ring.Ring(FILE, 1, {1: KEY})
    assert len({len(keys.seal_field("note", FILE, "body", 1, "x" * length)) for length in range(250)}) == 1


@pytest.mark.parametrize(
    "cost",
    [
        Cost(64 * 1024 - 1, 3, 1), Cost(64 * 1024, 2, 1), Cost(8, 1, 1), Cost(64 * 1024, 3, 0),
        Cost(4 * 1024 * 1024, 3, 1), Cost(64 * 1024, 1000, 1), Cost(64 * 1024, 3, 64),
    ],
)  # fmt: skip
def test_no_cost_below_the_floor_or_beyond_the_machine_is_worked(cost):
    with pytest.raises(Unopened):
        from_password(PASSWORD, salt=b"s" * 16, cost=cost, pepper=KEY)


def test_the_usual_cost_is_twice_the_floor():
    assert (Cost().memory, Cost().passes, Cost().lanes) == (131072, 3, 1)
    assert Cost().is_allowed and FLOOR.is_allowed and FLOOR.is_below(Cost())


HOLD = """
import sys
from contextlib import ExitStack
from pathlib import Path
from crm.vault.engine.turns import AT_ONCE, Turns
with ExitStack() as held:
    for _ in range(AT_ONCE):
        held.enter_context(Turns(Path(sys.argv[1])).one())
    print("held", flush=True)
    sys.stdin.read()
"""


def test_all_processes_of_a_host_take_turns_at_deriving(tmp_path, monkeypatch, checkout):
    mine = turns.Turns(tmp_path)
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], cwd=checkout, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "held\n"
    with monkeypatch.context() as impatient:
        impatient.setattr(turns, "WAIT_SECONDS", 0.2)
        with pytest.raises(turns.Busy), mine.one():
            pass
    other.kill()  # whoever dies gives the turn back
    other.wait(10)
    with mine.one():
        pass


def test_storage_password_and_pepper_make_the_key_together():
    ours, _ = two_vaults()
    member = ours.members[ours.founder]
    assert people.opened(member, ours.kek[ours.founder]) == ours.owns[ours.founder]
    with pytest.raises(Unopened):
        people.opened(member, people.password_key(member, password=OTHER_PASSWORD, peppers=PEPPERS))
    with pytest.raises(Unopened):
        people.opened(member, people.password_key(member, password=PASSWORD, peppers=Peppers({b"pepper 1": b"q" * 32})))
    with pytest.raises(Unopened):
        people.password_key(member, password=PASSWORD, peppers=Peppers({b"another1": b"p" * 32}))


def test_a_recovery_code_opens_without_the_pepper():
    ours, _ = two_vaults()
    member = ours.members[ours.founder]
    assert people.opened_by_code(member, ours.codes[member.id]) == ours.owns[member.id]
    with pytest.raises(Unopened):
        people.opened_by_code(member, secrets.token_bytes(20))


@given(st.binary(min_size=20, max_size=20), st.data())
def test_a_code_on_paper_is_read_however_it_is_written_and_a_slip_is_noticed(secret, data):
    text = paper.written(secret)
    assert len(text.replace("-", "")) == 34
    assert paper.read(text.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == secret
    letters = text.replace("-", "")
    with pytest.raises(Unopened):
        paper.read(letters[:-1])
    at = data.draw(st.integers(0, 31))
    other = data.draw(st.sampled_from(paper.LETTERS).filter(lambda one: one != letters[at]))
    slipped = letters[:at] + other + letters[at + 1 :]
    with suppress(Unopened):
        assert paper.read(slipped) != secret  # one in 1,024 slips passes the check, and then opens nothing


@given(st.binary(min_size=32, max_size=32))
def test_any_two_sheets_give_the_key_and_none_alone(secret):
    sheets = paper.split(secret)
    for one, other in ((1, 2), (2, 3), (3, 1)):
        assert paper.join(sheets[one], sheets[other]) == secret
    with pytest.raises(Unopened):
        paper.join(sheets[1], sheets[1])
    assert paper.read(paper.written(sheets[2]), length=33) == sheets[2]


def test_six_words_name_keys_and_differ_with_any_of_them():
    words = six_words(b"a" * 32, b"b" * 32)
    assert words == six_words(b"a" * 32, b"b" * 32)
    assert len(words.split()) == 6 and all(len(one) == 5 for one in words.split())
    assert words != six_words(b"b" * 32, b"a" * 32)


def test_hpke_binds_the_place_and_refuses_small_keys():
    pair = new_pair()
    assert open_with(pair.private, b"here", seal_to(pair.public, b"here", b"text")) == b"text"
    with pytest.raises(Unopened):
        open_with(pair.private, b"there", seal_to(pair.public, b"here", b"text"))
    with pytest.raises(Unopened):
        seal_to(bytes(32), b"here", b"text")


FILE = UUID(int=5)


@given(st.sampled_from([0, 1, stream.CHUNK - 1, stream.CHUNK, stream.CHUNK + 1, 3 * stream.CHUNK]), st.data())
@settings(max_examples=40)
def test_a_file_is_read_whole_and_from_anywhere(length, data):
    plain = secrets.token_bytes(length)
    cut = data.draw(st.integers(1, 70_000))
    sealed = b"".join(stream.seal_chunks(KEY, FILE, (plain[at : at + cut] for at in range(0, length, cut))))
    assert len(sealed) == stream.sealed_length(length) and stream.plain_length(len(sealed)) == length

    def read(begin, end):
        return sealed[begin:end]

    assert b"".join(stream.open_range(KEY, FILE, read, length=len(sealed))) == plain
    begin = data.draw(st.integers(0, length))
    end = data.draw(st.integers(begin, length))
    found = b"".join(stream.open_range(KEY, FILE, read, length=len(sealed), begin=begin, end=end))
    assert found == plain[begin:end]


def test_a_member_opens_every_epoch_and_a_stranger_none():
    ours, theirs = two_vaults()
    rings = [ours.ring_of(member) for member in ours.members]
    assert rings[0].keys == rings[1].keys and sorted(rings[0].keys) == [1, 2]
    row = uuid4()
    sealed = rings[0].seal_field("note", row, "body", 1, "Kestrel prefers bonds")
    assert rings[1].open_field("note", row, "body", 1, sealed) == "Kestrel prefers bonds"
    for stranger in (theirs.ring_of(theirs.founder), replace(rings[0], practice=8), replace(rings[0], vault=uuid4())):
        with pytest.raises(Unopened):
            stranger.open_field("note", row, "body", 1, sealed)
    for model, one, field, version in (
        ("task", row, "body", 1), ("note", uuid4(), "body", 1), ("note", row, "title", 1), ("note", row, "body", 2),
    ):  # fmt: skip
        with pytest.raises(Unopened):
            rings[0].open_field(model, one, field, version, sealed)


def test_who_left_opens_nothing_new():
    ours, _ = two_vaults()
    gone = next(one for one in ours.members if one != ours.founder)
    founder = ours.members[ours.founder]
    epoch, key = ring.new_epoch(ours.vault, 3, root=ours.root, members=[founder])
    given_ = ring.grant(epoch=3, key=key, to=founder, granter=founder, signer=ours.owns[founder.id].signer)
    now = [*ours.epochs, epoch]
    staying = ring.open_ring(
        ours.owns[founder.id], ours.vault, founder, ours.members, now, [*ours.grants_of(founder.id), given_]
    )
    old = ours.ring_of(gone)
    row = uuid4()
    with pytest.raises(Unopened):
        old.open_field("note", row, "body", 1, staying.seal_field("note", row, "body", 1, "after"))
    with pytest.raises(Unopened):
        ring.open_ring(ours.owns[gone], ours.vault, ours.members[gone], ours.members, now, ours.grants_of(gone))


def test_an_epoch_that_was_seen_does_not_go_away():
    ours, _ = two_vaults()
    member = ours.founder
    seen = replace(ours.owns[member], epoch=2)
    grants = [one for one in ours.grants_of(member) if one.epoch == 1]
    with pytest.raises(Unopened):
        ring.open_ring(seen, ours.vault, ours.members[member], ours.members, ours.epochs[:1], grants)


def test_two_sheets_open_everything():
    ours, theirs = two_vaults()
    keys, root = ring.open_by_paper(ours.vault, ours.paper, ours.epochs)
    assert keys.keys == ours.ring_of(ours.founder).keys and root == ours.root
    with pytest.raises(Unopened):
        ring.open_by_paper(ours.vault, theirs.paper, ours.epochs)


def test_the_sheets_refuse_a_root_that_they_did_not_give():
    """An operator signs vault and epochs anew with a root of their own, and adds an epoch whose key they know."""
    ours, _ = two_vaults()
    root = new_signer()
    vault = replace(ours.vault, root_public=root.public)
    vault = replace(vault, recovery_signature=sign(root.private, vault.recovery_statement))
    epochs = [replace(one, signature=sign(root.private, one.statement)) for one in ours.epochs]
    added, _key = ring.new_epoch(vault, 3, root=root.private, members=ours.members.values())
    for signed in (epochs, [*epochs, added]):
        with pytest.raises(Unopened):
            ring.open_by_paper(vault, ours.paper, signed)
        with pytest.raises(Unopened):
            ring.open_by_paper(ours.vault, ours.paper, signed)


def test_an_epoch_is_for_those_whom_the_root_has_named():
    ours, _ = two_vaults()
    founder, other = list(ours.members.values())
    without, key = ring.new_epoch(ours.vault, 3, root=ours.root, members=[founder])
    signer = ours.owns[founder.id].signer
    given_ = ring.grant(epoch=3, key=key, to=other, granter=founder, signer=signer)

    def opened(epoch):
        grants = [*ours.grants_of(other.id), given_]
        return ring.open_ring(ours.owns[other.id], ours.vault, other, ours.members, [*ours.epochs, epoch], grants)

    with pytest.raises(Unopened):
        opened(without)
    with pytest.raises(Unopened):
        opened(replace(without, roster=without.roster + other.print))
    named = ring.joined(without, other, root=ours.root)
    assert named.prints == {founder.print, other.print} and sorted(opened(named).keys) == [1, 2, 3]
    with pytest.raises(Unopened):
        ring.joined(replace(without, commitment=bytes(32)), other, root=ours.root)


def test_a_job_deposits_and_a_member_opens():
    ours, theirs = two_vaults()
    row = uuid4()
    sealed = ring.deposit(ours.epochs[1].inbox, row, "mail", b"a letter")
    assert ring.open_deposit(ours.ring_of(ours.founder), ours.epochs[1], row, "mail", sealed) == b"a letter"
    for epoch, one, kind in (
        (ours.epochs[0], row, "mail"),
        (ours.epochs[1], uuid4(), "mail"),
        (ours.epochs[1], row, "pdf"),
    ):
        with pytest.raises(Unopened):
            ring.open_deposit(ours.ring_of(ours.founder), epoch, one, kind, sealed)
    with pytest.raises(Unopened):
        ring.open_deposit(theirs.ring_of(theirs.founder), ours.epochs[1], row, "mail", sealed)


def test_a_session_opens_with_its_cookie_only():
    ours, _ = two_vaults()
    keys, secret = ours.ring_of(ours.founder), secrets.token_bytes(32)
    bare = StoredSession(uuid4(), ours.vault.id, 7, ours.founder, 11, "sign-in", 1000, 2000, 900)
    session = replace(bare, wrapped=wrap(bare, secret, keys))
    assert unwrap(session, secret).keys == keys.keys
    for changed in (replace(session, until=9999), replace(session, user=12), replace(session, idle=99999)):
        with pytest.raises(Unopened):
            unwrap(changed, secret)
    with pytest.raises(Unopened):
        unwrap(session, secrets.token_bytes(32))
