"""What may be traded, for the access matrix: permissions down the tree and one restriction on every node that can
have one, set by the lowest seat that may, its reason carrying the account's word."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from accounts.broker.activity.models import CorporateAction
from accounts.broker.allocation.actions import Order, allocate, open_block
from accounts.broker.allocation.queries import Asked, Entry, block_for, plan
from accounts.broker.corporate.models import Entitlement, VoluntaryAction
from accounts.broker.feed.models import StatementFile
from accounts.broker.instruments.rules import Traded
from accounts.broker.lots.models import LotChoice
from accounts.broker.permissions import actions as permissions
from accounts.broker.products.actions import grant
from accounts.broker.products.rules import Permission
from accounts.broker.restrictions.actions import Match, restrict
from accounts.ground.access.context import acting
from accounts.ground.signatures.rules import Hand
from accounts.ground.tree.models import HOLDING_KINDS
from portal.lib.exchange import exchange_day
from tests.broker.permissions.said import SAID
from tests.world import CANARIES, World

DAY = date(2025, 9, 30)
AT = datetime(2025, 9, 30, 20, tzinfo=UTC)

_SET_BY = {
    "U1000001": "alice",
    "U1000002": "alice",
    "F200002": "alice",
    "U2000001": "bob",
    "F200003": "alice",
    "U3000001": "carol",
    "I4000001": "alice",
    "U4000001": "sam",
    "U4000002": "sam",
    "U9000001": "mallory",
}

# Which rows the parameter `pk` of a route stands for.
ROWS = {
    **dict.fromkeys(("announcement", "elect", "api_announcement", "api_elect"), "announcement"),
    "end_restriction": "restriction",
    "api_end_restriction": "restriction",
    "block": "block",
    "api_block": "block",
    **dict.fromkeys(
        ("permission", "permission_facts", "sign_permission", "decide_permission", "cancel_permission",
         "api_permission_request", "api_permission_facts", "api_sign_permission", "api_permission_answer"),
        "permission request",
    ),
    **dict.fromkeys(
        ("allocate", "cancel_allocation", "take_executed", "attach_executions", "withdraw_block", "api_allocate",
         "api_preview_allocation", "api_cancel_allocation"),
        "block of a client",
    ),
}  # fmt: skip
# A block is shared out by users who see every account of the practice.
NEEDS_THE_WHOLE_PRACTICE = {"new_block", *(route for route, kind in ROWS.items() if kind == "block of a client")}
# A money manager trades for the accounts assigned to it; lots and elections are for their own advisor to choose.
NOT_FOR_A_MANAGER = {
    **dict.fromkeys(("run_tax_lots", "tax_lots_default", "choose_tax_lots"), "403"),
    **dict.fromkeys(("api_run_tax_lots", "api_tax_lots_default", "api_choose_tax_lots"), "403"),
    **dict.fromkeys(("elect", "api_elect"), "404"),
}
# Whoever owns an account says what it is for, and takes a request back; for everybody else such a request is not there.
STATED_BY_THE_OWNER = {"permission_facts", "api_permission_facts"}
TAKEN_BACK_BY_THE_OWNER = {("cancel_permission", "post"), ("api_permission_request", "delete")}
ASKS = {
    "U1000001": "ana",
    "U1000002": "ken",
    "F200002": "bob",
    "U2000001": "chidi",
    "F200003": "carol",
    "U3000001": "dana",
    "I4000001": "sam",
    "U4000001": "suki",
    "U4000002": "sam",
    "U9000001": "nina",
}
OWNS = {**{number: {name} for number, name in ASKS.items()}, "U4000001": {"suki", "sam"}}
INHERITED = {"end_restriction", "api_end_restriction"}
MISSING, NOWHERE = "U9999999", "00000000-0000-4000-8000-000000000000"


def row_of(kind: str, world: World, number: str) -> object:
    """The key of an account's row; one that leads nowhere for a missing account, None where there is none to try."""
    return NOWHERE if number == MISSING else world.rows[kind].get(number)


def dress(world: World) -> None:
    """Everybody is approved for stocks; every node has a restriction, and has asked for one permission more."""
    for number in CANARIES:
        name = "olga" if number in ("F100001", "F900001") else "mallory" if number == "U9000001" else "alice"
        with acting(world.users[name].pk, alias="office" if name == "olga" else "default") as who:
            assert who is not None
            grant(who=who, account=world[number], permissions=[Permission("stocks")], day=DAY, at=AT)
    _blocks(world)
    _ask(world)
    _choose_lots(world)
    _announce(world)
    rows = world.rows["restriction"] = {}
    for number, name in _SET_BY.items():
        with acting(world.users[name].pk) as who:
            assert who is not None
            rows[number] = restrict(
                who=who,
                account=world[number],
                match=Match(symbol=f"{CANARIES[number]} INC"),
                reason=f"{CANARIES[number]} knows too much",
                starts=DAY,
                day=DAY,
            ).pk


