"""What the demo firm's people have chosen in their settings: trading programs, class actions, market data, reports."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from accounts.broker.instruments.rules import Product
from accounts.broker.permissions import actions as permissions
from accounts.broker.permissions.rules import Said
from accounts.broker.products.actions import grant
from accounts.broker.products.rules import Permission
from accounts.desk.market_data.actions import subscribe
from accounts.desk.market_data.models import MarketDataOffer
from accounts.desk.recoveries.actions import Claim, enroll, write_down
from accounts.desk.recoveries.rules import hash_of, terms
from accounts.ground.access.context import Who, acting, as_role
from accounts.ground.people.models import Role, Seat
from accounts.ground.signatures.rules import Hand
from accounts.ground.tree.models import Account, Kind
from portal.demo.agreements import Cast, cast_of
from portal.demo.broker import Plan
from portal.demo.settling import clients_with_sign_in
from portal.demo.tickets import owner_of
from portal.lib.exchange import exchange_day
from portal.lib.periods import Frequency
from portal.reports.periods import Choice
from portal.reports.regular.actions import keep
from portal.reports.wishes import Kind as Report
from portal.reports.wishes import Wish

OFFERS = (
    ("us-equities", "US equities, top of book", "4.50"),
    ("us-options", "US options (OPRA)", "1.50"),
    ("europe-equities", "European equities, delayed by nothing", "12.00"),
)
PROGRAMS = (Permission(Product.FRACTIONS), Permission(Product.OVERNIGHT), Permission(Product.CFDS))
SAID = Said("growth", 12, income=Decimal(180_000), net_worth=Decimal(1_400_000), liquid_worth=Decimal(650_000))
ENROLLED, ASKED = timedelta(days=400), timedelta(days=6)


def choose_missing(firm: Plan, *, at: datetime) -> int:
    """A choice of each topic; how many. Where market data is offered already, nothing is chosen."""
    with as_role("office"):
        if MarketDataOffer.unscoped.exists():
            return 0
        office = Seat.unscoped.filter(role=Role.OFFICE, is_active=True).values_list("user_id", flat=True).first()
    clients = clients_with_sign_in(firm)
    if office is None or not clients:
        return 0
    cast = cast_of(firm)
    owned = [cast.accounts[planned.number] for planned in clients]
    top = next(one for one in cast.accounts.values() if one.kind == Kind.TOP_MASTER)
    _offer(office)
    _open_programs(cast, top, owned, office, at)
    for place, account in enumerate(owned):
        with acting(owner_of(account)) as who:
            if who is not None:
                _of_an_owner(who, account, asks_late=place == 0, at=at)
    with acting(cast.users[top.practice_id]) as who:
        if who is not None:
            _of_the_advisor(who, at)
    _recover(owned[0], office, exchange_day(at), at)
    return len(OFFERS) + len(owned)


def _offer(office: int) -> None:
    with acting(office, alias="office"):
        MarketDataOffer.unscoped.bulk_create(
            MarketDataOffer(code=code, name=name, fee=Decimal(fee)) for code, name, fee in OFFERS
        )


def _open_programs(cast: Cast, top: Account, owned: list[Account], office: int, at: datetime) -> None:
    """The broker approves the top level, which approves those between; the trading group reports its derivatives."""
    day = exchange_day(at)
    with acting(office, alias="office") as who:
        if who is not None:
            grant(who=who, account=top, permissions=PROGRAMS, day=day, at=at)
    between = {one.practice_id for one in owned}
    below = [
        one
        for one in cast.accounts.values()
        if one.kind == Kind.STL_MASTER or (one.kind == Kind.SECOND_MASTER and one.practice_id in between)
    ]
    with acting(cast.users[top.practice_id]) as who:
        if who is not None:
            for account in below:
                grant(who=who, account=account, permissions=PROGRAMS, day=day, at=at)


def _of_an_owner(who: Who, account: Account, *, asks_late: bool, at: datetime) -> None:
    """Takes part in class actions, has market data, asks for a program; the first so long ago that it is overdue."""
    if account.entity == "IBLLC-US":
        hand = Hand(name=account.title)
        enroll(who=who, account=account, hand=hand, seen=hash_of(terms(account)), at=at - ENROLLED)
    then = at - ASKED if asks_late else at
    made = permissions.ask(who=who, account=account, wanted=[Permission(Product.FRACTIONS)], at=then)
    stated = permissions.state_facts(who=who, pk=made.pk, said=SAID, at=then)
    permissions.sign(who=who, pk=made.pk, hand=Hand(name=account.title), seen=stated.document_hash, at=then)
    subscribe(who=who, offer=MarketDataOffer.unscoped.get(pk=OFFERS[0][0]), at=at)


def _of_the_advisor(who: Who, at: datetime) -> None:
    for code, _name, _fee in OFFERS[:2]:
        subscribe(who=who, offer=MarketDataOffer.unscoped.get(pk=code), at=at)
    for kind, period, often in (
        (Report.PERFORMANCE, Choice.PREVIOUS_MONTH, Frequency.MONTHLY),
        (Report.FORM_13F, Choice.PREVIOUS_QUARTER, Frequency.QUARTERLY),
    ):
        keep(who=who, wish=Wish(kind, period=period), form="xlsx", frequency=often, at=at)


def _recover(account: Account, office: int, today: date, at: datetime) -> None:
    """One claim that was paid three weeks ago; no statement shows it yet."""
    if account.entity != "IBLLC-US":
        return
    paid = today - timedelta(days=21)
    claim = Claim("In re Harbor Freight Lines", "HFL-20418", Decimal("412.66"), "USD", paid - timedelta(days=300), paid)
    with acting(office, alias="office") as who:
        if who is not None:
            write_down(who=who, account=account, claim=claim, at=at)
