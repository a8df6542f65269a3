"""Padding, so that the length of what is stored does not tell which template or answer it is."""

from crm.vault.engine.encoding import Unopened

STEP = 256
STEPS_UNTIL = 4096
_LENGTH = 4


def padded_length(length: int) -> int:
    """Steps of 256 bytes up to 4 KiB, then Padmé: at most 12 % more, and few different lengths."""
    if length <= STEPS_UNTIL:
        return max(STEP, -(-length // STEP) * STEP)
    exponent = length.bit_length() - 1
    kept = exponent.bit_length() + 1
    mask = (1 << max(0, exponent - kept + 1)) - 1
    return (length + mask) & ~mask


def pad(plain: bytes) -> bytes:
    """The text with its length before it and zeros behind it."""
    whole = len(plain).to_bytes(_LENGTH, "big") + plain
    return whole.ljust(padded_length(len(whole)), b"\0")


def unpad(padded: bytes) -> bytes:
    """The text again; refuses anything that `pad` does not write."""
    length = int.from_bytes(padded[:_LENGTH], "big")
    plain = padded[_LENGTH : _LENGTH + length]
    if len(plain) != length or pad(plain) != padded:
        raise Unopened
    return plain