def _ask(world: World) -> None:
    """Masters may trade bonds and funds; those who have neither have signed that they want one of them."""
    for number, product in (("F100001", "bonds"), ("F100001", "mutual_funds"), ("F900001", "mutual_funds"),
                            ("F200002", "mutual_funds"), ("F200003", "mutual_funds")):  # fmt: skip
        name = "olga" if number in ("F100001", "F900001") else "alice"
        with acting(world.users[name].pk, alias="office" if name == "olga" else "default") as who:
            assert who is not None
            grant(who=who, account=world[number], permissions=[Permission(product)], day=DAY, at=AT)
    with acting(world.users["alice"].pk) as who:
        assert who is not None
        grant(who=who, account=world["I4000001"], permissions=[Permission("mutual_funds")], day=DAY, at=AT)
    rows = world.rows["permission request"] = {}
    for number, name in ASKS.items():
        wanted = Permission("bonds" if number in ("F200002", "F200003", "I4000001") else "mutual_funds")
        with acting(world.users[name].pk) as who:
            assert who is not None
            made = permissions.ask(who=who, account=world[number], wanted=[wanted], at=AT)
            stated = permissions.state_facts(who=who, pk=made.pk, said=SAID, at=AT)
            hand = Hand(name=f"{CANARIES[number]} Owner")
            permissions.sign(who=who, pk=made.pk, hand=hand, seen=stated.document_hash, at=AT)
        rows[number] = made.pk


def _choose_lots(world: World) -> None:
    """A contract of every holding account has lots chosen, by a day that is not over yet."""
    now = datetime.now(UTC)  # the database's own clock says what is final
    final = now + timedelta(days=2)
    for number, word in CANARIES.items():
        account = world[number]
        if account.kind in HOLDING_KINDS:
            LotChoice.unscoped.create(
                firm_id=account.firm_id, account=account, contract=f"{word} lots", symbol=f"{word} lots",
                day=exchange_day(final), method="LIFO", final_at=final, chosen_by=1, chosen_at=now,
            )  # fmt: skip


def _announce(world: World) -> None:
    """Every holding account may choose in an action of its own, and one of its statements tells of a split."""
    now, rows = datetime.now(UTC), world.rows.setdefault("announcement", {})
    file = StatementFile.unscoped.create(sha256="5" * 64, name="split", kind="flex", size=1, imported_at=now)
    for number, word in CANARIES.items():
        account = world[number]
        if account.kind in HOLDING_KINDS:
            whose = {"firm_id": account.firm_id, "account": account}
            action = VoluntaryAction.unscoped.create(
                firm_id=account.firm_id, kind="TO", symbol=word, title=f"{word} offer", terms=f"{word} terms",
                options=["Keep", "Tender"], held_on=DAY, deadline=now + timedelta(days=9), announced_by=1,
                announced_at=now,
            )  # fmt: skip
            Entitlement.unscoped.create(**whose, action=action, quantity=1)
            CorporateAction.unscoped.create(
                **whose, key=word, action_id=word, kind="FS", symbol=word, description=f"{word} SPLIT", report_on=DAY,
                quantity=1, file=file,
            )  # fmt: skip
            rows[number] = action.pk


def _blocks(world: World) -> None:
    """One allocated block of every practice: its page by the master, sharing it out by a client of the practice."""
    by_master, by_client = world.rows["block"], world.rows["block of a client"] = {}, {}
    for master, client, name in (
        ("F100001", "U1000001", "alice"),
        ("F200002", "U2000001", "bob"),
        ("F200003", "U3000001", "carol"),
        ("F900001", "U9000001", "mallory"),
    ):
        with acting(world.users[name].pk) as who:
            assert who is not None
            order = Order(Traded(f"{CANARIES[client]} CO", "STK", "US"), "buy", DAY, Decimal(10))
            block = open_block(who=who, order=order, day=DAY, at=AT)
            asked = Asked("equal", (Entry(client),))
            made = plan(who, block_for(who, block.pk), asked, valued_on=None)
            allocate(who=who, pk=block.pk, asked=asked, digest=made.digest, valued_on=None, day=DAY, at=AT)
        by_master[master] = by_client[client] = block.pk
