"""Accounts on a fee on profit: their terms, their values, what a period left."""

from datetime import date
from decimal import Decimal

from accounts.ground.access.context import as_role
from fees.engine.registry import EVERY_BY_NAME
from fees.posting.models import Charge
from fees.proofs.actions import recompute_charge
from fees.results.models import PeriodResult
from fees.schedules.rules import Figures

ANA, CHIDI = "U1000001", "U2000001"
ANNUAL, QUARTER = EVERY_BY_NAME["PERCENTOFPROFIT"].code, EVERY_BY_NAME["PERCENTOFPROFIT_QUARTER"].code
Q3, Q3_END, Q4_END = date(2025, 7, 1), date(2025, 9, 30), date(2025, 12, 31)


def profit(rate: str, method: int = QUARTER, **more) -> Figures:
    return Figures(method=method, rate=Decimal(rate), more=more)


def path(nights, number: str, first: date, last: date, begin: str, end: str, flows: dict | None = None) -> None:
    """The begin on the business day before, then the end from the last day on; flows move the value on their day."""
    days = nights.days(first, last)
    level, flows = Decimal(begin), flows or {}
    if begin != "nothing":
        before = nights.previous(days[0])
        nights.value(number, before, begin)
    for day in days:
        level += Decimal(flows.get(day, 0))
        nights.value(number, day, end if day == days[-1] else str(level), str(flows.get(day, 0)))


def close(nights, day: date) -> None:
    nights.accrue(day)
    nights.close(day)


def result(number: str, method: int = QUARTER) -> PeriodResult:
    with as_role("owner"):
        return PeriodResult.unscoped.filter(account__number=number, method=method).latest("period")


def agrees(charge: Charge) -> bool:
    with as_role("owner"):
        charge = Charge.unscoped.select_related("account", "practice").get(pk=charge.pk)
        return recompute_charge(charge).agrees
