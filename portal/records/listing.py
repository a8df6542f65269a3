"""The account list as one address asks for it: which rows, in which order and groups, summed up how."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.ground.access.context import Who
from accounts.ground.clock import exchange_today
from accounts.ground.paging import Page, edge_of, page_of
from accounts.ground.people.models import Role
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import Account
from portal.records import queries
from portal.records.filters import BY_ADVISOR, Filters

BY_VALUE = "value"


@dataclass
class Listing:
    """Everything that a page, a sum and an export of the list have in common."""

    who: Who
    filters: Filters
    sealed: date | None
    today: date
    asked_sort: str = queries.USUAL_ORDER
    by_advisor: bool = False
    is_asked_for_sums: bool = False

    @classmethod
    def of(cls, who: Who, query: QueryDict) -> "Listing":
        """Read from the query of an address."""
        return cls(
            who=who,
            filters=Filters.of(query),
            sealed=sealed_day(),
            today=exchange_today(),
            asked_sort=query.get("sort", queries.USUAL_ORDER),
            by_advisor=who.role == Role.TOP and query.get("by") == BY_ADVISOR,
            is_asked_for_sums=query.get("sums") == "1",
        )

    @cached_property
    def rows(self) -> "QuerySet[Account]":
        return queries.found(self.who, self.filters, self.today)

    @cached_property
    def counted(self) -> int:
        return queries.number_of(self.rows)

    @property
    def is_long(self) -> bool:
        """Longer than is summed up, or sorted by value, for everybody who only passes by."""
        return self.counted > queries.MOST_SUMMED

    @property
    def sort(self) -> str:
        """The order asked for; a long list is not sorted by what its accounts are worth."""
        return queries.USUAL_ORDER if self.is_long and self.asked_sort.lstrip("-") == BY_VALUE else self.asked_sort

    @cached_property
    def totals(self) -> queries.Totals | None:
        """None where adding up takes longer than a page may: the page asks for it afterwards."""
        if self.is_long and not self.is_asked_for_sums:
            return queries.known_totals(self.who, self.sealed, self.filters.practice) if self.is_in_rollup else None
        return queries.totals(self.who, self.rows, self.sealed)

    @property
    def is_in_rollup(self) -> bool:
        """Whether the night has added it up already: everything one manages, or one practice of it."""
        by_practice = replace(self.filters, practice=None)
        return bool(self.who.practice_id) and not self.who.is_narrowed and not by_practice.narrows

    @cached_property
    def sections(self) -> dict[int, queries.Section]:
        """The sums by advisor."""
        return {one.practice: one for one in self.totals.sections} if self.totals else {}

    @property
    def practice_name(self) -> str:
        """The advisor that the list is narrowed to."""
        section = self.sections.get(self.filters.practice or 0)
        return section.name if section else ""

    @property
    def order(self) -> list[str]:
        return queries.order(self.sort, by_advisor=self.by_advisor)

    def ordered(self) -> "QuerySet[Account]":
        """All rows in their order."""
        rows = queries.valued(self.rows, self.sealed) if self.sort.lstrip("-") == BY_VALUE else self.rows
        return rows.order_by(*self.order)

    def page(self, query: QueryDict) -> Page:
        """One page, its rows with their values."""
        rows = queries.with_values(self.ordered(), self.sealed)
        if self.by_advisor and self.is_long and not query.get("before"):
            after = edge_of(rows, query.get("after"), self.order)
            first = after[self.order.index("practice_id")] if after else None
            rows = rows.filter(practice_id__in=queries.practices_of_page(self.who, self.rows, first))
        found = page_of(rows, order=self.order, query=query, is_counted=False)
        most = queries.MOST_SUMMED
        return replace(found, total=min(self.counted, most), is_capped=self.counted > most)
