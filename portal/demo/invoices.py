"""What the demo firm's advisors may invoice and do: signed limits, some invoices a month, a little given back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from accounts.ground.access.context import acting, as_role
from accounts.ground.tree.models import Account, Status
from fees.engine.agreement import CapKind
from fees.invoicing.actions import agree_cap, submit
from fees.invoicing.models import Invoice, InvoiceCap
from fees.invoicing.queries import caps_in_force, limits
from fees.reimbursements import actions as reimbursements
from fees.reimbursements.queries import ceilings
from fees.sending.rules import Asked
from portal.demo.agreements import Cast, cast_of, signature_of
from portal.demo.broker import Plan, Planned
from portal.demo.broker.calendar import next_business_day
from portal.lib.exchange import EXCHANGE_ZONE

# After the cut-off, so that they wait for the next night and there is something to change or cancel.
SENT_AT = time(18, 5)
SIGNED_AT = time(11, 20)
# A fifth of those who have a limit gets an invoice on the last day of each stretch of statements.
TURNS = 5
TURN_OF_GIFTS = 50
GIFT = "Goodwill after a late report"
MEMOS = ("Financial planning", "Tax preparation", "Estate planning meeting", "Retirement plan review", "Hourly advice")


@dataclass(frozen=True)
class Limit:
    """One limit as the client signs it."""

    kind: CapKind
    rate: Decimal | None
    amount: Decimal | None
    starts: date


def limit_of(account: Planned, since: date) -> Limit | None:
    """The limit of one account, chosen by its place as its fees are; most have none."""
    starts = max(since, account.funded_on)
    if account.kind != "client":
        return None
    return {
        4: Limit(CapKind.MONTHLY, Decimal("0.02"), None, starts),
        13: Limit(CapKind.QUARTERLY, Decimal("0.015"), None, starts),
        14: Limit(CapKind.MONTH_END, Decimal("0.01"), None, starts),
        18: Limit(CapKind.MONTHLY, Decimal("0.02"), Decimal("150000" if account.currency == "JPY" else "1000"), starts),
    }.get(account.index % 20)


def agree_missing(firm: Plan) -> int:
    """Agree the limits of open accounts that have none yet, each as its advisor's own user; how many were new."""
    cast = cast_of(firm)
    with as_role("office"):
        settled = set(InvoiceCap.unscoped.values_list("account_id", flat=True))
    agreed = 0
    for planned, limit in _limited(firm):
        account = cast.accounts[planned.number]
        if account.status != Status.OPEN or account.pk in settled:
            continue
        practice = cast.own(planned)
        signed_at = datetime.combine(limit.starts - timedelta(days=2), SIGNED_AT, EXCHANGE_ZONE)
        shown = [planned.number, planned.title, str(limit)]
        with acting(cast.users[practice.pk]):
            agree_cap(
                account=account,
                practice=practice,
                kind=limit.kind.value,
                rate=limit.rate,
                amount=limit.amount,
                starts=limit.starts,
                signature=signature_of(planned, shown, signed_at),
                by=cast.users[practice.pk],
                at=signed_at,
            )
        agreed += 1
    return agreed


def send(firm: Plan, day: date) -> int:
    """The invoices of one evening, at most one a client and month; how many were taken."""
    cast = cast_of(firm)
    turn = day.toordinal() % TURNS
    with as_role("office"):
        invoiced = Invoice.unscoped.filter(business_day__gte=day.replace(day=1)).values_list("account_id", flat=True)
        done = set(invoiced)
    by_user: dict[int, list[Planned]] = {}
    for place, (planned, _limit) in enumerate(_limited(firm)):
        if place % TURNS == turn and cast.accounts[planned.number].pk not in done:
            by_user.setdefault(cast.users[cast.own(planned).pk], []).append(planned)
    return sum(_sent(user, planned, cast, day) for user, planned in by_user.items())


def _sent(user: int, clients: list[Planned], cast: Cast, day: date) -> int:
    with acting(user) as who:
        assert who is not None, "the demo's advisors are people with a seat"
        ids = [cast.accounts[planned.number].pk for planned in clients]
        caps = caps_in_force(who, day).filter(practice_id=who.practice_id, account_id__in=ids)
        known = limits(list(caps), day=next_business_day(day))
        rows = [
            Asked(line, planned.number, str(amount), MEMOS[(planned.index + day.month) % len(MEMOS)])
            for line, planned in enumerate(clients, start=1)
            if (account := cast.accounts[planned.number]).pk in known
            and (amount := _part(account, planned, known[account.pk].available))
        ]
        at = datetime.combine(day, SENT_AT, EXCHANGE_ZONE)
        return sum(one.is_accepted for one in submit(who=who, rows=rows, at=at)[1]) if rows else 0


def give_back(firm: Plan, day: date) -> int:
    """What advisors give back on the evening of a stretch, to one client in fifty; how many were taken."""
    cast = cast_of(firm)
    by_user: dict[int, list[Planned]] = {}
    for planned in firm.holders():
        if planned.kind == "client" and planned.index % TURN_OF_GIFTS == day.month:
            by_user.setdefault(cast.users[cast.own(planned).pk], []).append(planned)
    return sum(_given(user, planned, cast, day) for user, planned in by_user.items())


def _given(user: int, clients: list[Planned], cast: Cast, day: date) -> int:
    with acting(user) as who:
        assert who is not None, "the demo's advisors are people with a seat"
        accounts = {planned.number: cast.accounts[planned.number] for planned in clients}
        known = ceilings(who.practice_id or 0, [one.pk for one in accounts.values()], day)
        rows = [
            Asked(line, number, str(amount), GIFT)
            for line, (number, account) in enumerate(accounts.items(), start=1)
            if (amount := known[account.pk].available // 10)
        ]
        at = datetime.combine(day, SENT_AT, EXCHANGE_ZONE)
        return sum(one.is_accepted for one in reimbursements.submit(who=who, rows=rows, at=at)[1]) if rows else 0


def _part(account: Account, planned: Planned, available: Decimal) -> Decimal:
    """Between three and nine tenths of what is available, in round sums."""
    step = Decimal(1000 if account.base_currency == "JPY" else 10)
    part = available * (3 + planned.index % 7) / 10
    return part // step * step


def _limited(firm: Plan) -> Iterator[tuple[Planned, Limit]]:
    for planned in firm.holders():
        if limit := limit_of(planned, firm.since):
            yield planned, limit
