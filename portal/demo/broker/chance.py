"""Repeatable chance from integers alone, so that one seed gives the same bytes on every machine and Python."""

from hashlib import blake2b

_MASK = (1 << 64) - 1


def seed_of(*parts: object) -> int:
    """A 64-bit number that depends on every part and on their order."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


class Dice:
    """A linear congruential generator; the high bits only, since the low ones have short periods."""

    __slots__ = ("_state",)

    def __init__(self, *parts: object) -> None:
        self._state = seed_of(*parts)

    def roll(self, sides: int) -> int:
        """An integer from 0 up to but not including `sides` (at most 2**31)."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & _MASK
        return ((self._state >> 33) * sides) >> 31

    def between(self, low: int, high: int) -> int:
        """An integer from low to high, both included; wide ranges take a second roll."""
        width = high - low + 1
        if width <= 1 << 31:
            return low + self.roll(width)
        return low + ((self.roll(1 << 31) << 31) | self.roll(1 << 31)) % width

    def bell(self, width: int) -> int:
        """Roughly normal around 0, never beyond plus or minus `width`."""
        third = width // 3
        return sum(self.between(-third, third) for _ in range(3))

    def pick(self, choices):
        return choices[self.roll(len(choices))]
