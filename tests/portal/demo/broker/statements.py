"""Reads the generated files with nothing but the standard library, for the tests of the generator."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

NOT_COMPONENTS = {"accountId", "acctAlias", "model", "currency", "fromDate", "toDate"} | {
    "startingValue",
    "endingValue",
    "twr",
}


def statements(folder: Path) -> Iterator[ElementTree.Element]:
    """Every FlexStatement of every file, in order of date and then of account."""
    for path in sorted(folder.glob("*.xml")):
        root = ElementTree.parse(path).getroot()  # noqa: S314
        holder = root.find("FlexStatements")
        assert int(holder.get("count")) == len(holder)
        yield from holder


def day_of(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007


def number(element: ElementTree.Element, name: str) -> Decimal:
    return Decimal(element.get(name))


def components(change: ElementTree.Element) -> Decimal:
    return sum((Decimal(value) for name, value in change.attrib.items() if name not in NOT_COMPONENTS), Decimal(0))
