"""Pictures before a camera, for tests: a film of what stands on a screen."""

import io
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT = 640, 480
FRAMES = 5


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
