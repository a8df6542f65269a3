"""What the clients of the demo firm agreed to pay: every method of the engine, mixed as a real firm would have it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from accounts.ground.access.context import acting, as_role
from accounts.ground.people.models import Role, Seat
from accounts.ground.tree.models import Account, Practice, Status
from fees.engine.registry import BY_NAME
from fees.engine.types import Range
from fees.schedules.actions import agree
from fees.schedules.models import Schedule, Strategy
from fees.schedules.rules import Figures, Signature
from portal.demo.broker import Plan, Planned

# A yen account has the figures of a dollar account times this.
_YEN = 150
_RATE_CHANGE_AFTER = timedelta(days=150)


@dataclass(frozen=True)
class Agreement:
    """One schedule as the advisor proposes it; `payee` is the client's own advisor or the top level."""

    payee: str
    strategy: str
    components: tuple[Figures, ...]
    starts: date


def agreements(account: Planned, since: date) -> list[Agreement]:
    """What one account pays, and to whom; chosen by its place, so that every method occurs in any large firm."""
    starts = max(since, account.funded_on)
    if account.kind == "stl_sub":
        return []  # a trading group's fees are entered on its master
    if account.kind == "stl_master":
        return [_automatic("own", starts, _percent("PERCENTOFEQUITY_MONTHLY", "0.005"))]
    place = account.index % 20
    if place in (6, 13):
        return [Agreement("own", Strategy.DIRECT if place == 13 else Strategy.NONE, (), starts)]
    components = _components(account, place)
    found = [_automatic("own", starts, *components)]
    if place in (2, 9) and account.index % 40 < 20:
        dearer = tuple(_dearer(one) for one in components)
        found.append(_automatic("own", starts + _RATE_CHANGE_AFTER, *dearer))
    if account.level == 3 and place % 2:
        found.append(_automatic("top", starts, _percent("PERCENTOFEQUITY_EOQ", "0.001")))
    return found


@dataclass(frozen=True)
class Cast:
    """The firm as it stands in the database: accounts by number, practices by key, and a user of each practice."""

    accounts: dict[str, Account]
    practices: dict[int, Practice]
    users: dict[int, int]

    def own(self, planned: Planned) -> Practice:
        return self.practices[self.accounts[planned.number].practice_id]


def cast_of(firm: Plan) -> Cast:
    with as_role("office"):
        accounts = {one.number: one for one in Account.unscoped.filter(firm__accounts__number=firm[0].number)}
        practices = Practice.unscoped.in_bulk({one.practice_id for one in accounts.values()})
        seats = Seat.unscoped.filter(practice__in=practices, role__in=[Role.TOP, Role.SECOND]).order_by("-pk")
        return Cast(accounts, practices, dict(seats.values_list("practice_id", "user_id")))


def agree_missing(firm: Plan) -> int:
    """Agree the schedules of every open account that has none yet, each as its payee's own user; how many were new."""
    cast = cast_of(firm)
    with as_role("office"):
        settled = set(Schedule.unscoped.values_list("account_id", flat=True))
    agreed = 0
    for planned in firm.holders():
        account = cast.accounts[planned.number]
        if account.status == Status.OPEN and account.pk not in settled:
            agreed += _agree(planned, account, cast=cast, top=cast.own(firm[0]), since=firm.since)
    return agreed


def _agree(planned: Planned, account: Account, *, cast: Cast, top: Practice, since: date) -> int:
    found = agreements(planned, since)
    for one in found:
        practice = top if one.payee == "top" else cast.own(planned)
        signed_at = datetime.combine(one.starts - timedelta(days=2), time(15, 40), tzinfo=UTC)
        with acting(cast.users[practice.pk]):
            agree(
                account=account,
                practice=practice,
                strategy=one.strategy,
                components=one.components,
                starts=one.starts,
                signature=_signature(planned, one, signed_at) if one.strategy == Strategy.AUTOMATIC else None,
                by=cast.users[practice.pk],
                at=signed_at,
            )
    return len(found)


def _components(account: Planned, place: int) -> tuple[Figures, ...]:
    step = Decimal(account.index % 5) * Decimal("0.0010")
    rate = str(Decimal("0.0060") + step)
    if account.story == "tiny":
        return (_percent("PERCENTOFEQUITY_MONTHLY", rate),)
    return {
        0: (_percent("PERCENTOFEQUITY_EOM", rate),),
        1: (_percent("PERCENTOFEQUITY", "0.009"),),
        3: (_percent("PERCENTOFEQUITY_QUARTERLY", rate),),
        4: (_blended("BLENDEDPERCENTOFEQUITY_MONTHLY", account),),
        5: (_percent("PERCENTOFEQUITY_EOM", rate),),
        7: (_blended("BLENDEDPERCENTOFEQUITY_EOQ", account),),
        8: (_flat("ANNUALFLATFEE_MONTHLY", account),),
        10: (_percent("PERCENTOFEQUITY_EOQ", rate),),
        11: (_blended("BLENDEDPERCENTOFEQUITY_QUARTERLY", account),),
        12: (_percent("PERCENTOFEQUITY_QUARTERLY", rate), _flat("ANNUALFLATFEE_QUATERLY", account)),
        15: (_blended("BLENDEDPERCENTOFEQUITY_EOM", account),),
        16: (_percent("PERCENTOFEQUITY_EOM", rate), _flat("ANNUALFLATFEE_MONTHLY", account)),
        17: (_flat("ANNUALFLATFEE_QUATERLY", account),),
    }.get(place, (_percent("PERCENTOFEQUITY_MONTHLY", rate),))


def _automatic(payee: str, starts: date, *components: Figures) -> Agreement:
    return Agreement(payee, Strategy.AUTOMATIC, components, starts)


def _percent(name: str, rate: str) -> Figures:
    return Figures(method=BY_NAME[name].code, rate=Decimal(rate))


def _blended(name: str, account: Planned) -> Figures:
    """A million at one per cent, less above it; in three ranges."""
    scale = _YEN if account.currency == "JPY" else 1
    edges = [Decimal(edge) * scale for edge in (0, 250_000, 1_000_000)]
    rates = [Decimal(rate) for rate in ("0.0110", "0.0085", "0.0050")]
    ranges = tuple(Range(low, high, rate) for low, high, rate in zip(edges, [*edges[1:], None], rates, strict=True))
    return Figures(method=BY_NAME[name].code, ranges=ranges)


def _flat(name: str, account: Planned) -> Figures:
    """About a quarter of a per cent of what the client came with, in round hundreds."""
    hundreds = max(1, account.first_deposit // 10_000 // (_YEN if account.currency == "JPY" else 1) // 40_000)
    yearly = hundreds * 100 * (_YEN if account.currency == "JPY" else 1)
    return Figures(method=BY_NAME[name].code, flat=Decimal(yearly))


def _dearer(one: Figures) -> Figures:
    if one.rate is None:
        return one
    return Figures(method=one.method, rate=one.rate + Decimal("0.0015"))


def _signature(planned: Planned, one: Agreement, at: datetime) -> Signature:
    """What the client signed is the list of figures itself; its digest stands for the document that was shown."""
    shown = [planned.number, planned.title, one.payee, one.strategy, str(one.starts), *map(str, one.components)]
    return signature_of(planned, shown, at)


def signature_of(planned: Planned, shown: Sequence[str], at: datetime) -> Signature:
    """What the client of an account signed, by name."""
    name = planned.people[0].name if planned.people else planned.title
    return Signature(name=name, at=at, document_hash=hashlib.sha256("\n".join(shown).encode()).hexdigest())
