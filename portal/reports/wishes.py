"""What somebody asks of a report: which one, of whose accounts, over which days, in which form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.ground.tree.models import CURRENCIES
from portal.lib.periods import Frequency
from portal.reports.periods import Choice

LONGEST_NAME, LONGEST_SYMBOL = 80, 60
RATE = r"^[0-9]{1,2}(\.[0-9]{1,4})?$"
_BETWEEN = re.compile(r"[\s,;]+")
LONGEST_OUTSTANDING = 1_000
# A number of whole shares, as people part thousands: three figures each, by one sign. 600.5 is none.
_SHARES = re.compile(r"[1-9][0-9]{0,14}|[1-9][0-9]{0,2}([ ,.'’\xa0\u202f])[0-9]{3}(?:\1[0-9]{3}){0,3}", re.ASCII)
YES = "1"
# What is further away is a slip of the hand.
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)


class Kind(StrEnum):
    """The reports there are."""

    ACTIVITY = "activity"
    SUMMARY = "summary"
    PERFORMANCE = "performance"
    PORTFOLIO = "portfolio"
    INCOME = "income"
    FEES = "fees"
    TRADES = "trades"
    FORM_13F = "form-13f"
    FORM_13D = "form-13d"
    FORM_ADV = "form-adv"
    DELIVERIES = "delivery-audit"
    ANSWERS = "questionnaire-history"


# What an advisor files, over all accounts.
FILED = (Kind.FORM_13F, Kind.FORM_13D, Kind.FORM_ADV)
# What only an advisor reads.
OF_ADVISORS = (*FILED, Kind.DELIVERIES, Kind.ANSWERS)
# These are made from single lines, so their number counts as well.
OF_LINES = (Kind.ACTIVITY, Kind.INCOME, Kind.TRADES)
KINDS = {
    Kind.ACTIVITY: (_("Activity statement"), _("Value, cash, trades, transfers and fees of a day, a month or a year")),
    Kind.SUMMARY: (_("Client summary"), _("What every account was worth on one day, and what it has earned")),
    Kind.PERFORMANCE: (_("Portfolio analysis"), _("Returns over a period, weighted by time or by money")),
    Kind.PORTFOLIO: (
        _("Portfolio report"),
        _("What is held, what it returned and at which risk, of all accounts as one"),
    ),
    Kind.INCOME: (_("Income"), _("Dividends and interest, and the tax withheld from them")),
    Kind.FEES: (_("Fee report"), _("What clients paid, by advisor or by client, tied to the ledger")),
    Kind.TRADES: (_("Trade confirmations"), _("Every execution of the period, with price, commission and settlement")),
    Kind.FORM_13F: (_("Form 13F worksheet"), _("Shares and funds at the end of a quarter, over all accounts")),
    Kind.FORM_13D: (
        _("Schedule 13D/G worksheet"),
        _("Which classes of shares all accounts hold five percent of, or more"),
    ),
    Kind.FORM_ADV: (_("Form ADV worksheet"), _("Accounts and assets under management by type of client")),
    Kind.DELIVERIES: (
        _("Delivery audit"),
        _("What was sent to each client in a quarter, and whether it has arrived"),
    ),
    Kind.ANSWERS: (
        _("Questionnaire history"),
        _("What clients have answered about their means, experience, goals and values, when, and who signed for it"),
    ),
}
CHOICES = {
    Choice.DAY: _("Last closed day"),
    Choice.MONTH_TO_DATE: _("Month to date"),
    Choice.PREVIOUS_MONTH: _("Previous month"),
    Choice.PREVIOUS_QUARTER: _("Previous quarter"),
    Choice.YEAR_TO_DATE: _("Year to date"),
    Choice.YEAR: _("Previous year"),
    Choice.SINCE_INCEPTION: _("Since inception"),
    Choice.CUSTOM: _("Days of one's own"),
}
FREQUENCIES = {
    Frequency.DAILY: _("Daily"),
    Frequency.MONTHLY: _("Monthly"),
    Frequency.QUARTERLY: _("Quarterly"),
    Frequency.ANNUAL: _("Annual"),
}
MEASURES = {"twr": _("Time-weighted"), "mwr": _("Money-weighted")}
GROUPS = {"client": _("By client"), "advisor": _("By advisor")}
MODES = {"separate": _("Each account by itself"), "consolidated": _("Consolidated")}
DETAILS = {"snapshot": _("Snapshot"), "detailed": _("Detailed")}
USUAL_CHOICE = {
    Kind.ACTIVITY: Choice.PREVIOUS_MONTH,
    Kind.SUMMARY: Choice.DAY,
    Kind.TRADES: Choice.DAY,
    Kind.PORTFOLIO: Choice.YEAR_TO_DATE,
    Kind.FORM_13F: Choice.PREVIOUS_QUARTER,
    Kind.FORM_13D: Choice.DAY,
    Kind.FORM_ADV: Choice.YEAR,
    Kind.DELIVERIES: Choice.PREVIOUS_QUARTER,
    Kind.ANSWERS: Choice.SINCE_INCEPTION,
}


@dataclass(frozen=True)
class Wish:
    """A report as its address describes it; what is unknown is the usual. `accounts` empty is all that one may see."""

    kind: Kind
    accounts: tuple[str, ...] = ()
    period: Choice = Choice.MONTH_TO_DATE
    first: date | None = None
    last: date | None = None
    mode: str = "separate"
    by: str = "client"
    frequency: Frequency = Frequency.MONTHLY
    detail: str = "snapshot"
    measure: str = "twr"
    currency: str = ""
    language: str = ""
    alias: bool = False
    differing: bool = False
    cover: bool = False
    name: str = ""
    benchmark: str = ""
    free: str = ""
    # Shares outstanding by symbol or number, as they were typed: "AAPL=14840000000; MSFT=7430000000".
    outstanding: str = ""

    @classmethod
    def of(cls, kind: Kind, query: QueryDict) -> "Wish":
        """Read from the query of an address."""
        usual = USUAL_CHOICE.get(kind, Choice.MONTH_TO_DATE)
        return cls(
            kind=kind,
            accounts=numbers_of(query.getlist("accounts")),
            period=Choice(_one_of(Choice, query.get("period", ""), usual)),
            first=_day(query.get("first", "")),
            last=_day(query.get("last", "")),
            mode=_one_of(MODES, query.get("mode", ""), "separate"),
            by=_one_of(GROUPS, query.get("by", ""), "client"),
            frequency=Frequency(_one_of(Frequency, query.get("frequency", ""), Frequency.MONTHLY)),
            detail=_one_of(DETAILS, query.get("detail", ""), "snapshot"),
            measure=_one_of(MEASURES, query.get("measure", ""), "twr"),
            currency=_one_of(CURRENCIES, query.get("currency", ""), ""),
            language=_one_of(dict(settings.LANGUAGES), query.get("language", ""), ""),
            alias=query.get("alias") == YES,
            differing=query.get("differing") == YES,
            cover=query.get("cover") == YES,
            name=_printable(query.get("name", "")),
            benchmark=_printable(query.get("benchmark", ""))[:LONGEST_SYMBOL],
            free=_rate(query.get("free", "")),
            outstanding=";".join(f"{key}={number}" for key, number in _pairs(query.get("outstanding", ""))),
        )

    @classmethod
    def at(cls, address: str) -> "Wish":
        """Read from what `address` has written."""
        query = QueryDict(address)
        return cls.of(Kind(query["report"]), query)

    @property
    def address(self) -> str:
        """The kind and the query, in one text."""
        return "&".join(filter(None, [f"report={self.kind}", self.query]))

    @property
    def is_consolidated(self) -> bool:
        return self.mode == "consolidated" or self.kind == Kind.PORTFOLIO

    @property
    def risk_free(self) -> Decimal:
        """The yearly return without risk, as a fraction."""
        return Decimal(self.free or 0) / 100

    @property
    def shares_outstanding(self) -> dict[str, Decimal]:
        """By symbol, ISIN or CUSIP."""
        return {key: Decimal(number) for key, number in _pairs(self.outstanding)}

    @property
    def is_by_advisor(self) -> bool:
        return self.by == "advisor" and not self.is_consolidated

    @property
    def is_detailed(self) -> bool:
        return self.detail == "detailed"

    @property
    def title(self) -> str:
        return self.name or str(KINDS[self.kind][0])

    @property
    def query(self) -> str:
        """The query that describes it, without what is usual."""
        said = QueryDict(mutable=True)
        usual = Wish(self.kind, period=USUAL_CHOICE.get(self.kind, Choice.MONTH_TO_DATE))
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name != "kind" and value != getattr(usual, one.name):
                said[one.name] = " ".join(value) if isinstance(value, tuple) else YES if value is True else str(value)
        return said.urlencode()


def numbers_of(texts: list[str]) -> tuple[str, ...]:
    """Account numbers out of what was typed, each once, in their order; what is no number leads nowhere later."""
    found = (one.upper() for text in texts for one in _BETWEEN.split(text.replace("\0", "?")) if one)
    return tuple(dict.fromkeys(found))


def _one_of(known: Mapping[str, object] | list[str] | type[StrEnum], asked: str, usual: str) -> str:
    return asked if asked in list(known) else usual


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _rate(text: str) -> str:
    """A yearly rate in percent from 0 to below 100; what is none is the usual."""
    # With the decimal sign of half of the readers too.
    plain = text.strip().replace(",", ".", 1)
    return plain if re.search(RATE, plain) else ""


def _pairs(text: str) -> list[tuple[str, str]]:
    """What was typed as "AAPL = 14,840,000,000; MSFT = …", each once; what is none, or is cut by the end, is left out.

    Written anew it is no longer than before, and reads the same."""
    found: dict[str, str] = {}
    typed = re.split(r"[;\n]", text[: LONGEST_OUTSTANDING + 1])
    for one in typed if len(text) <= LONGEST_OUTSTANDING else typed[:-1]:
        key, _equals, number = one.partition("=")
        key, number = _printable(key).upper(), number.strip()
        if key and _SHARES.fullmatch(number):
            found[key] = re.sub(r"[^0-9]", "", number)
    return list(found.items())


def _printable(text: str) -> str:
    return "".join(one for one in " ".join(text.split()) if one.isprintable())[:LONGEST_NAME]
