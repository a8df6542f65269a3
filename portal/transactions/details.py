"""One transaction opened: what its statement line, its fee, its invoice or what came back says beside the list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.context import Who
from accounts.ground.amounts import number_words
from accounts.ground.dates import day_text
from accounts.ground.runs.queries import sealed_day
from portal.lib.exchange import EXCHANGE_ZONE
from portal.transactions.listing import Line, line_of
from portal.transactions.rules import MOST_DAYS
from portal.transactions.sources import COLUMNS, transaction

# What each source knows, in the order in which it is read. Whatever else a row holds stays where it is.
FACTS: dict[str, dict[str, Any]] = {
    "cash": {
        "kind": _("In the statement"),
        "settle_on": _("Settles on"),
        "happened_at": _("Time"),
        "symbol": _("Symbol"),
        "base": _("In the account's currency"),
        "rate": _("Exchange rate"),
        "reference": _("Reference"),
    },
    "funding": {
        "asked_at": _("Requested"),
        "released_at": _("Released"),
        "hold_until": _("Leaves without consent at"),
        "sent_at": _("Sent to the broker"),
        "answered_at": _("Answered by the broker"),
        "ended_at": _("Ended"),
        "reason": _("Reason"),
    },
    "transfer": {
        "symbol": _("Symbol"),
        "quantity": _("Quantity"),
        "price": _("Price"),
        "value": _("Value"),
        "cash": _("Cash"),
        "company": _("Other company"),
    },
    "trade": {
        "symbol": _("Symbol"),
        "asset": _("Asset class"),
        "quantity": _("Quantity"),
        "price": _("Price"),
        "proceeds": _("Proceeds"),
        "commission": _("Commission"),
        "taxes": _("Taxes"),
        "trade_on": _("Traded on"),
        "settle_on": _("Settles on"),
        "happened_at": _("Time"),
        "execution_id": _("Execution"),
    },
    "fee": {"starts": _("From"), "period_end_day": _("Until"), "due_on": _("Due on")},
    "reversal": {"posted_at": _("Time")},
    **{key: {"submitted_at": _("Sent"), "processed_on": _("Processed on")} for key in ("invoice", "reimbursement")},
}
MOST_PLACES = 6


@dataclass(frozen=True)
class Detail:
    """A line of the list, and what is known of it by name."""

    line: Line
    source: str
    values: dict[str, Any]

    def in_words(self) -> Iterator[tuple[Any, str]]:
        """Each fact with its heading, in the reader's form."""
        for name, value in self.values.items():
            yield FACTS[self.source][name], _words(value)

    def in_plain_text(self) -> dict[str, str]:
        """The same for programs."""
        return {name: _plain(value) for name, value in self.values.items()}


def detail_for(who: Who, entry: str, *, today: date) -> Detail:
    """A transaction of the person's own list by its id; hidden and missing answer alike."""
    source, _hyphen, key = entry.partition("-")
    found = transaction(who, source, key, since=today - timedelta(days=MOST_DAYS), sealed=sealed_day())
    if found is None:
        raise Http404
    line = line_of({name: getattr(found, name) for name in COLUMNS})
    values = {name: getattr(found, name) for name in FACTS[source]}
    return Detail(line, source, {name: value for name, value in values.items() if value not in (None, "")})


def _words(value: Any) -> str:
    if isinstance(value, datetime):
        here = value.astimezone(EXCHANGE_ZONE)
        return f"{day_text(here.date())} {here:%H:%M:%S}"
    if isinstance(value, date):
        return day_text(value)
    if isinstance(value, Decimal):
        return number_words(value, _places(value))
    return str(value)


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _places(value: Decimal) -> int:
    """As many as the number needs, at least those of money where it has any."""
    exponent = value.normalize().as_tuple().exponent
    needed = -exponent if isinstance(exponent, int) else 0
    return 0 if needed <= 0 else min(max(needed, 2), MOST_PLACES)
