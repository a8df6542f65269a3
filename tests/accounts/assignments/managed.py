"""A money manager of Southbank, which has no second level: max at A9000002, and nina's account to be assigned to it."""

from datetime import UTC, datetime

from accounts.ground.access.context import acting
from accounts.ground.access.scope import scope
from accounts.ground.assignments import actions
from accounts.ground.assignments.models import Assignment
from accounts.ground.people import actions as people
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Account, Kind
from tests.world import OPENED, PASSWORD, World

NUMBER, CLIENT, OTHER = "A9000002", "U9000001", "U9000003"
AT = datetime(2025, 9, 1, 15, 0, tzinfo=UTC)


def employ(world: World) -> Account:
    """The money manager, its person, and a second client of Southbank that stays mallory's alone."""
    top = world["F900001"]
    account = tree.create_money_manager(top=top, name="Gannet Trading", number=NUMBER, base_currency="GBP", day=OPENED)
    world.accounts[NUMBER] = account
    user = world.users["max"] = people.create_user(username="max", password=PASSWORD)
    world.seats["max"] = people.seat_manager(user=user, account=account)
    other = tree.create_account(
        parent=top, kind=Kind.CLIENT, number=OTHER, title="Rossi, Pia", base_currency="GBP", day=OPENED
    )
    world.accounts[OTHER] = tree.open_account(account=other, day=OPENED)
    return account


def assign(world: World, *, accept: bool | None = True, number: str = CLIENT, at: datetime = AT) -> Assignment:
    """Asked by mallory and answered by max, both under their own seats and policies."""
    with acting(world.users["mallory"].pk) as who:
        account = scope(who, Account, "manage").get(number=number)
        made = actions.assign(who=who, account=account, number=NUMBER, at=at)
    if accept is not None:
        with acting(world.users["max"].pk) as who:
            actions.decide(who=who, assignment=made, accept=accept, at=at)
    made.refresh_from_db(using="default", from_queryset=Assignment.unscoped.all())
    return made
