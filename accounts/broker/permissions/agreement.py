"""The agreement that is signed with a request for trading permissions, line by line, and its hash."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.utils.translation import gettext as _

from accounts.broker.instruments.rules import Product
from accounts.broker.permissions.models import Objective
from accounts.broker.permissions.rules import NEEDS_MARGIN, Said
from accounts.broker.products.rules import Permission, permission_words
from accounts.ground.amounts import money_words
from accounts.ground.dates import day_text
from accounts.ground.tree.models import Account
from portal.lib.exchange import exchange_day


@dataclass(frozen=True)
class Letter:
    """What the text is made of."""

    account: Account
    wanted: tuple[Permission, ...]
    said: Said
    asked_on: datetime


def write(letter: Letter) -> str:
    """The whole text in the active language; the same letter gives the same text."""
    return "\n".join(_lines(letter)) + "\n"


def hash_of(text: str) -> str:
    """SHA-256 over the text as UTF-8, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def _lines(letter: Letter) -> Iterator[str]:
    account = letter.account
    yield _("AGREEMENT ON TRADING PERMISSIONS")
    yield _("Account: %(number)s, %(title)s, in %(currency)s") % {
        "number": account.number,
        "title": account.title,
        "currency": account.base_currency,
    }
    yield _("Requested on %(day)s") % {"day": day_text(exchange_day(letter.asked_on))}
    yield ""
    yield _("1. What the account shall trade")
    yield from (f"- {permission_words(one)}" for one in sorted(letter.wanted))
    yield ""
    yield _("2. What I have said of myself")
    yield "- " + _("Investment objective: %(objective)s") % {"objective": Objective(letter.said.objective).label}
    yield "- " + _("Years of trading: %(years)s") % {"years": letter.said.experience}
    for words, value in (
        (_("Annual net income: %(amount)s"), letter.said.income),
        (_("Net worth: %(amount)s"), letter.said.net_worth),
        (_("Liquid net worth: %(amount)s"), letter.said.liquid_worth),
    ):
        yield "- " + words % {"amount": money_words(value, account.base_currency)}
    yield ""
    yield _("3. What can happen")
    yield from (f"- {line}" for line in _risks({one.product for one in letter.wanted}))
    yield ""
    yield _("4. What I agree to")
    yield _(
        "What I have said is true; I tell my advisor when it changes. I understand the risks above and can bear them."
        " The level above me reviews this request and may decline it; until it is approved, nothing changes. A"
        " permission may be withdrawn at any time."
    )


def _risks(products: Iterable[str]) -> Iterator[str]:
    wanted = set(products)
    yield _("Prices fall as well as rise; I can lose what I put in.")
    if Product.PENNY_STOCKS in wanted:
        yield _("Shares of very low price are traded seldom and are easily manipulated; I may find no buyer.")
    if wanted & {Product.OPTIONS, Product.FUTURES_OPTIONS, Product.WARRANTS}:
        yield _("An option or a warrant can become worthless; who writes options can lose more than was received.")
    if wanted & set(NEEDS_MARGIN):
        yield _("Trading on margin can lose more than the account holds, and positions may be closed without notice.")
    if Product.FOREX in wanted:
        yield _("Exchange rates move at all hours, also while markets are closed.")
    if Product.BONDS in wanted:
        yield _("An issuer may not pay; a bond sold before its end may bring less than it cost.")
    if Product.COMPLEX_FUNDS in wanted:
        yield _(
            "A fund that multiplies what it follows is made for single days; held longer it can lose in any market."
        )
    if Product.OVERNIGHT in wanted:
        yield _("At night few trade: prices differ more from those of the day, and an order may find nobody.")
    if Product.FRACTIONS in wanted:
        yield _("A part of a share cannot be transferred elsewhere, and may have no vote.")
    if Product.STOCK_YIELD in wanted:
        yield _("Lent shares are not covered by the investor protection fund; what they earn can fall to nothing.")
