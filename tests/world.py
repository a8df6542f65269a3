"""The cast: two firms, their people and accounts, with rights that every test may rely on.

Northgate (alice) has clients of its own (ana), two second-level advisors that must never see one another (Bright with
bob and chidi; Lakeside with carol and dana) and an STL group (sam). Southbank (mallory, nina) is another tenant. Olga
is the back office, frank used to work at Northgate. Each firm's rows hold a word of their own, so a leak can be read.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from accounts.ground.days.actions import seed
from accounts.ground.people import actions as people
from accounts.ground.people.models import Party, Seat, User
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Account, Kind, Margin

OPENED = date(2024, 1, 2)
PASSWORD = "a long enough pass phrase"

CANARIES = {
    "northgate": "Kestrelnorth",
    "bright": "Plumbright",
    "lakeside": "Heronlake",
    "southbank": "Otterbank",
}


@dataclass
class World:
    """Accounts by number, users and seats by name."""

    accounts: dict[str, Account] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)

    def __getitem__(self, number: str) -> Account:
        return self.accounts[number]


def build() -> World:
    """Create the whole cast with the real actions."""
    world = World()
    seed(first_year=2023, last_year=2028)
    _northgate(world)
    _southbank(world)
    olga = _user(world, "olga")
    world.seats["olga"] = people.seat_office(user=olga)
    return world


def _northgate(world: World) -> None:
    north, bright, lake = CANARIES["northgate"], CANARIES["bright"], CANARIES["lakeside"]
    top = tree.create_firm(name=f"{north} Advisors", number="F100001", base_currency="USD", day=OPENED)
    world.accounts["F100001"] = top
    second = tree.create_second_level(top=top, name=f"{bright} LLC", number="F200002", base_currency="USD", day=OPENED)
    sibling = tree.create_second_level(
        top=top, name=f"{lake} Partners", number="F200003", base_currency="EUR", day=OPENED
    )
    world.accounts |= {"F200002": second, "F200003": sibling}
    _client(world, top, "U1000001", f"Ruiz, Ana {north}", "ana")
    _client(world, top, "U1000002", f"Ito, Ken {north}", "ken", base_currency="JPY", margin_kind=Margin.CASH)
    _client(world, second, "U2000001", f"Okafor, Chidi {bright}", "chidi")
    _client(world, sibling, "U3000001", f"Weiss, Dana {lake}", "dana", base_currency="EUR")
    stl = _account(world, top, Kind.STL_MASTER, "I4000001", f"Alpha Trading {north}")
    _account(world, stl, Kind.STL_SUB, "U4000001", f"Alpha Sub One {north}")
    _account(world, stl, Kind.STL_SUB, "U4000002", f"Alpha Sub Two {north}")
    world.seats["sam"] = people.seat_stl(user=_user(world, "sam"), account=stl)
    for name, master in (("alice", top), ("bob", second), ("carol", sibling), ("frank", top)):
        world.seats[name] = people.seat_advisor(user=_user(world, name), master=master)
    people.end_seat(seat=world.seats["frank"], at=datetime(2025, 1, 2, tzinfo=UTC))


def _southbank(world: World) -> None:
    word = CANARIES["southbank"]
    top = tree.create_firm(name=f"{word} Capital", number="F900001", base_currency="GBP", day=OPENED)
    world.accounts["F900001"] = top
    _client(world, top, "U9000001", f"Novak, Nina {word}", "nina", base_currency="GBP")
    world.seats["mallory"] = people.seat_advisor(user=_user(world, "mallory"), master=top)


def _user(world: World, name: str, party: Party | None = None) -> User:
    user = world.users[name] = people.create_user(username=name, password=PASSWORD, party=party)
    return user


def _account(world: World, parent: Account, kind: str, number: str, title: str, **more: object) -> Account:
    fields = {"base_currency": "USD", **more}
    account = tree.create_account(parent=parent, kind=kind, number=number, title=title, day=OPENED, **fields)
    world.accounts[number] = tree.open_account(account=account, day=OPENED)
    return world.accounts[number]


def _client(world: World, parent: Account, number: str, title: str, owner: str, **more: object) -> None:
    account = _account(world, parent, Kind.CLIENT, number, title, **more)
    party = world.parties[owner] = people.create_party(practice=account.practice, legal_name=title)
    people.give_right(party=party, account=account)
    world.seats[owner] = people.seat_client(user=_user(world, owner, party), party=party)
