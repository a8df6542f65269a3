"""Subscribing one's own user to market data, and ending it."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.desk.market_data.models import MarketDataOffer, MarketDataSubscription
from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.scope import NotAllowed


class MarketDataProblem(ValueError):
    """A sentence a person can read: why this cannot be subscribed to."""


def subscribe(*, who: Who, offer: MarketDataOffer, at: datetime) -> MarketDataSubscription:
    """From now on, at the present price."""
    _check_own(who)
    if not offer.is_offered:
        raise MarketDataProblem(_("This package is offered no more."))
    try:
        with transaction.atomic(using=current_alias.get()):
            return MarketDataSubscription.unscoped.create(
                firm_id=who.firm_id,
                seat_id=who.seat_id,
                offer=offer,
                fee=offer.fee,
                currency=offer.currency,
                started_by=who.user_id,
                started_at=at,
            )
    except IntegrityError as problem:
        if "marketdata_once_a_user" not in str(problem):
            raise
        raise MarketDataProblem(_("Your user has this package already.")) from problem


def end(*, who: Who, offer: MarketDataOffer, at: datetime) -> None:
    """End it now."""
    _check_own(who)
    rows = MarketDataSubscription.unscoped.filter(seat_id=who.seat_id, offer=offer, ended_at=None)
    if not rows.update(ended_at=at, ended_by=who.user_id):
        raise MarketDataProblem(_("Your user does not have this package."))


def _check_own(who: Who) -> None:
    if who.behind is not None:
        raise NotAllowed("view", _("You look as another user; what you may not do yourself stays closed."))
