"""Correcting an exchange rate: the first rate of a day stays until somebody with a reason replaces it."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.broker.feed.models import FxRate
from accounts.broker.rates.models import RateCorrection
from accounts.ground.access.context import current_alias

LARGEST = Decimal("1e9")
SMALLEST = Decimal("1e-9")


class RateProblem(Exception):
    """Why a rate cannot be corrected so, in words."""


def correct_rate(
    *,
    day: date,
    from_currency: str,
    to_currency: str,
    seen: Decimal,
    rate: Decimal,
    reason: str,
    by: int,
    at: datetime,
) -> RateCorrection:
    """Replace a stored rate. `seen` is what the person was looking at: if it has changed meanwhile, nothing is done."""
    reason = " ".join(reason.split())
    if not reason:
        raise RateProblem(_("Say why the rate is corrected."))
    if not SMALLEST <= rate <= LARGEST:
        raise RateProblem(_("That cannot be a rate."))
    with transaction.atomic(using=current_alias.get()):
        rows = FxRate.unscoped.filter(day=day, from_currency=from_currency, to_currency=to_currency)
        found = rows.select_for_update().first()
        if found is None:
            raise RateProblem(_("There is no such rate on that day."))
        if found.rate != seen:
            raise RateProblem(_("Somebody has corrected this rate meanwhile; look at it again."))
        if found.rate == rate:
            raise RateProblem(_("That is the rate already."))
        rows.update(rate=rate)
        return RateCorrection.unscoped.create(
            day=day,
            from_currency=from_currency,
            to_currency=to_currency,
            old=seen,
            new=rate,
            reason=reason[:300],
            user_id=by,
            at=at,
        )
