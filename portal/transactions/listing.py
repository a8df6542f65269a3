"""The transaction history as one address asks for it: how far back, which kinds, methods and statuses, a search."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from accounts.ground.access.context import Who
from accounts.ground.paging import MOST_COUNTED, Page, page_of
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.queries import typed
from accounts.ground.tree.rules import sort_key
from fees.proofs.words import method_title
from portal.transactions.rules import WAITING, Kind, Method, Status, days_of, saying
from portal.transactions.sources import Together, transactions

COLUMNS = {"day": "t_day", "amount": "t_amount", "account": "t_number", "type": "t_kind", "status": "t_status"}
USUAL = "-day"


@dataclass(frozen=True)
class Line:
    """One transaction in words."""

    day: date
    uid: str
    kind: Kind
    method: str
    status: Status
    amount: Decimal
    currency: str
    number: str
    title: str
    words: str

    @property
    def entry(self) -> str:
        """Its id as a part of an address."""
        return self.uid.replace(" ", "-", 1)

    @property
    def proof(self) -> str:
        """The key of the fee that it proves."""
        return self.uid.partition(" ")[2] if self.kind == Kind.FEE else ""

    @property
    def mood(self) -> str:
        """How the status is shown."""
        if self.status in WAITING:
            return "warn"
        return {Status.REJECTED: "bad", Status.CANCELLED: "", Status.EXPIRED: ""}.get(self.status, "good")

    @property
    def request(self) -> str:
        """The key of the funding request that it is."""
        source, _space, key = self.uid.partition(" ")
        return key if source == "funding" else ""


def line_of(row: dict[str, Any]) -> Line:
    """A row of the united tables."""
    kind, method, words = Kind(row["t_kind"]), row["t_method"], row["t_words"].strip()
    return Line(
        day=row["t_day"],
        uid=row["t_uid"],
        kind=kind,
        method=str(Method(method).label) if method in Method.values else method,
        status=Status(row["t_status"]),
        amount=row["t_amount"],
        currency=row["t_currency"],
        number=row["t_number"],
        title=row["t_title"],
        words=method_title(int(words)) if kind == Kind.FEE else words,
    )


@dataclass
class TransactionListing:
    """Everything that a page, the API and a file of the history have in common."""

    who: Who
    today: date
    days: int
    is_clamped: bool
    text: str
    kind: str
    method: str
    status: str
    asked_sort: str

    @classmethod
    def of(cls, who: Who, query: QueryDict, *, today: date) -> "TransactionListing":
        """Read from the query of an address; what is unknown is the usual. Words of choices may be in any case."""
        days, is_clamped = days_of(query.get("days", ""))
        chosen = {
            name: _chosen(query.get(name, ""), choices)
            for name, choices in (("type", Kind), ("method", Method), ("status", Status))
        }
        return cls(
            who=who,
            today=today,
            days=days,
            is_clamped=is_clamped,
            text=typed(query.get("q")),
            kind=chosen["type"],
            method=chosen["method"],
            status=chosen["status"],
            asked_sort=query.get("sort", ""),
        )

    @property
    def sort(self) -> str:
        """The heading in force."""
        return self.asked_sort if self.asked_sort.lstrip("-") in COLUMNS else USUAL

    @property
    def order(self) -> list[str]:
        """The columns behind the heading; the newest first where that says nothing."""
        minus = "-" if self.sort.startswith("-") else ""
        first = COLUMNS[self.sort.lstrip("-")]
        return [minus + first, f"{minus}t_uid"] if first == "t_day" else [minus + first, "-t_day", "t_uid"]

    @cached_property
    def rows(self) -> Together:
        """What fits, in no order."""
        found = transactions(self.who, since=self.today - timedelta(days=self.days), sealed=sealed_day())
        for column, wanted in (("t_kind", self.kind), ("t_method", self.method), ("t_status", self.status)):
            if wanted:
                found = found.filter(Q(**{column: wanted}))
        for word in self.text.split():
            found = found.filter(_says(word))
        return found

    @cached_property
    def total(self) -> int:
        """How many there are, counted to a thousand."""
        return self.rows.count(MOST_COUNTED + 1)

    def page(self, query: QueryDict) -> Page:
        """One page of lines."""
        found = page_of(self.rows, order=self.order, query=query, is_counted=False)  # type: ignore[arg-type]
        return Page(
            rows=[line_of(row) for row in found.rows],
            total=min(self.total, MOST_COUNTED),
            is_capped=self.total > MOST_COUNTED,
            previous=found.previous,
            next=found.next,
        )

    def lines(self) -> Iterator[Line]:
        """Everything that fits, for a file."""
        return (line_of(row) for row in self.rows.order_by(*self.order).all().iterator())


def _says(word: str) -> Q:
    """A word in number, title, type, method or status."""
    return (
        Q(account__number__contains=word.upper())
        | Q(account__sort_key__contains=sort_key(word))
        | Q(t_kind__in=saying(word, Kind.choices))
        | Q(t_method__in=saying(word, Method.choices))
        | Q(t_status__in=saying(word, Status.choices))
    )


def _chosen(text: str, choices: Any) -> str:
    """A choice by its code or its words, in any case."""
    wanted = text.strip().casefold()
    return next((code for code, label in choices.choices if wanted in (code.casefold(), str(label).casefold())), "")
