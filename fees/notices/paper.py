"""Notices as one PDF, each beginning on a page of its own; the same bytes whenever it is asked for."""

import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, time
from typing import IO, Any

from fees.notices.models import Notice
from fees.papers.paper import PARTS, Paper


def paper(notices: Sequence[Notice], *, each: Callable[[int], None] = lambda done: None) -> bytes:
    """One PDF of these notices; `each` hears how many are done."""
    pdf = Paper(notices[0].sha256[:16] if len(notices) == 1 else "")
    pdf.set_title(str(notices[0].document["title"]))
    pdf.set_creator("Advisor Portal")
    pdf.set_lang(notices[0].language)
    pdf.set_creation_date(datetime.combine(max(one.day for one in notices), time(), UTC))
    for done, notice in enumerate(notices, start=1):
        pdf.add_page()
        _page(pdf, notice.document)
        each(done)
    return bytes(pdf.output())


def archive(notices: Iterable[Notice], out: IO[bytes], *, each: Callable[[int], None] = lambda done: None) -> None:
    """A zip with one PDF a notice, written as they come; `each` hears how many are done."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for done, notice in enumerate(notices, start=1):
            info = zipfile.ZipInfo(f"{notice.account.number}_{notice.day:%Y%m%d}_{notice.pk.hex[:8]}.pdf")
            packed.writestr(info, paper([notice]))
            each(done)


def _page(pdf: Paper, document: dict[str, Any]) -> None:
    pdf.say(document["brand"], size=11, after=2)
    pdf.say(document["title"], size=16)
    pdf.say(document["period"], size=11, after=3)
    pdf.say(document["said"], after=2)
    for name, value in document["facts"]:
        pdf.say(f"{name}: {value}")
    pdf.ln(3)
    _table(pdf, document["head"], [document["row"]])
    pdf.say(document["story_title"], size=12, after=1)
    for sentence in document["story"]:
        pdf.say(sentence)
    if document["days"]:
        pdf.ln(3)
        _table(pdf, document["days_head"], document["days"])
    pdf.say(document["errors"], after=1)


def _table(pdf: Paper, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    pdf.set_font(PARTS[0], size=9)
    with pdf.table(width=pdf.epw, text_align="LEFT", first_row_as_headings=False, line_height=5) as table:
        for cells in (head, *rows):
            line = table.row()
            for cell in cells:
                line.cell(cell)
    pdf.ln(3)
