"""The demo firm on the marketplace: a listing that is approved, one that waits, funds, and a client who is asked."""

from datetime import datetime, timedelta
from decimal import Decimal

from accounts.desk.hedge_funds import actions as hedge_funds
from accounts.desk.hedge_funds.models import Answer, HedgeFund, Investor
from accounts.desk.marketplace.actions import approve, submit, write
from accounts.desk.marketplace.models import Listing, ListingCategory
from accounts.desk.marketplace.rules import Said
from accounts.ground.access.context import acting, as_role
from accounts.ground.people.models import Role, Seat
from accounts.ground.tree.models import Kind
from portal.demo.agreements import cast_of
from portal.demo.broker import Plan
from portal.demo.settling import clients_with_sign_in
from portal.lib.exchange import exchange_day

FUNDS = (
    ("harrier-a", "Harrier Long Short", "Harrier Capital", "Long and short in European shares", "Class A", "100000"),
    ("saker-macro", "Saker Global Macro", "Saker Partners", "Currencies, rates and commodities", "Class I", "1000000"),
)
RESEARCH = Said(
    name="Northgate Research",
    text="Notes on shares of small European firms, every Monday.\nA sample is sent to whoever asks.",
    contact="research@northgate.example",
    region="Europe",
    website="https://northgate.example/research",
    fees="1,200 USD a year for one advisor",
)
MANAGING = Said(
    name="Northgate Managed Portfolios",
    text="Balanced portfolios of exchange-traded funds for advisors who do not trade themselves.",
    contact="desk@northgate.example",
    region="United States",
    minimum=Decimal(250_000),
    fees="0.6 % a year of the accounts that we trade",
)


def list_missing(firm: Plan, *, at: datetime) -> int:
    """Listings, funds and one request; how many. Where a fund takes part already, nothing is written."""
    with as_role("office"):
        if HedgeFund.unscoped.exists():
            return 0
        office = Seat.unscoped.filter(role=Role.OFFICE, is_active=True).values_list("user_id", flat=True).first()
    clients = clients_with_sign_in(firm)
    if office is None or not clients:
        return 0
    cast = cast_of(firm)
    top = next(one for one in cast.accounts.values() if one.kind == Kind.TOP_MASTER)
    _join(office)
    with acting(cast.users[top.practice_id]) as who:
        if who is None:
            return 0
        for category, said in ((ListingCategory.RESEARCH, RESEARCH), (ListingCategory.MONEY_MANAGER, MANAGING)):
            write(who=who, category=category, said=said, at=at)
            submit(who=who, category=category, at=at)
    with acting(office, alias="office") as who:
        if who is not None:
            waiting = Listing.unscoped.get(category=ListingCategory.RESEARCH)
            approve(who=who, listing=waiting, seen=waiting.written_at, at=at)
    account = cast.accounts[clients[0].number]
    with acting(cast.users[account.practice_id]) as who:
        if who is not None:
            day = exchange_day(at) - timedelta(days=9)
            hedge_funds.answer(who=who, account=account, given=Answer.NET_WORTH, day=day, at=at)
            fund = HedgeFund.unscoped.get(pk=FUNDS[0][0])
            hedge_funds.ask(who=who, account=account, fund=fund, amount=Decimal(150_000), at=at)
    return len(FUNDS) + 3


def _join(office: int) -> None:
    """One fund for accredited investors, one for qualified purchasers."""
    open_to = (Investor.ACCREDITED, Investor.QUALIFIED)
    with acting(office, alias="office"):
        HedgeFund.unscoped.bulk_create(
            HedgeFund(
                code=code,
                name=name,
                company=company,
                strategy=strategy,
                share_class=share_class,
                investor=investor,
                minimum=Decimal(minimum),
                subscription="Monthly, five business days before the month begins",
                redemption="Quarterly, 45 days before the quarter ends",
                fees="1.5 % a year and 15 % of gains above the high-water mark",
            )
            for (code, name, company, strategy, share_class, minimum), investor in zip(FUNDS, open_to, strict=True)
        )
