"""How contexts and formats are written: every part with its length, so that no two contexts are ever the same bytes."""

from uuid import UUID

MAGIC = b"AV"
FORMAT = 1
# Suite 1: XChaCha20-Poly1305, HKDF-SHA256, Argon2id, HPKE over X25519, Ed25519.
SUITE = 1
HEADER = MAGIC + bytes([FORMAT, SUITE])

Part = bytes | str | int | UUID


class Unopened(Exception):
    """It does not open. Nothing says why: a different answer for each reason would help whoever tries."""

    def __init__(self) -> None:
        super().__init__("it does not open")


def context(label: str, *parts: Part) -> bytes:
    """The bytes that bind a secret to its place; text, numbers, ids and bytes never stand for one another."""
    return HEADER + b"".join(_part(one) for one in (label, *parts))


def _part(part: Part) -> bytes:
    if isinstance(part, bytes):
        kind, content = b"b", part
    elif isinstance(part, str):
        kind, content = b"s", part.encode()
    elif isinstance(part, UUID):
        kind, content = b"u", part.bytes
    else:
        kind, content = b"i", part.to_bytes(8, "big")
    return kind + len(content).to_bytes(4, "big") + content
