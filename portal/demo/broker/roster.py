"""Who has an account at the demo broker: the tree of one firm, any number of clients, each a function of the seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from .calendar import add_business_days, next_business_day
from .chance import Dice, seed_of
from .names import ADVISORS, CULTURES, ORGANISATIONS, TRADING_GROUPS, Culture

DEFAULT_SINCE = date(2025, 10, 1)
SUBS_PER_GROUP = 4
# What happens to a client, by its place in each two hundred; everyone else is steady, saves, spends or trades.
_STORIES = {
    3: "debit", 7: "emptied", 11: "closing", 17: "late", 23: "tiny", 29: "moved_in", 31: "portfolio", 43: "late",
    53: "debit", 59: "late_moved_in", 77: "tiny", 97: "portfolio", 101: "late", 103: "debit", 137: "late", 149: "tiny",
    171: "late", 193: "late",
}  # fmt: skip
_LATE_AFTER = {17: 12, 43: 37, 59: 61, 101: 98, 137: 142, 171: 187, 193: 228}
_EMPTIED_AFTER, _CLOSING_AFTER = 130, 170
LIQUIDATION_LASTS = 12
_CURRENCIES = ("USD",) * 62 + ("EUR",) * 18 + ("GBP",) * 8 + ("CHF",) * 7 + ("JPY",) * 5
_CURRENCY_OF = {"DE": "EUR", "ES": "EUR", "CH": "CHF", "GB": "GBP", "JP": "JPY"}
_ENTITY = {"US": "IBLLC-US", "GB": "IB-UK", "DE": "IB-IE", "ES": "IB-IE", "UA": "IB-IE", "CH": "IB-UK"}
_EARLIER = (900, 2900)


@dataclass(frozen=True, slots=True)
class Person:
    given: str
    family: str
    country: str
    language: str
    native: str = ""
    family_first: bool = False

    @property
    def name(self) -> str:
        return f"{self.family} {self.given}" if self.family_first else f"{self.given} {self.family}"


@dataclass(frozen=True, slots=True)
class Planned:
    """One account of the tree; masters are shells and have neither deposit nor statement."""

    index: int
    number: str
    parent: str | None
    kind: str  # top_master | second_master | stl_master | stl_sub | client
    level: int
    title: str
    alias: str
    customer_type: str
    account_type: str
    currency: str
    country: str
    entity: str
    margin: str  # Cash | Margin | Portfolio Margin
    opened_on: date
    funded_on: date
    closed_on: date | None
    first_deposit: int  # in ten-thousandths of the currency
    story: str
    master_name: str
    people: tuple[Person, ...] = ()
    group: tuple[str, ...] = field(default=())  # the subs of a trading group's master

    @property
    def holds(self) -> bool:
        return self.kind not in ("top_master", "second_master")


class Plan(Sequence[Planned]):
    """The accounts of one firm: masters, trading groups, clients. Made on demand, so a million cost no memory."""

    def __init__(self, seed: int, *, clients: int, second_level: int, stl_groups: int, since: date, firm: str) -> None:
        if second_level + stl_groups > 90_000:
            raise ValueError("a firm has at most 90,000 second-level masters and trading groups together")
        if not 0 <= clients <= 80_000_000:
            raise ValueError("clients must be between 0 and 80,000,000")
        self.seed, self.since, self.firm = seed, next_business_day(since - timedelta(days=1)), firm
        self.clients, self.second_level, self.stl_groups = clients, second_level, stl_groups
        self._groups_from = 1 + second_level
        self._clients_from = self._groups_from + stl_groups * (1 + SUBS_PER_GROUP)
        self._stride = max(1, min(37, 80_000_000 // max(1, clients)))
        self._late = {place: add_business_days(self.since, count) for place, count in _LATE_AFTER.items()}
        self._liquidated = add_business_days(self.since, _EMPTIED_AFTER)
        self._closed = add_business_days(self.since, _CLOSING_AFTER + LIQUIDATION_LASTS + 1)

    def __len__(self) -> int:
        return self._clients_from + self.clients

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        if index < self._groups_from:
            return self._master(index)
        if index < self._clients_from:
            return self._trading(index)
        return self._client(index)

    def holders(self) -> Iterator[Planned]:
        """The accounts that have statements."""
        return (self[index] for index in range(self._groups_from, len(self)))

    def lives(self) -> Iterator[tuple[date, date | None]]:
        """First and last statement day of every holder, without making the accounts."""
        for index in range(self._groups_from, len(self)):
            yield self._life(index)

    def liquidates_on(self, account: Planned) -> date | None:
        if account.story == "emptied":
            return self._liquidated
        return add_business_days(self.since, _CLOSING_AFTER) if account.story == "closing" else None

    # Masters and trading groups

    def _master(self, index: int) -> Planned:
        name, country = (self.firm, "US") if index == 0 else _numbered(ADVISORS, index - 1)
        return self._account(
            index,
            number=f"F{100001 if index == 0 else 200001 + index}",
            parent=None if index == 0 else "F100001",
            kind="second_master" if index else "top_master",
            level=2 if index else 1,
            title=name,
            country=country,
            currency="USD" if index == 0 else _CURRENCY_OF.get(country, "USD"),
            customer_type="Corporation",
            account_type="Advisor Master",
            master_name=self.firm,
        )

    def _trading(self, index: int) -> Planned:
        group, seat = divmod(index - self._groups_from, 1 + SUBS_PER_GROUP)
        title = TRADING_GROUPS[group % len(TRADING_GROUPS)] + (f" {group}" if group >= len(TRADING_GROUPS) else "")
        subs = tuple(f"U{3000000 + group * 100 + sub}" for sub in range(1, SUBS_PER_GROUP + 1))
        return self._account(
            index,
            number=subs[seat - 1] if seat else f"I{300001 + group}",
            parent=f"I{300001 + group}" if seat else "F100001",
            kind="stl_sub" if seat else "stl_master",
            level=3 if seat else 2,
            title=title,
            alias=f"Desk {seat}" if seat else "Desks",
            country="US",
            currency="USD",
            customer_type="LLC",
            entity="IBAU",
            account_type="Advisor Client",
            master_name=self.firm,
            margin="Margin",
            first_deposit=(400_000 + 90_000 * seat if seat else 1_500_000) * 10_000,
            story="stl_sub" if seat else "stl_master",
            group=() if seat else subs,
        )

    def _account(self, index: int, **given) -> Planned:
        opened = self.since - timedelta(days=3000 - 7 * (index % 300))
        defaults = {
            "alias": "", "entity": _ENTITY.get(given["country"], "IBLLC-US"), "margin": "Cash", "opened_on": opened,
            "funded_on": opened + timedelta(days=5), "closed_on": None, "first_deposit": 0, "story": "master",
        }  # fmt: skip
        return Planned(index=index, **{**defaults, **given})

    # Clients

    def _life(self, index: int) -> tuple[date, date | None]:
        place = (index - self._clients_from) % 200
        if index < self._clients_from:
            return self.since, None
        return self._late.get(place, self.since), self._closed if _STORIES.get(place) == "closing" else None

    def _client(self, index: int) -> Planned:
        order = index - self._clients_from
        dice = Dice(self.seed, "client", order)
        story = _STORIES.get(order % 200) or ("steady", "saver", "spender", "trader", "steady")[dice.roll(5)]
        culture = _culture(dice)
        person = _person(culture, dice)
        customer_type, title, people, country = _holders(person, culture, dice, story)
        currency = _CURRENCY_OF.get(country) if dice.roll(10) < 7 else None
        currency = currency or dice.pick(_CURRENCIES)
        number = f"U{4_000_000 + order * self._stride + seed_of(self.seed, 'number', order) % self._stride}"
        funded, closed = self._life(index)
        late = story.startswith("late")
        if not late:
            funded = self.since - timedelta(days=dice.between(*_EARLIER))
        parent_index = dice.roll(100) * (self.second_level + 1) // 100 if dice.roll(10) < 8 else 0
        parent = self._master_number(parent_index)
        return Planned(
            index=index,
            number=number,
            parent=parent,
            kind="client",
            level=3 if parent_index else 2,
            title=title,
            alias=_alias(person, customer_type, dice),
            customer_type=customer_type,
            account_type="Advisor Client",
            currency=currency,
            country=country,
            entity=_ENTITY.get(country, "IBLLC-US"),
            margin=_margin(story, customer_type, dice),
            opened_on=funded - timedelta(days=dice.between(2, 6)),
            funded_on=funded,
            closed_on=closed,
            first_deposit=_deposit(story, currency, dice),
            story=story,
            master_name=self.firm if parent_index == 0 else _numbered(ADVISORS, parent_index - 1)[0],
            people=people,
        )

    def _master_number(self, index: int) -> str:
        return "F100001" if index == 0 else f"F{200001 + index}"


def plan(
    seed: int,
    clients: int = 200,
    second_level: int = 2,
    stl_groups: int = 1,
    *,
    since: date = DEFAULT_SINCE,
    firm: str = "Northgate Advisors",
) -> Plan:
    """The tree of a firm; `since` is the first day of its history, the day from which every book is replayed."""
    return Plan(seed, clients=clients, second_level=second_level, stl_groups=stl_groups, since=since, firm=firm)


def _numbered(names, index: int):
    name, country = names[index % len(names)]
    return (name if index < len(names) else f"{name} {index // len(names) + 1}"), country


def _culture(dice: Dice) -> Culture:
    point = dice.roll(sum(culture.weight for culture in CULTURES))
    for culture in CULTURES:
        point -= culture.weight
        if point < 0:
            return culture
    raise AssertionError("the weights cover every roll")


def _person(culture: Culture, dice: Dice, family: int | None = None) -> Person:
    given = dice.roll(len(culture.given))
    family = dice.roll(len(culture.family)) if family is None else family
    native = ""
    if culture.native_given:
        parts = culture.native_given[given], culture.native_family[family]
        native = "".join(reversed(parts)) if culture.family_first else " ".join(parts)
    return Person(
        culture.given[given], culture.family[family], culture.country, culture.language, native, culture.family_first
    )


def _holders(person: Person, culture: Culture, dice: Dice, story: str) -> tuple[str, str, tuple[Person, ...], str]:
    roll = dice.roll(100)
    if story in ("debit", "portfolio"):
        roll = 0  # nobody else may borrow
    if roll < 48:
        return "Individual", person.name, (person,), person.country
    if roll < 63:
        partner = _person(culture, dice, culture.family.index(person.family))
        if partner.given == person.given:
            partner = _person(culture, dice)
        return "Joint", f"{person.name} & {partner.name}", (person, partner), person.country
    if roll < 72:
        return "Trust", f"The {person.family} Family Trust", (person,), person.country
    if roll < 90 and culture.country == "US":
        kind = dice.pick(("IRA Traditional", "IRA Traditional", "IRA Roth", "IRA SEP"))
        return kind, f"{person.name} {kind.removesuffix(' Traditional')}", (person,), "US"
    if roll < 90:
        return "Individual", person.name, (person,), person.country
    if roll < 93:
        return "UGMA/UTMA", f"{person.name} UTMA", (person,), person.country
    name, kind, country = dice.pick(ORGANISATIONS)
    return kind, name, (person,), country


def _alias(person: Person, customer_type: str, dice: Dice) -> str:
    if person.native and dice.roll(10) < 8:
        return person.native
    if customer_type.startswith("IRA"):
        return "Retirement"
    return ("", "", "", "Growth", "Income", "School fees", "House", "Reserve")[dice.roll(8)]


def _margin(story: str, customer_type: str, dice: Dice) -> str:
    if story == "debit":
        return "Margin"
    if story == "portfolio":
        return "Portfolio Margin"
    if customer_type.startswith(("IRA", "UGMA", "Trust")):
        return "Cash"
    return "Margin" if dice.roll(10) < 4 else "Cash"


def _deposit(story: str, currency: str, dice: Dice) -> int:
    if story == "tiny":
        whole = dice.between(180, 2_400)
    else:
        low, high = ((15, 60), (60, 250), (60, 250), (250, 1_000), (1_000, 6_000))[
            (0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4)[dice.roll(20)]
        ]
        whole = dice.between(low, high) * 1_000
    return whole * 10_000 * (150 if currency == "JPY" else 1)
