"""Telling what an investment in a hedge fund was worth: the back office's word, which comes before a statement's."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.ground.access.context import current_alias, cursor
from accounts.ground.tree.models import Account
from fees.engine.asked import LONGEST_NAME
from fees.engine.limits import AMOUNT_CEILING, AMOUNT_PLACES, decimal_places
from fees.funds.models import FundValue
from fees.funds.queries import valuations, valuations_barrier
from portal.lib.exchange import exchange_day

LONGEST_SOURCE = 200


class ValuationProblem(ValueError):
    """Why a value cannot be recorded so, in words."""


def record_value(
    *,
    account: Account,
    fund: str,
    day: date,
    value: Decimal | None,
    put_in: Decimal = Decimal(0),
    taken_out: Decimal = Decimal(0),
    source: str,
    by: int,
    at: datetime,
) -> FundValue:
    """Record what an investment was worth at the end of `day`, and what was put in and taken out on it, in the
    account's base currency.  What was recorded before stays beside it; fees already charged are adjusted by the next
    night.  ValuationProblem says what is wrong.
    """
    fund, source = " ".join(fund.split()), " ".join(source.split())
    _check(account, fund, day, source, exchange_day(at))
    for figure in (value, put_in, taken_out):
        _check_figure(figure)
    if value is None and not put_in and not taken_out:
        raise ValuationProblem(_("Enter what the investment was worth, or what was put in or taken out."))
    with transaction.atomic(using=current_alias.get()):
        # Under it a closing reads all that was told before, or nothing of this.
        valuations_barrier(alone=True)
        with cursor() as cur:
            known = valuations(cur, [account.pk], until=date.max).get(account.pk, [])
        if (fund, day, value, put_in, taken_out) in [tuple(one) for one in known]:
            raise ValuationProblem(_("That is what is known already."))
        return FundValue.unscoped.create(
            firm_id=account.firm_id,
            account=account,
            fund=fund,
            day=day,
            value=value,
            put_in=put_in,
            taken_out=taken_out,
            source=source,
            recorded_by_id=by,
        )


def _check(account: Account, fund: str, day: date, source: str, today: date) -> None:
    if not fund or len(fund) > LONGEST_NAME:
        raise ValuationProblem(_("Name the fund in at most %(most)s characters.") % {"most": LONGEST_NAME})
    if not source or len(source) > LONGEST_SOURCE:
        raise ValuationProblem(_("Say where the value comes from, in at most %(most)s characters.") % {
            "most": LONGEST_SOURCE
        })  # fmt: skip
    if not account.is_holding:
        raise ValuationProblem(_("An advisor's master account holds no investments."))
    if day > today:
        raise ValuationProblem(_("The day has not come yet."))


def _check_figure(figure: Decimal | None) -> None:
    if figure is None:
        return
    if not figure.is_finite() or figure < 0 or figure > AMOUNT_CEILING:
        raise ValuationProblem(_("Enter amounts of zero or above."))
    if decimal_places(figure) > AMOUNT_PLACES:
        raise ValuationProblem(_("Give amounts with at most %(places)s decimal places.") % {"places": AMOUNT_PLACES})
