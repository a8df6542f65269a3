"""Pictures before a camera, for tests: a film of what stands on a screen, and a reading of the square in a frame.

Chromium on Linux has no reader of its own; phones have. The reading here knows small codes without damage.
"""

import io
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT = 640, 480
FRAMES = 5
MASKS = (
    lambda row, column: (row + column) % 2,
    lambda row, column: row % 2,
    lambda row, column: column % 3,
    lambda row, column: (row + column) % 3,
    lambda row, column: (row // 2 + column // 3) % 2,
    lambda row, column: row * column % 2 + row * column % 3,
    lambda row, column: (row * column % 2 + row * column % 3) % 2,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2,
)


def film(path: Path, picture: bytes | None) -> None:
    """What a camera sees, as a file that Chromium plays for one: the picture on a white wall, or the wall alone."""
    frame = Image.new("L", (WIDTH, HEIGHT), 255)
    if picture is not None:
        shown = Image.open(io.BytesIO(picture)).convert("L")
        size = HEIGHT - 80
        frame.paste(shown.resize((size, size), Image.Resampling.NEAREST), ((WIDTH - size) // 2, 40))
    colours = bytes([128]) * (WIDTH * HEIGHT // 2)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F5:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + (b"FRAME\n" + frame.tobytes() + colours) * FRAMES)


def read(pixels: bytes, width: int) -> str:
    """The text of the one code in a frame of grey pixels; "" where there is none."""
    dark = [[value < 128 for value in pixels[at : at + width]] for at in range(0, len(pixels), width)]
    rows = [number for number, row in enumerate(dark) if any(row)]
    if not rows:
        return ""
    columns = [column for column in range(width) if any(dark[row][column] for row in rows)]
    top, left, span = rows[0], columns[0], columns[-1] - columns[0] + 1
    run = next(at for at, column in enumerate(range(left, width)) if not dark[top + 2][column])
    count = round(span * 7 / run)
    module = span / count
    square = [
        [dark[int(top + (row + 0.5) * module)][int(left + (column + 0.5) * module)] for column in range(count)]
        for row in range(count)
    ]
    return _text(square)


def _text(square: list[list[bool]]) -> str:
    """A code of one block in bytes, as ISO/IEC 18004 lays it out."""
    bits = [square[8][column] for column in (0, 1, 2, 3, 4, 5, 7, 8)] + [
        square[row][8] for row in (7, 5, 4, 3, 2, 1, 0)
    ]
    mask = MASKS[((int("".join(str(int(bit)) for bit in bits), 2) ^ 0x5412) >> 10) & 7]
    read = "".join(
        str(int(square[row][column] != (mask(row, column) == 0)))
        for row, column in _way(len(square))
        if not _is_fixed(row, column, len(square))
    )
    assert read[:4] == "0100", "not a code in bytes"
    length = int(read[4:12], 2)
    return bytes(int(read[at : at + 8], 2) for at in range(12, 12 + 8 * length, 8)).decode()


def _way(count: int):
    """Two columns at a time from the right, up and down by turns."""
    up = True
    for right in (*range(count - 1, 6, -2), *range(5, 0, -2)):
        for row in range(count - 1, -1, -1) if up else range(count):
            yield row, right
            yield row, right - 1
        up = not up


def _is_fixed(row: int, column: int, count: int) -> bool:
    """Corners, lines and the small square that hold no data; codes up to version 6."""
    is_corner = (row < 9 and (column < 9 or column >= count - 8)) or (row >= count - 8 and column < 9)
    is_mark = count > 21 and abs(row - (count - 7)) <= 2 and abs(column - (count - 7)) <= 2
    return is_corner or row == 6 or column == 6 or is_mark
