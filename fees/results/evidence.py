"""What a fee on profit is proved with: values, prices and earlier results as they were known when the period closed."""

from accounts.ground.access.context import cursor
from accounts.ground.tree.models import Kind
from fees.engine.high_water import Loss, ordinal
from fees.engine.registry import EVERY
from fees.engine.results import DayValue, Measured, Stretch, measure, parse, stretches_of
from fees.engine.types import Terms
from fees.posting.models import Charge
from fees.proofs.evidence import Evidence
from fees.results.queries import carried_in, left_by_earlier, once_carried_in, prices_for, terms_by_component
from fees.results.second_look import LONGEST_GAP
from portal.lib.periods import Period, period_of

_OF_ACCOUNT = """
    SELECT n.nav_date, coalesce(old.nlv, n.nlv), coalesce(old.flow, n.flow)
      FROM broker_navdaily n
      LEFT JOIN LATERAL (SELECT h.nlv, h.flow FROM broker_navhistory h
                          WHERE h.account_id = n.account_id AND h.nav_date = n.nav_date
                            AND h.replaced_at > %(at)s ORDER BY h.replaced_at LIMIT 1) old ON true
     WHERE n.account_id = %(account)s AND n.nav_date >= %(since)s AND n.nav_date < %(ends)s
     ORDER BY n.nav_date"""
_OF_GROUP = """
    SELECT d.day::date, w.nlv, w.flow
      FROM generate_series(%(since)s::date, %(ends)s::date - 1, interval '1 day') d (day)
     CROSS JOIN LATERAL fees_group_worth(%(account)s, d.day::date, %(at)s) w
     ORDER BY d.day"""


def measured_again(charge: Charge, known: Evidence, *, once: bool = False) -> Measured | None:
    """The period measured anew; None where no agreement applied in it.

    Raises what `measure` raises.  Carried losses come from the results before, which have proofs of their own; `once`
    reads agreed losses as nights did formerly.
    """
    account = charge.account
    period = period_of(EVERY[charge.method].frequency, charge.starts)
    stretches = _stretches(charge, known, period)
    if not stretches:
        return None
    opened = account.opened_on or charge.starts
    return measure(
        stretches,
        _values(charge, period),
        period=period,
        begins=max(opened, account.funded_on or opened),
        currency=charge.currency,
        carried=_carried(charge, stretches[-1].terms, once=once),
        prices=prices_for([(stretches, charge.currency)], at=charge.created_at),
        days=known.calendar,
    )


def was_read_once(first: Charge, known: Evidence) -> bool:
    """Whether a first charge began with its losses as nights formerly read them; its adjustments then do too."""
    period = period_of(EVERY[first.method].frequency, first.starts)
    stretches = _stretches(first, known, period)
    if not stretches:
        return False
    terms = stretches[-1].terms
    formerly = _carried(first, terms, once=True)
    if formerly == _carried(first, terms, once=False):
        return False
    charged = parse(first.inputs, method=first.method, period=period, currency=first.currency)
    return tuple(sorted(charged.carried)) == formerly


def _stretches(charge: Charge, known: Evidence, period: Period) -> list[Stretch]:
    return stretches_of(
        known.agreed,
        period=period,
        opened_on=charge.account.opened_on or charge.starts,
        closed_on=charge.ends if charge.ends < period.ends else None,
        days=known.calendar,
    )


def _carried(charge: Charge, terms: Terms, *, once: bool) -> tuple[Loss, ...]:
    key = charge.account_id, charge.practice_id, charge.method
    number = ordinal(EVERY[charge.method].frequency, charge.starts)
    left = left_by_earlier([charge.account_id], [charge.method], {charge.method: number}, at=charge.created_at).get(key)
    former = terms_by_component([left.component] if left else [])
    return (once_carried_in if once else carried_in)(terms, left, former)


def _values(charge: Charge, period: Period) -> list[DayValue]:
    """Of several values that a day has had, the one that was known when the period closed."""
    with cursor() as cur:
        cur.execute(
            _OF_GROUP if charge.account.kind == Kind.STL_MASTER else _OF_ACCOUNT,
            {
                "account": charge.account_id,
                "since": period.starts - LONGEST_GAP,
                "ends": charge.ends,
                "at": charge.created_at,
            },
        )
        return [DayValue(*row) for row in cur.fetchall()]
