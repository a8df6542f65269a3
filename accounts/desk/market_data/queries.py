"""What is offered, what somebody subscribes to, and what the users of one's place cost together."""

from decimal import Decimal
from typing import NamedTuple

from django.db.models import F, QuerySet, Sum

from accounts.desk.market_data.models import MarketDataOffer, MarketDataSubscription
from accounts.ground.access.context import Who
from accounts.ground.users.queries import seats


class Cost(NamedTuple):
    """What comes to how much a month."""

    currency: str
    amount: Decimal


def own(who: Who) -> "QuerySet[MarketDataSubscription]":
    """The living subscriptions of one's own user."""
    rows = MarketDataSubscription.unscoped.filter(seat_id=who.seat_id, ended_at=None)
    return rows.select_related("offer").order_by("offer__name")


def offers(who: Who) -> "list[tuple[MarketDataOffer, MarketDataSubscription | None]]":
    """What is offered and what one has of it; what is offered no more stays while one has it."""
    mine = {one.offer_id: one for one in own(who)}
    known = MarketDataOffer.unscoped.order_by("name", "code")
    return [(one, mine.get(one.pk)) for one in known if one.is_offered or one.pk in mine]


def offer_of(code: str) -> MarketDataOffer | None:
    """A package by its code."""
    return MarketDataOffer.unscoped.filter(code=code).first()


def cost_of_own(who: Who) -> list[Cost]:
    """What one's own user costs a month; what another user with the same packages would cost again."""
    return _sums(MarketDataSubscription.unscoped.filter(seat_id=who.seat_id, ended_at=None))


def at_my_place(who: Who) -> "QuerySet[MarketDataSubscription]":
    """The living subscriptions of everybody at one's place, whom one manages."""
    here = seats(who).filter(ended_at=None).values("pk")
    return MarketDataSubscription.unscoped.filter(seat_id__in=here, ended_at=None)


def cost_of_place(who: Who) -> list[Cost]:
    """What all users together cost the primary user a month."""
    return _sums(at_my_place(who))


def cost_by_user(who: Who) -> list[tuple[str, str, Decimal]]:
    """User, currency, a month."""
    rows = at_my_place(who).values(name=F("seat__user__username"), code=F("currency"))
    return [(row["name"], row["code"], row["sum"]) for row in rows.annotate(sum=Sum("fee")).order_by("name", "code")]


def _sums(rows: "QuerySet[MarketDataSubscription]") -> list[Cost]:
    found = rows.values("currency").annotate(sum=Sum("fee")).order_by("currency")
    return [Cost(row["currency"], row["sum"]) for row in found]
