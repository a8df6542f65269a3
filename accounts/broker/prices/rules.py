"""Reading a table of closing prices: symbol, day, price in each line, with or without a first line of names."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from portal.lib.money import BadDecimal, parse_decimal
from portal.lib.words import Sentence, gettext_noop

FIELDS = ("symbol", "day", "price")
LONGEST_SYMBOL = 60
DIGITS, PLACES = 20, 10


class Price(NamedTuple):
    """One line."""

    symbol: str
    day: date
    price: Decimal


class Refused(NamedTuple):
    """A line that says no price, and why."""

    line: int
    sentence: Sentence


def read(text: str) -> tuple[list[Price], list[Refused]]:
    """The prices of a table and the lines that are none; a pair that comes twice with another price is refused."""
    prices: dict[tuple[str, date], Price] = {}
    refused = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and tuple(cell.lower() for cell in cells) == FIELDS):
            continue
        found = _line(cells)
        if isinstance(found, Sentence):
            refused.append(Refused(number, found))
            continue
        if prices.setdefault(found[:2], found) != found:
            msgid = gettext_noop("%(symbol)s has two prices for %(day)s.")
            refused.append(Refused(number, Sentence(msgid, {"symbol": found.symbol, "day": found.day})))
    return list(prices.values()), refused


def _line(cells: list[str]) -> Price | Sentence:
    if len(cells) != len(FIELDS):
        return Sentence(gettext_noop("A line is symbol, day and price."), {})
    symbol, day, price = cells
    if not symbol or len(symbol) > LONGEST_SYMBOL:
        return Sentence(gettext_noop("Name the benchmark in at most %(most)s characters."), {"most": LONGEST_SYMBOL})
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return Sentence(gettext_noop("%(day)s is not a day like 2025-09-30."), {"day": ascii(day)})
    try:
        number = parse_decimal(price, digits=DIGITS, places=PLACES)
    except BadDecimal as bad:
        return Sentence(bad.msgid, bad.params)
    if number <= 0:
        return Sentence(gettext_noop("A price is above zero."), {})
    return Price(symbol, on, number)
