"""The cast: two firms, their people and accounts, with rights that every test may rely on.

Northgate (alice) has clients of its own (ana, ken), two second-level advisors that must never see one another (Bright
with bob and chidi; Lakeside with carol and dana) and an STL group (sam, with suki below him). Southbank (mallory, nina)
is another tenant.
Tess (funding only) and vera (two accounts only) are users of Northgate. Olga is the back office, frank used to work at
Northgate, dora's sign-in is disabled. Each account's title holds a word of its own, so that a leak can be read in any
bytes.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from accounts.ground.access.abilities import ABILITIES, Group, of_group
from accounts.ground.days.actions import seed
from accounts.ground.people import actions as people
from accounts.ground.people.models import Holdings, Party, Seat, SeatAccount, User
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Account, Kind, Margin

OPENED = date(2024, 1, 2)
PASSWORD = "a long enough pass phrase"

# One word per account, found nowhere else.
CANARIES = {
    "F100001": "Northgate",
    "U1000001": "Kestrel",
    "U1000002": "Lapwing",
    "F200002": "Brightwell",
    "U2000001": "Plover",
    "F200003": "Lakeside",
    "U3000001": "Heron",
    "I4000001": "Osprey",
    "U4000001": "Merlin",
    "U4000002": "Curlew",
    "F900001": "Southbank",
    "U9000001": "Otter",
}

# Everything but configuration, where branding belongs.
VERAS = tuple(one.key for one in ABILITIES if one.key not in ("configuration", "financial_information"))


@dataclass
class World:
    """Accounts by number; users, seats and parties by the person's name; keys of other rows by kind and number."""

    accounts: dict[str, Account] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    rows: dict[str, dict[str, object]] = field(default_factory=dict)

    def __getitem__(self, number: str) -> Account:
        return self.accounts[number]


def build() -> World:
    """Create the whole cast with the real actions."""
    world = World()
    seed(first_year=2023, last_year=2028)
    _northgate(world)
    _southbank(world)
    world.seats["olga"] = people.seat_office(user=_user(world, "olga"))
    return world


def _northgate(world: World) -> None:
    top = tree.create_firm(name=_title("F100001", "Advisors"), number="F100001", base_currency="USD", day=OPENED)
    world.accounts["F100001"] = top
    bright, lake = (
        tree.create_second_level(top=top, name=_title(number, "LLC"), number=number, base_currency=currency, day=OPENED)
        for number, currency in (("F200002", "USD"), ("F200003", "EUR"))
    )
    world.accounts |= {"F200002": bright, "F200003": lake}
    _client(world, top, "U1000001", "Ruiz, Ana", "ana")
    _client(world, top, "U1000002", "Ito, Ken", "ken", base_currency="JPY", margin_kind=Margin.CASH)
    _client(world, bright, "U2000001", "Okafor, Chidi", "chidi")
    _client(world, lake, "U3000001", "Weiss, Dana", "dana", base_currency="EUR")
    stl = _account(world, top, Kind.STL_MASTER, "I4000001", "Alpha Trading")
    _account(world, stl, Kind.STL_SUB, "U4000001", "Alpha Sub One")
    _account(world, stl, Kind.STL_SUB, "U4000002", "Alpha Sub Two")
    world.seats["sam"] = people.seat_stl(user=_user(world, "sam"), account=stl)
    world.seats["suki"] = people.seat_stl(user=_user(world, "suki"), account=world["U4000001"])
    for name, master in (("alice", top), ("bob", bright), ("carol", lake), ("frank", top), ("dora", top)):
        world.seats[name] = people.seat_advisor(user=_user(world, name), master=master)
    _members(world)
    people.end_seat(seat=world.seats["frank"], at=datetime(2025, 1, 2, tzinfo=UTC))
    world.users["dora"].is_active = False
    world.users["dora"].save(update_fields=["is_active"])


def _members(world: World) -> None:
    """Two users of Northgate who have not everything: functions fewer, accounts fewer."""
    alice = world.seats["alice"]
    common = {"role": alice.role, "firm_id": alice.firm_id, "practice_id": alice.practice_id, "standing": "member"}
    world.seats["tess"] = Seat.unscoped.create(
        user=_user(world, "tess"), abilities=[one.key for one in of_group(Group.FUNDING)], **common
    )
    vera = world.seats["vera"] = Seat.unscoped.create(
        user=_user(world, "vera"), abilities=list(VERAS), holdings=Holdings.CHOSEN, **common
    )
    for number in ("U1000001", "U2000001"):
        SeatAccount.unscoped.create(firm_id=alice.firm_id, seat=vera, account=world[number])


def _southbank(world: World) -> None:
    top = tree.create_firm(name=_title("F900001", "Capital"), number="F900001", base_currency="GBP", day=OPENED)
    world.accounts["F900001"] = top
    _client(world, top, "U9000001", "Novak, Nina", "nina", base_currency="GBP")
    world.seats["mallory"] = people.seat_advisor(user=_user(world, "mallory"), master=top)


def _title(number: str, rest: str) -> str:
    return f"{CANARIES[number]} {rest}"


def _user(world: World, name: str, party: Party | None = None) -> User:
    user = world.users[name] = people.create_user(username=name, password=PASSWORD, party=party)
    return user


def _account(world: World, parent: Account, kind: str, number: str, name: str, **more: object) -> Account:
    fields = {"base_currency": "USD", **more}
    title = f"{name} {CANARIES[number]}"
    account = tree.create_account(parent=parent, kind=kind, number=number, title=title, day=OPENED, **fields)
    world.accounts[number] = tree.open_account(account=account, day=OPENED)
    return world.accounts[number]


def _client(world: World, parent: Account, number: str, name: str, owner: str, **more: object) -> None:
    account = _account(world, parent, Kind.CLIENT, number, name, **more)
    party = world.parties[owner] = people.create_party(practice=account.practice, legal_name=account.title)
    people.give_right(party=party, account=account)
    world.seats[owner] = people.seat_client(user=_user(world, owner, party), party=party)
