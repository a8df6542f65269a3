"""A PDF page in the pages' own typeface, with a mark and page numbers below; the same rows give the same bytes."""

import os
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos

# The pages' own typeface, part by part; text falls back from one to the next.
PARTS = ("geist-latin", "geist-cyrillic", "geist-latin-ext")
MARGIN, LINE, SMALL = 20, 5, 8


class Paper(FPDF):
    """A4 with `mark` and page numbers at the foot of every page."""

    def __init__(self, mark: str) -> None:
        super().__init__(format="A4")
        self.mark = mark
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, MARGIN)
        for part in PARTS:
            self.add_font(part, fname=_typeface(part))
        self.set_fallback_fonts(list(PARTS[1:]), exact_match=False)

    def say(self, text: str, *, size: int = 10, after: int = 0) -> None:
        """One paragraph."""
        self.set_font(PARTS[0], size=size)
        self.multi_cell(0, LINE, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
        if after:
            self.ln(after)

    def row(self, cells: list[str], widths: list[int], *, size: int = 9) -> None:
        """One line of a table; the last column stands at the right. Text too wide for its column is cut."""
        self.set_font(PARTS[0], size=size)
        for place, (text, width) in enumerate(zip(cells, widths, strict=True)):
            is_last = place == len(cells) - 1
            while text and self.get_string_width(text) > width - 2:
                text = text[:-2] + "…"
            self.cell(width, LINE, text, align="R" if is_last else "L")
        self.ln(LINE)

    def footer(self) -> None:
        """On every page."""
        self.set_y(-MARGIN + 6)
        self.set_font(PARTS[0], size=SMALL)
        self.cell(0, 4, f"{self.mark}  ·  {self.page_no()} / {{nb}}", align="C")


@cache
def _typeface(part: str) -> Path:
    """A published web font, unpacked once into the state folder."""
    target = Path(settings.STATE_DIR) / "typefaces" / f"{part}.ttf"
    if not target.is_file():
        name = f"npm/{part}.woff2"
        found = finders.find(name)
        source = Path(str(found)) if found and Path(str(found)).is_file() else Path(settings.STATIC_ROOT) / name
        font = TTFont(source)
        font.flavor = None
        target.parent.mkdir(parents=True, exist_ok=True)
        # Two processes at once write the same bytes; neither reads a half of them.
        passing = target.with_name(f"{target.name}.{os.getpid()}")
        font.save(passing)
        passing.replace(target)
    return target
