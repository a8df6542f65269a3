"""The fee list as one address asks for it: a month, a state, a search; fee by fee or added up by client."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import CombinedExpression
from django.http import QueryDict

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.paging import Page, order_of, page_of
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import Account
from accounts.ground.tree.queries import Search, found, search, typed
from fees.posting.models import TAKEN, Charge, ChargeState
from fees.proofs.queries import charges

FEES = {
    "period": "period_end_day",
    "account": "account__number",
    "title": "account__sort_key",
    "amount": "amount",
    "state": "state",
}
CLIENTS = {
    "account": "account__number",
    "title": "account__sort_key",
    "amount": "total",
    "fees": "fees",
}
# What a list too long to be sorted at once keeps ready: the periods of fees, and the clients before their fees.
PERIODS = {"period": "period_end_day"}
ACCOUNTS = {"account": "number", "title": "sort_key"}
USUAL_FEES, USUAL_CLIENTS = "-period", "title"
BY_FEE = "fee"
ALL_MONTHS = "all"
MONTHS_OFFERED = 24
MOST_COUNTED = 1000


@dataclass
class FeeListing:
    """Everything that a page and an export of the list have in common. Without a month asked for, the latest."""

    who: Who
    sealed: date | None
    text: str
    state: str
    asked_month: str
    by_fee: bool
    asked_sort: str
    is_asked_for_sums: bool = False

    @classmethod
    def of(cls, who: Who, query: QueryDict) -> "FeeListing":
        """Read from the query of an address; what is unknown is the usual."""
        state = query.get("state", "")
        by_fee = query.get("by") == BY_FEE
        return cls(
            who=who,
            sealed=sealed_day(),
            text=typed(query.get("q")),
            state=state if state in ChargeState.values else ChargeState.POSTED,
            asked_month=query.get("month", ""),
            by_fee=by_fee,
            asked_sort=query.get("sort", ""),
            is_asked_for_sums=query.get("sums") == "1",
        )

    @property
    def sort(self) -> str:
        """The heading in force."""
        known, usual = (FEES, USUAL_FEES) if self.by_fee else (CLIENTS, USUAL_CLIENTS)
        if self.is_long:
            known = PERIODS if self.by_fee else ACCOUNTS
        return self.asked_sort if self.asked_sort.lstrip("-") in known else usual

    @property
    def day(self) -> str:
        """The day that puts a fee into a month: when it was posted, or should have been."""
        return "posted_on" if self.state == ChargeState.POSTED else "due_on"

    @property
    def figure(self) -> "F | CombinedExpression":
        """What is added up: what moved for posted fees, what the others come to."""
        return TAKEN if self.state == ChargeState.POSTED else F("amount")

    @cached_property
    def latest(self) -> date | None:
        """The first day of the latest month that has fees of this state."""
        rows = charges(self.who, self.sealed).filter(state=self.state)
        last = rows.order_by(f"-{self.day}").values_list(self.day, flat=True).first()
        return last.replace(day=1) if last else None

    @cached_property
    def month(self) -> date | None:
        """The first day of the month shown; None for all."""
        if self.asked_month == ALL_MONTHS:
            return None
        try:
            return date.fromisoformat(f"{self.asked_month}-01")
        except ValueError:
            return self.latest

    @cached_property
    def months(self) -> list[date]:
        """What the chooser offers, the latest first."""
        first = self.latest
        if first is None:
            return []
        offered = [first]
        while len(offered) < MONTHS_OFFERED:
            offered.append(_month_before(offered[-1]))
        return offered if self.month is None or self.month in offered else [self.month, *offered]

    @cached_property
    def of_month(self) -> "QuerySet[Charge]":
        """The fees of the month and state, whoever paid them, in no order."""
        rows = charges(self.who, self.sealed).filter(state=self.state).order_by()
        if self.month is None:
            return rows
        return rows.filter(**{f"{self.day}__gte": self.month, f"{self.day}__lt": _month_after(self.month)})

    @cached_property
    def search(self) -> Search:
        """The accounts that the text means."""
        return search(self.text)

    @cached_property
    def rows(self) -> "QuerySet[Charge]":
        """The fees, in no order."""
        return found(self.of_month, self.search, "account__")

    @cached_property
    def clients(self) -> "QuerySet[Account]":
        """Who paid them; asked account by account, so that a page of a long list reads no further than the page."""
        paid = self.of_month.filter(account_id=OuterRef("pk")).values("pk")[:1]
        return found(scope(self.who, Account), self.search).annotate(paid=Subquery(paid)).exclude(paid=None)

    @cached_property
    def counted(self) -> int:
        """How many fees there are, or clients who paid; counted no further than one past what is worth a number."""
        if self.by_fee:
            return self.rows.values("pk")[: MOST_COUNTED + 1].count()
        return self.clients.order_by("sort_key", "pk").values("pk")[: MOST_COUNTED + 1].count()

    @cached_property
    def is_long(self) -> bool:
        """Longer than is added up, or sorted by what was paid, for everybody who only passes by."""
        return self.counted > MOST_COUNTED

    @cached_property
    def sums(self) -> Sequence[tuple[str, Decimal]] | None:
        """What the list comes to, one sum a currency; None where that is asked for afterwards."""
        if self.is_long and not self.is_asked_for_sums:
            return None
        return self.total

    @cached_property
    def total(self) -> Sequence[tuple[str, Decimal]]:
        """The same for a file of the list, however long."""
        return list(self.rows.values_list("currency").annotate(total=Sum(self.figure)).order_by("currency"))

    @property
    def order(self) -> list[str]:
        if self.by_fee:
            return order_of(self.sort, FEES, USUAL_FEES)
        first, _key = order_of(self.sort, CLIENTS, USUAL_CLIENTS)
        return [first, "account_id"]

    def ordered(self) -> "QuerySet[Charge]":
        """All fees, one by one."""
        return self.rows.order_by(*order_of(self.sort if self.by_fee else "", FEES, USUAL_FEES))

    def page(self, query: QueryDict) -> Page:
        """One page of fees, or of clients with what each of them paid."""
        shown = self._by_fee(query) if self.by_fee else self._by_client(query)
        return replace(shown, total=min(self.counted, MOST_COUNTED), is_capped=self.is_long)

    def _by_fee(self, query: QueryDict) -> Page:
        return page_of(self.ordered(), order=self.order, query=query, is_counted=False)

    def _by_client(self, query: QueryDict) -> Page:
        """By name or number, the clients of one page are found first and only their fees are added up."""
        if self.sort.lstrip("-") in ACCOUNTS:
            order = order_of(self.sort, ACCOUNTS, USUAL_CLIENTS)
            page = page_of(self.clients, order=order, query=query, is_counted=False)
            place = {one.pk: at for at, one in enumerate(page.rows)}
            sums = _by_account(self.rows.filter(account_id__in=list(place)), self.figure)
            return replace(page, rows=sorted(sums, key=lambda row: (place[row["account_id"]], row["currency"])))
        return page_of(_by_account(self.rows, self.figure), order=self.order, query=query, is_counted=False)


def _by_account(rows: "QuerySet[Charge]", figure: "F | CombinedExpression") -> "QuerySet[Any, Any]":
    named = rows.values("account_id", "account__number", "account__title", "account__sort_key", "currency")
    return named.annotate(total=Sum(figure), fees=Count("pk"))


def _month_before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _month_after(month: date) -> date:
    return date(month.year + (month.month == 12), month.month % 12 + 1, 1)
