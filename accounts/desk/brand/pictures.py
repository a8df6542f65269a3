"""Banners read byte by byte: what is not plainly a PNG or JPEG is refused, what is not picture is left out.

Nothing here trusts a name or a content type.
"""

import struct
import zlib
from typing import NamedTuple

from accounts.desk.brand.models import PictureKind

WIDTH, HEIGHT = 650, 80
LARGEST = 50 * 1024

_PNG = b"\x89PNG\r\n\x1a\n"
_END = struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND"))
# Pixels and how to read them; texts, profiles and times are left out.
_NEEDED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_FRAMES = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))
# Adobe's mark says how colours are coded; the other application segments are texts.
_KEPT_SEGMENTS = (0xE0, 0xEE)


class NotAPicture(Exception):
    """The file is not what it has to be."""


class Picture(NamedTuple):
    """A banner without anything that is not picture."""

    kind: str
    content: bytes
    width: int
    height: int


def read(content: bytes) -> Picture:
    """The picture in a file of at most 50 KB."""
    if content.startswith(_PNG):
        return _png(content)
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    raise NotAPicture


def _png(content: bytes) -> Picture:
    out, place, pixels, header = [_PNG], len(_PNG), b"", b""
    while place < len(content):
        if place + 12 > len(content):
            raise NotAPicture
        length, name = struct.unpack(">I4s", content[place : place + 8])
        end = place + 12 + length
        if end > len(content):
            raise NotAPicture
        body = content[place + 8 : place + 8 + length]
        if struct.unpack(">I", content[end - 4 : end])[0] != zlib.crc32(name + body):
            raise NotAPicture
        if name in _NEEDED:
            out.append(content[place:end])
        header = header or body
        pixels += body if name == b"IDAT" else b""
        place = end
        if name == b"IEND":
            break
    if place != len(content) or not content.endswith(_END) or len(header) != 13 or content[12:16] != b"IHDR":
        raise NotAPicture
    width, height, depth, colour, _compression, _filter, interlace = struct.unpack(">IIBBBBB", header)
    _check_pixels(pixels, width, height, depth * _CHANNELS.get(colour, 0), interlace)
    return Picture(PictureKind.PNG, b"".join(out), width, height)


def _check_pixels(packed: bytes, width: int, height: int, bits: int, interlace: int) -> None:
    """They unpack to exactly as many bytes as the size says; a bomb is stopped at the first byte too many."""
    if not bits or not 0 < width <= 10_000 or not 0 < height <= 10_000 or interlace:
        raise NotAPicture
    expected = height * (1 + (width * bits + 7) // 8)
    unpack = zlib.decompressobj()
    try:
        found = len(unpack.decompress(packed, expected + 1))
    except zlib.error as error:
        raise NotAPicture from error
    if found != expected or not unpack.eof or unpack.unused_data:
        raise NotAPicture


def _jpeg(content: bytes) -> Picture:
    out, place, size = [content[:2]], 2, (0, 0)
    while True:
        if place + 4 > len(content) or content[place] != 0xFF:
            raise NotAPicture
        mark = content[place + 1]
        (length,) = struct.unpack(">H", content[place + 2 : place + 4])
        end = place + 2 + length
        if length < 2 or end > len(content):
            raise NotAPicture
        if mark in _FRAMES:
            if length < 8:
                raise NotAPicture
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            size = (width, height)
        if (not 0xE0 <= mark <= 0xEF and mark != 0xFE) or mark in _KEPT_SEGMENTS:
            out.append(content[place:end])
        place = end
        if mark == 0xDA:
            break
    finish = content.find(b"\xff\xd9", place)
    if size == (0, 0) or finish != len(content) - 2:
        raise NotAPicture
    out.append(content[place:])
    return Picture(PictureKind.JPEG, b"".join(out), *size)
