"""Telling what an investment in a hedge fund was worth: the back office's word, which comes before a statement's."""

from collections.abc import Sequence
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
    put_in: Decimal | None = None,
    taken_out: Decimal | None = None,
    source: str,
    by: int,
    at: datetime,
) -> FundValue:
    """Record what an investment was worth at the end of `day`, and what was put in and taken out on it, in the
    account's base currency; None is not told, and what statements show or was told before goes on.  What was recorded
    before stays beside it; fees already charged are adjusted by the next night.  ValuationProblem says what is wrong.
    """
    fund, source = " ".join(fund.split()), " ".join(source.split())
    _check(account, fund, day, source, exchange_day(at))
    figures = (value, put_in, taken_out)
    for figure in figures:
        _check_figure(figure)
    if figures == (None, None, None):
        raise ValuationProblem(_("Enter what the investment was worth, or what was put in or taken out."))
    with transaction.atomic(using=current_alias.get()):
        # Under it a closing reads all that was told before, or nothing of this.
        valuations_barrier(alone=True)
        with cursor() as cur:
            known = valuations(cur, [account.pk], until=date.max).get(account.pk, [])
        if any(one[:2] == (fund, day) and _adds_nothing(figures, one[2:]) for one in known):
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


def _adds_nothing(figures: Sequence[Decimal | None], known: Sequence[Decimal | None]) -> bool:
    return all(figure is None or figure == so_far for figure, so_far in zip(figures, known, strict=True))


def _check_figure(figure: Decimal | None) -> None:
    if figure is None:
        return
    if not figure.is_finite() or figure < 0 or figure > AMOUNT_CEILING:
        raise ValuationProblem(_("Enter amounts of zero or above."))
    if decimal_places(figure) > AMOUNT_PLACES:
        raise ValuationProblem(_("Give amounts with at most %(places)s decimal places.") % {"places": AMOUNT_PLACES})
