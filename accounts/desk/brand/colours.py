"""A brand's colour: refused where white letters could not be read on it, and the shades that pages take from it."""

import re
from decimal import Decimal
from functools import lru_cache

COLOUR = re.compile(r"[0-9a-f]{6}")
# WCAG 2.2 AA: letters of usual size against what they stand on.
ENOUGH = Decimal("4.5")
WHITE, INK = "ffffff", "19202c"
# The palest and the darkest of our own surfaces that links stand on in the light and the dark scheme.
LIGHT_SURFACES, DARK_SURFACES = ("ffffff", "f1f3f6", "eceff3"), ("0b0f15", "171c25", "202733")
STEP = 2


def clean_colour(text: str) -> str:
    """Six small hexadecimal digits, with or without the sign before them; "" where it is no colour."""
    plain = text.strip().lower().removeprefix("#")
    return plain if COLOUR.fullmatch(plain) else ""


def contrast(one: str, other: str) -> Decimal:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    pale, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (pale + Decimal("0.05")) / (dark + Decimal("0.05"))


def is_readable(colour: str) -> bool:
    """Whether white letters can be read on it."""
    return contrast(colour, WHITE) >= ENOUGH


@lru_cache(maxsize=256)
def style_sheet(colour: str) -> str:
    """The tokens of the pages in this colour, each pair made to be read on the surfaces of its scheme."""
    tint, dark_tint = mixed(colour, WHITE, 88), mixed(colour, DARK_SURFACES[1], 72)
    link = until_readable(colour, (*LIGHT_SURFACES, tint), towards=INK)
    dark_link = until_readable(colour, (*DARK_SURFACES, dark_tint), towards=WHITE)
    dark_solid = until_readable(mixed(colour, WHITE, 12), (WHITE,), towards=colour)
    tokens = {
        "accent": (link, dark_link),
        "accent-solid": (colour, dark_solid),
        "accent-solid-hover": (mixed(colour, INK, 20), colour),
        "accent-tint": (tint, dark_tint),
        "accent-line": (mixed(colour, WHITE, 60), mixed(colour, DARK_SURFACES[1], 40)),
    }
    lines = "".join(f"--{name}:light-dark(#{light},#{dark});" for name, (light, dark) in tokens.items())
    # The picture of the sign-in page is in our own colour, so a brand has a plain one of its own.
    return f":root{{{lines}}}\n.door-view{{background:#{mixed(colour, INK, 35)}}}\n"


def until_readable(colour: str, surfaces: tuple[str, ...], *, towards: str) -> str:
    """The colour, moved towards another one as far as it must be to be read on every surface."""
    for percent in range(0, 101, STEP):
        moved = mixed(colour, towards, percent)
        if all(contrast(moved, one) >= ENOUGH for one in surfaces):
            return moved
    return towards


def mixed(one: str, other: str, percent: int) -> str:
    """`one` with some percent of `other`."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "".join(f"{(a * (100 - percent) + b * percent + 50) // 100:02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16)


def _linear(channel: int) -> Decimal:
    """How bright a channel from 0 to 255 is."""
    value = Decimal(channel) / 255
    if value <= Decimal("0.04045"):
        return value / Decimal("12.92")
    return ((value + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")


_LINEAR = tuple(_linear(channel) for channel in range(256))


def _luminance(colour: str) -> Decimal:
    red, green, blue = (_LINEAR[channel] for channel in _channels(colour))
    return Decimal("0.2126") * red + Decimal("0.7152") * green + Decimal("0.0722") * blue
