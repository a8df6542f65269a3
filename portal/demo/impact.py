"""What the demo firm's clients value: made-up scores, one who has answered, one asked, one on behalf."""

from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from accounts.ground.access.context import acting, as_role
from accounts.ground.people.models import Role, Seat
from accounts.ground.tree.models import Account, Status
from portal.demo.agreements import cast_of
from portal.demo.broker import Plan
from portal.demo.broker.instruments import INSTRUMENTS
from portal.demo.settling import clients_with_sign_in
from portal.demo.tickets import owner_of
from portal.lib.csvtext import write
from portal.lib.exchange import exchange_day
from portal.tools.impact import actions
from portal.tools.impact.loading import load
from portal.tools.impact.models import ImpactRelease
from portal.tools.impact.rules import Wishes
from portal.tools.impact.words import PRACTICES, VALUES

PROVIDER = "Example data, made up"
LOADED, ASKED, ANSWERED = timedelta(days=9), timedelta(days=6), timedelta(days=2)
WISHED = Wishes({"clean_air": 3, "pure_water": 2, "fair_labor": 1}, frozenset({"weapons", "hazardous_waste"}))
TOLD = Wishes({"ethical_leadership": 2, "transparency": 3}, frozenset({"tobacco_alcohol"}))


def ask_missing(firm: Plan, *, at: datetime) -> int:
    """Ask a few clients; how many were asked or have spoken. Where scores are loaded already, nothing is done."""
    with as_role("office"):
        if ImpactRelease.unscoped.exists():
            return 0
        office = Seat.unscoped.filter(role=Role.OFFICE, is_active=True).values_list("user_id", flat=True).first()
    sitting, cast = clients_with_sign_in(firm), cast_of(firm)
    if office is None or not sitting:
        return 0
    _load(office, at)
    owned = [cast.accounts[one.number] for one in sitting]
    for account in owned:
        with acting(cast.users[account.practice_id]) as who:
            if who is not None:
                actions.invite(who=who, account=account, at=at - ASKED)
    _says(owner_of(owned[0]), owned[0], WISHED, "", at - ANSWERED)
    others = (cast.accounts[one.number] for one in firm.holders() if one.kind == "client" and one not in sitting)
    other = next((one for one in others if one.status == Status.OPEN), None)
    if other is not None:
        _says(cast.users[other.practice_id], other, TOLD, "by phone", at - ANSWERED)
    return len(owned) + (other is not None)


def _says(user: int, account: Account, wishes: Wishes, how: str, at: datetime) -> None:
    day = exchange_day(at)
    with acting(user) as who:
        if who is not None:
            actions.answer(who=who, account=account, wishes=wishes, said_on=day, how=how, today=day, at=at)


def _load(office: int, at: datetime) -> None:
    """Scores that follow from a security's name alone, so that every demo has the same."""
    codes = [code for code, _name in VALUES]
    practices = [code for code, _name in PRACTICES]
    rows: list[list[str]] = [["symbol", "asset", "conid", "isin", "name", "flags", *codes]]
    for one in INSTRUMENTS:
        drawn = sha256(one.symbol.encode()).digest()
        flags = [practices[drawn[0] % len(practices)]] if drawn[1] % 3 == 0 else []
        scores = [str(Decimal(20 + drawn[2 + place] % 81).scaleb(-1)) for place in range(len(codes))]
        facts = [one.symbol, one.category, str(one.conid), one.isin, one.description, "|".join(flags)]
        rows.append([*facts, *scores])
    day = exchange_day(at - LOADED)
    with acting(office, alias="office") as who:
        if who is not None:
            content = write(rows).encode()
            load(who=who, content=content, name="scores.csv", provider=PROVIDER, day=day, today=day, at=at - LOADED)
