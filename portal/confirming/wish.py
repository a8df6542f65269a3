"""What somebody is about to do, as the request says it: the seat, the address and the fields, from a form or JSON.

Rows come through the scope of the person who asks, so a sentence never tells of what that person may not see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.amounts import money_words
from accounts.ground.people.models import Seat
from accounts.ground.tree.models import Account
from accounts.ground.users.queries import seats
from portal.lib.jsontext import parsed

LONGEST = 120


class Untold(LookupError):
    """The request names nothing that the person may know of; the page then says no more than the task's kind."""


@dataclass(frozen=True)
class Wish:
    """One request. `place` are the parts of its address, `said` its fields."""

    who: Who | None
    method: str
    place: Mapping[str, Any]
    said: Mapping[str, Any]
    rows: tuple[Mapping[str, Any], ...]
    request: HttpRequest

    @classmethod
    def of(cls, request: HttpRequest) -> "Wish":
        """Read from a request that has been resolved."""
        match = request.resolver_match
        fields: Any = {name: request.POST.get(name) for name in request.POST}
        if request.content_type == "application/json":
            try:
                fields = parsed(request.body or b"{}")
            except ValueError:
                fields = {}
        listed = tuple(one for one in fields if isinstance(one, dict)) if isinstance(fields, list) else ()
        said = fields if isinstance(fields, dict) else {}
        who = request.seat  # type: ignore[attr-defined]
        return cls(who, request.method or "", match.kwargs if match else {}, said, listed, request)

    @property
    def seat(self) -> Who:
        """Who asks."""
        if self.who is None:
            raise Untold
        return self.who

    @property
    def is_of_api(self) -> bool:
        """Whether a program sent it: JSON, read by serializers and not by forms."""
        return self.request.path.startswith("/api/")

    def text(self, name: str) -> str:
        """A field as it was typed, cut to what a sentence can bear."""
        found = " ".join(str(self.said.get(name) or "").replace("\0", "").split())
        if not found:
            raise Untold
        return found if len(found) <= LONGEST else f"{found[:LONGEST]}…"

    def account(self, number: str = "") -> str:
        """The account of the address, by number and title."""
        wanted = (number or str(self.place.get("number", ""))).strip().upper()
        found = scope(self.seat, Account).filter(number=wanted).order_by("closed_on").last()
        return account_words(found)

    def person(self, pk: object = None) -> str:
        """A user at one's own place, by name and user name."""
        wanted = self.place.get("seat") if pk is None else pk
        found = seats(self.seat).filter(pk=wanted).first() if str(wanted).isdigit() else None
        if found is None:
            raise Untold
        return person_words(found)


def one_of(rows: "QuerySet[Any]", pk: object) -> Any:
    """One of the rows that the asker may know of."""
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Untold
    return found


def account_words(account: Account | None) -> str:
    """An account in a sentence."""
    if account is None:
        raise Untold
    return f"{account.number} {account.title}"


def person_words(seat: Seat) -> str:
    """A user in a sentence."""
    user = seat.user
    full = user.get_full_name()
    return f"{full} ({user.username})" if full else user.username


def amount_words(text: object, currency: str) -> str:
    """An amount as it was typed, in the reader's format; what is none stands as it is."""
    try:
        return money_words(Decimal(str(text)), currency)
    except (ArithmeticError, ValueError):
        return f"{str(text)[:40]} {currency}"
