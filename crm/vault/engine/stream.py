"""Files: 64 KiB chunks sealed one by one, each bound to its file, its number and to being the last (STREAM)."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_ABYTES,
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from crm.vault.engine.encoding import HEADER, Unopened, context
from crm.vault.engine.keys import KEY, hkdf, same

CHUNK = 64 * 1024
TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES
PREFIX = 19
COMMITMENT = 16
BEGIN = len(HEADER) + PREFIX + COMMITMENT
MOST_CHUNKS = 2**32 - 1

Reader = Callable[[int, int], bytes]


def sealed_length(length: int) -> int:
    """How many bytes a file of that length takes."""
    return BEGIN + length + max(1, -(-length // CHUNK)) * TAG


def plain_length(length: int) -> int:
    """How long the file is whose sealed form has that length. Raises `Unopened` for a length that none has."""
    body = length - BEGIN
    chunks = max(1, -(-body // (CHUNK + TAG)))
    plain = body - chunks * TAG
    if plain < 0 or sealed_length(plain) != length:
        raise Unopened
    return plain


def seal_chunks(key: bytes, file: UUID, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The beginning, then the sealed chunks; blocks may have any size."""
    prefix = secrets.token_bytes(PREFIX)
    own, commitment = _keys(key, file, prefix)
    yield HEADER + prefix + commitment
    number, waiting = 0, b""
    for block in blocks:
        waiting += block
        while len(waiting) > CHUNK:
            yield _seal(own, file, prefix, number, waiting[:CHUNK], is_last=False)
            number, waiting = number + 1, waiting[CHUNK:]
    yield _seal(own, file, prefix, number, waiting, is_last=True)


def open_range(key: bytes, file: UUID, read: Reader, *, length: int, begin: int = 0, end: int = -1) -> Iterator[bytes]:
    """The bytes from `begin` to before `end`, each chunk checked before it is handed out.

    `read(begin, end)` gets sealed bytes; `length` is the sealed length. Raises `Unopened` at the first wrong chunk.
    """
    plain = plain_length(length)
    end = plain if end < 0 else min(end, plain)
    head = read(0, BEGIN)
    if len(head) != BEGIN or head[: len(HEADER)] != HEADER:
        raise Unopened
    prefix = head[len(HEADER) : len(HEADER) + PREFIX]
    own, commitment = _keys(key, file, prefix)
    if not same(commitment, head[-COMMITMENT:]):
        raise Unopened
    last = max(1, -(-plain // CHUNK)) - 1
    for number in range(min(begin // CHUNK, last), max(begin, end - 1, 0) // CHUNK + 1):
        if number > last:
            break
        at = BEGIN + number * (CHUNK + TAG)
        chunk = _open(own, file, prefix, number, read(at, min(at + CHUNK + TAG, length)), is_last=number == last)
        yield chunk[max(0, begin - number * CHUNK) : max(0, end - number * CHUNK)]


def _keys(key: bytes, file: UUID, prefix: bytes) -> tuple[bytes, bytes]:
    if len(key) != KEY:
        raise Unopened
    both = hkdf(key, salt=prefix, info=context("file", file), length=KEY + COMMITMENT)
    return both[:KEY], both[KEY:]


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    if number > MOST_CHUNKS:
        raise Unopened
    return prefix + number.to_bytes(4, "big") + bytes([is_last])


def _seal(own: bytes, file: UUID, prefix: bytes, number: int, chunk: bytes, *, is_last: bool) -> bytes:
    nonce = _nonce(prefix, number, is_last=is_last)
    place = context("chunk", file, number, int(is_last))
    return crypto_aead_xchacha20poly1305_ietf_encrypt(chunk, place, nonce, own)


def _open(own: bytes, file: UUID, prefix: bytes, number: int, sealed: bytes, *, is_last: bool) -> bytes:
    nonce = _nonce(prefix, number, is_last=is_last)
    place = context("chunk", file, number, int(is_last))
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, place, nonce, own)
    except CryptoError:
        raise Unopened from None
