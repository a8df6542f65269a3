"""What can be traded and how it is called: asset classes of the broker, products of the permissions matrix, sides."""

import re
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

ALL_COUNTRIES = "ALL"
COUNTRY_PATTERN = r"^[A-Z]{2}$"


class Product(models.TextChoices):
    """Lines of the matrix of trading permissions."""

    STOCKS = "stocks", _("Stocks")
    PENNY_STOCKS = "penny_stocks", _("Penny stocks")
    OPTIONS = "options", _("Options")
    FUTURES = "futures", _("Futures")
    FUTURES_OPTIONS = "futures_options", _("Futures options")
    SINGLE_STOCK_FUTURES = "single_stock_futures", _("Single stock futures")
    BONDS = "bonds", _("Bonds")
    MUTUAL_FUNDS = "mutual_funds", _("Mutual funds")
    FOREX = "forex", _("Forex")
    WARRANTS = "warrants", _("Warrants")
    CFDS = "cfds", _("Contracts for difference")
    FRACTIONS = "fractions", _("Fractions of shares")
    OVERNIGHT = "overnight", _("Overnight trading")
    COMPLEX_FUNDS = "complex_funds", _("Leveraged and complex exchange-traded funds")
    STOCK_YIELD = "stock_yield", _("Stock yield enhancement")


# The trading programs: they hold for the whole account and so for no country alone.
PROGRAMS = (Product.FRACTIONS, Product.OVERNIGHT, Product.COMPLEX_FUNDS, Product.STOCK_YIELD)
PROGRAM_WORDS = {
    Product.FRACTIONS: _("Orders by amount and parts of a share"),
    Product.OVERNIGHT: _("Trading of US shares while the exchanges are closed"),
    Product.COMPLEX_FUNDS: _("Funds that multiply or invert what they follow; needs experience"),
    Product.STOCK_YIELD: _("Lending of fully paid shares for a share of what is earned"),
}


class Asset(models.TextChoices):
    """Asset classes as the broker's statements name them."""

    STOCK = "STK", _("Stock")
    OPTION = "OPT", _("Option")
    FUTURE = "FUT", _("Future")
    FUTURES_OPTION = "FOP", _("Futures option")
    SINGLE_STOCK_FUTURE = "SSF", _("Single stock future")
    BOND = "BOND", _("Bond")
    BILL = "BILL", _("Treasury bill")
    FUND = "FUND", _("Mutual fund")
    CASH = "CASH", _("Currency pair")
    WARRANT = "WAR", _("Warrant")
    CFD = "CFD", _("Contract for difference")


PRODUCT_OF: dict[str, Product] = {
    Asset.STOCK: Product.STOCKS,
    Asset.OPTION: Product.OPTIONS,
    Asset.FUTURE: Product.FUTURES,
    Asset.FUTURES_OPTION: Product.FUTURES_OPTIONS,
    Asset.SINGLE_STOCK_FUTURE: Product.SINGLE_STOCK_FUTURES,
    Asset.BOND: Product.BONDS,
    Asset.BILL: Product.BONDS,
    Asset.FUND: Product.MUTUAL_FUNDS,
    Asset.CASH: Product.FOREX,
    Asset.WARRANT: Product.WARRANTS,
    Asset.CFD: Product.CFDS,
}

# What an account may only hold on margin.
MARGIN_PRODUCTS = frozenset({Product.FUTURES, Product.FUTURES_OPTIONS, Product.SINGLE_STOCK_FUTURES, Product.CFDS})


class Side(models.TextChoices):
    """Which way a trade goes."""

    BUY = "buy", _("Buy")
    SELL = "sell", _("Sell")
    SHORT = "short", _("Sell short")


def side_words(told: str) -> str:
    """The side of a statement's trade as people read it; what is neither of both stays as the broker writes it."""
    return str(Side(told.lower()).label) if told in ("BUY", "SELL") else told


@dataclass(frozen=True)
class Traded:
    """An instrument as far as rights and restrictions look at it; an empty country is not known."""

    symbol: str
    asset: str
    country: str = ""
    conid: int | None = None
    currency: str = ""

    @property
    def product(self) -> Product | None:
        """The line of the matrix; None for what the matrix does not have."""
        return PRODUCT_OF.get(self.asset)


def clean_symbol(text: str) -> str:
    """A symbol as it is stored and compared."""
    return " ".join(text.replace("\0", "").upper().split())[:60]


def country_of(isin: str) -> str:
    """The country in an ISIN; empty for international numbers (XS and its like), which name none."""
    country = isin[:2].upper()
    is_country = re.match(COUNTRY_PATTERN, country) and not country.startswith("X") and country != "EU"
    return country if is_country else ""
