"""Sets up the demo firm's tree, people and sign-ins with the actions an operator uses, from what the broker knows."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.broker.instruments.rules import Product
from accounts.broker.products.models import ProductApproval
from accounts.broker.restrictions.models import MASTERS
from accounts.ground.access.context import as_role
from accounts.ground.days.actions import seed as seed_calendar
from accounts.ground.people import actions as people
from accounts.ground.people.models import Party, User
from accounts.ground.requests.actions import ask
from accounts.ground.requests.models import RequestKind
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Account, Kind, Margin, Status
from portal.demo import keys
from portal.demo.broker import Person, Plan, Planned, plan
from portal.lib.words import gettext_noop

_MARGIN = {"Cash": Margin.CASH, "Margin": Margin.MARGIN, "Portfolio Margin": Margin.PORTFOLIO}
_PRODUCTS = (Product.STOCKS, Product.BONDS, Product.MUTUAL_FUNDS, Product.FOREX)
_LANGUAGES = {"en", "ru"}
# Who signs in, besides the clients: a name for each master in order, the trading group, the back office.
_ADVISORS = ("maren.holt", "owen.wexley", "livia.brandt")
_GROUP, _OFFICE = "vera.quay", "iris.office"


@dataclass
class Settled:
    """What has been set up so far."""

    accounts: dict[str, Account] = field(default_factory=dict)
    sign_ins: list[dict[str, str]] = field(default_factory=list)


def settle(firm: Plan, *, until: date, keep: Callable[[list[dict[str, str]]], None]) -> None:
    """Create tree, people and sign-ins; all of it or nothing. `keep` stores the passwords before anything is final."""
    done = Settled()
    with as_role("office"), transaction.atomic(using="office"):
        seed_calendar(first_year=firm.since.year - 10, last_year=until.year + 3)
        for planned in firm:
            done.accounts[planned.number] = _account(planned, done.accounts, since=firm.since)
        _permissions(done.accounts.values(), datetime.combine(firm.since, time(), UTC))
        parties = _clients(firm, done.accounts)
        _seat_everybody(firm, done, parties)
        _applications(firm, done.accounts[firm[0].number], until)
        keep(done.sign_ins)


def _permissions(accounts: Iterable[Account], at: datetime) -> None:
    """What the demo exchange lists may be traded by everybody; parents come before their children, as in the plan."""
    ProductApproval.unscoped.bulk_create(
        ProductApproval(
            firm_id=account.firm_id,
            account=account,
            node_kind=account.kind,
            practice_id=account.practice_id if account.kind in MASTERS else None,
            product=product,
            granted_at=at,
        )
        for account in accounts
        for product in _PRODUCTS
    )


def stands(firm: Plan) -> bool:
    """Whether the tree has been set up already."""
    with as_role("office"):
        return Account.unscoped.filter(number=firm[0].number).exists()


def _account(planned: Planned, known: dict[str, Account], *, since: date) -> Account:
    if planned.kind == "top_master":
        return tree.create_firm(
            name=planned.title, number=planned.number, base_currency=planned.currency, day=planned.opened_on
        )
    parent = known[planned.parent or ""]
    if planned.kind == "second_master":
        return tree.create_second_level(
            top=parent,
            name=planned.title,
            number=planned.number,
            base_currency=planned.currency,
            day=planned.opened_on,
        )
    account = tree.create_account(
        parent=parent,
        kind=planned.kind,
        number=planned.number,
        title=planned.title,
        alias=planned.alias,
        base_currency=planned.currency,
        customer_type=planned.customer_type,
        account_type=planned.account_type,
        margin_kind=_MARGIN[planned.margin],
        entity=planned.entity,
        day=planned.opened_on,
    )
    if planned.funded_on > since:
        # Its first statement opens it.
        return tree.change_status(account=account, status=Status.PENDING, day=planned.opened_on)
    return tree.open_account(account=account, day=planned.opened_on)


def _clients(firm: Plan, accounts: dict[str, Account]) -> dict[str, Party]:
    """A party for every holder, with the right to see and sign for its account; the first one of each account."""
    first: dict[str, Party] = {}
    for planned in firm.holders():
        account = accounts[planned.number]
        for place, person in enumerate(planned.people):
            party = _party(account, person, planned.number, place)
            people.give_right(party=party, account=account)
            first.setdefault(planned.number, party)
    return first


def _party(account: Account, person: Person, number: str, place: int) -> Party:
    return people.create_party(
        practice=account.practice,
        legal_name=person.name,
        email=f"{number.lower()}{'' if place == 0 else f'-{place + 1}'}@example.org",
        residence=_COUNTRIES.get(person.country, ""),
        language=person.language if person.language in _LANGUAGES else "en",
    )


def _seat_everybody(firm: Plan, done: Settled, parties: dict[str, Party]) -> None:
    masters = firm[: 1 + firm.second_level]
    for place, planned in enumerate(masters):
        name = _ADVISORS[place] if place < len(_ADVISORS) else f"advisor.{place + 1}"
        who = _("Top-level advisor") if place == 0 else _("Second-level advisor")
        account = done.accounts[planned.number]
        user = _user(done, name, who, "second" if place else "top")
        people.seat_advisor(user=user, master=account)
    for planned in [one for one in firm.holders() if one.kind == "stl_master"][:1]:
        user = _user(done, _GROUP, _("Trading group"), "stl")
        people.seat_stl(user=user, account=done.accounts[planned.number])
    for planned in clients_with_sign_in(firm):
        person = planned.people[0]
        name = _plain(f"{person.given}.{person.family}")
        user = _user(done, name, _("Client"), "client", party=parties[planned.number])
        people.seat_client(user=user, party=parties[planned.number])
    people.seat_office(user=_user(done, _OFFICE, _("Back office"), "office"))


def clients_with_sign_in(firm: Plan) -> list[Planned]:
    """One client of the top level and, where there is one, one of a second-level advisor."""
    found: dict[int, Planned] = {}
    for planned in firm.holders():
        plain = planned.kind == "client" and planned.story in ("steady", "saver") and planned.people
        if plain and planned.customer_type == "Individual" and planned.people[0].family.isascii():
            found.setdefault(planned.level, planned)
        if len(found) == 2:
            break
    return [found[level] for level in sorted(found)]


def _plain(name: str) -> str:
    """A name as a user name may be written: small Latin letters without their marks."""
    letters = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.-]", "", letters)


def _user(done: Settled, username: str, who: str, role: str, party: Party | None = None) -> User:
    password = keys.new_password()
    user = people.create_user(username=username, password=password, party=party)
    done.sign_ins.append({"who": who, "username": username, "password": password, "role": role})
    return user


def _applications(firm: Plan, top: Account, until: date) -> None:
    """Two prospects whose application is under way, so that the pending list shows one of each step."""
    prospects = plan(firm.seed + 1, 2, 0, 0, since=firm.since)
    for place, planned in enumerate(prospects.holders()):
        account = tree.create_account(
            parent=top,
            kind=Kind.CLIENT,
            number=f"U{91_000_001 + place}",
            title=planned.title,
            base_currency=planned.currency,
            customer_type=planned.customer_type,
            account_type=planned.account_type,
            day=until,
        )
        if place:
            tree.change_status(account=account, status=Status.PENDING, day=until)
        ask(
            account=account,
            kind=RequestKind.APPLICATION,
            title=gettext_noop("Application of %(name)s"),
            detail={"name": planned.title},
            natural_key=f"application {account.number}",
            day=until,
        )


_COUNTRIES = {
    "US": "USA", "DE": "DEU", "ES": "ESP", "UA": "UKR", "CN": "CHN", "AE": "ARE", "GB": "GBR", "CH": "CHE",
    "JP": "JPN", "NG": "NGA",
}  # fmt: skip
