"""How much a statement file may ask of us. Beyond these a file or a row is refused, never guessed at."""

from dataclasses import dataclass
from datetime import date

MEGA = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes unless said otherwise."""

    file: int = 8 * 1024 * MEGA  # read from the disk
    unpacked: int = 16 * 1024 * MEGA  # after gunzip
    ratio: int = 200  # of unpacked to packed, once more than `ratio_from` has come out
    ratio_from: int = 16 * MEGA
    tag: int = MEGA  # one start tag with all its attributes, comment or instruction
    depth: int = 32  # elements inside one another
    attributes: int = 20_000  # on one element
    kept: int = 4 * MEGA  # a file so small is parsed once, its statements kept while it is examined
    rows: int = 200_000  # in one statement
    statement: int = 128 * MEGA
    line: int = 64 * 1024  # of a CSV file
    listed: int = 1_000  # entries of each list in the report; the rest is counted


LIMITS = Limits()

# A day before this, or after the day of the import, is a mistake in the file.
EARLIEST = date(1990, 1, 1)
