"""The client book of the demo firm's top-level advisor: its clients, what is known of some, and people to win."""

import random
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from accounts.ground.access.context import Who, acting
from accounts.ground.access.scope import scope
from accounts.ground.people.models import User
from accounts.ground.tree.models import Account
from crm.calendar import actions as events
from crm.calendar.actions import Round
from crm.calendar.rules import Said as Event
from crm.calendar.rules import Words
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Kind, State
from crm.documents import actions as documents
from crm.notes import actions as notes
from crm.tasks import actions as tasks
from crm.tasks.models import Priority, TaskState
from crm.tasks.rules import Said
from crm.vault.actions import confirm_code, open_own, open_ring, set_up
from crm.vault.models import Unlocked, Vault
from crm.vault.sealed import Opened
from crm.workflows import actions as workflows
from crm.workflows.models import Audience, Stage, StageState
from crm.workflows.rules import Said as Flow
from crm.workflows.rules import SaidStage
from portal.demo import desk
from portal.demo.agreements import cast_of
from portal.demo.broker import Plan
from portal.lib.exchange import EXCHANGE_ZONE, exchange_day

DESCRIBED, NOTED = 36, 12
_PEOPLE = (
    ("Amélie", "Fournier"), ("Tomás", "Herrera"), ("Ingrid", "Sørensen"), ("Nikhil", "Rao"), ("Beatriz", "Nóbrega"),
    ("Harold", "Whitcombe"), ("Мария", "Соколова"), ("Jürgen", "Müller"), ("Aoife", "Brennan"), ("Samuel", "Adeyemi"),
    ("Lucia", "Bianchi"), ("Wei", "Zhang"), ("Hannah", "Feldman"), ("Piotr", "Zieliński"),
)  # fmt: skip
_OTHERS = (
    (Kind.COMPANY, "Harbour Street Dental LLC"),
    (Kind.COMPANY, "Caldera Robotics Inc."),
    (Kind.TRUST, "Whitcombe Family Trust"),
    (Kind.HOUSEHOLD, "Fournier household"),
)
_WORK = (
    ("Surgeon", "St. Brigid Hospital"), ("Architect", "Brightline Studio"), ("Teacher", "Lakeview School"),
    ("Engineer", "Caldera Robotics Inc."), ("Owner", "Orchard Bakery"), ("Judge, retired", ""),
)  # fmt: skip
_STREETS = ("Alder Lane", "Quarry Road", "Harbour Street", "Kingfisher Close", "Mill Hill", "Chestnut Avenue")
_CITIES = ("Portland, ME 04101", "Providence, RI 02903", "Hartford, CT 06103", "Albany, NY 12207")
_KNOWN = (
    "Prefers calls after 16:00. Sails in summer, so no meetings in July.",
    "Wants to help a grandchild through university; starts in two years.",
    "Nervous about bonds since 2022. Explain duration before proposing any.",
    "Sold the company last year; the rest of the price comes in spring.",
    "Reads every statement. Send figures before the call, not after.",
    "Thinks of moving south on retirement.",
)
_SOURCES = ("Recommended by a client", "Evening on retirement at the library", "Accountant K. Weiss", "Old friend")
_NOTES = (
    ("Annual review", "Went through the year. Keeps the allocation; more cash before the house is repaired."),
    ("Call", "Asked how the fee is worked out. Showed the proof; all clear."),
    ("Lunch", "Daughter joins the firm next year. Wants to talk about handing over."),
)

_TASKS: tuple[tuple[str, str, int | None, int, str], ...] = (
    ("Send the figures before the call", "Twelve months, after fees.", 0, Priority.HIGH, TaskState.TODO),
    ("RMD letters", "Everybody who turns 73 next year.", 2, Priority.MEDIUM, TaskState.DOING),
    ("Ask for the trust deed", "The copy we have lacks page 4.", -3, Priority.HIGH, TaskState.WAITING),
    ("Check fees of the fourth quarter", "", 9, Priority.MEDIUM, TaskState.TODO),
    ("Invite to the evening on retirement", "", 20, Priority.LOW, TaskState.TODO),
    ("Propose a ladder instead of the fund", "Explain duration first.", 5, Priority.MEDIUM, TaskState.TODO),
    ("Read the divorce agreement", "", -8, Priority.MEDIUM, TaskState.DONE),
    ("Tidy the list of prospects", "", None, Priority.LOW, TaskState.TODO),
)

# Days from today, hours, minutes it takes, how it repeats.
_EVENTS: tuple[tuple[str, str, int, int | None, int, str], ...] = (
    ("Annual review", "Zoom", 0, 10, 45, ""),
    ("Call about the house", "", 0, 14, 30, ""),
    ("Team round", "Small meeting room", -14, 9, 30, "FREQ=WEEKLY"),
    ("Lunch", "Harbour Street 9", 3, 12, 90, ""),
    ("Evening on retirement", "Library", 8, 18, 120, ""),
    ("Planning days", "", 12, None, 2, ""),
    ("Signing at the notary", "Quarry Road 4", 5, 10, 60, ""),
    ("Second opinion on the trust", "", 5, 10, 60, ""),
)

# Stages with the days after today on which they are due; how many of them are done.
_FLOWS: tuple[tuple[str, int, tuple[tuple[str, int, int], ...]], ...] = (
    ("Annual review", 1, (("Ask for changes in life", -6, 2), ("Figures of the year", 2, 1), ("Meeting", 9, 2))),
    ("New client", 2, (("Identity", -9, 1), ("Risk profile", -4, 2), ("Agreement", -1, 1), ("First funding", 12, 2))),
    ("House and mortgage", 0, (("Papers of the bank", 5, 3), ("Cash plan", 15, 2))),
)

_PAPERS = (
    ("How we invest.txt", "Broadly, cheaply, for long, and never what we do not understand.\n", "Firm", "for clients"),
    ("Notes of the annual review.txt", "Allocation stays.\nMore cash before the roof.\n", "Reviews/2026", "review"),
    ("Family tree.txt", "Two children, one grandchild.\n", "Family", ""),
    ("Holdings elsewhere.csv", "what,value\nHouse,640000\nPension,212000\n", "Means", "to check"),
)


def keep_missing(firm: Plan, *, password: str, at: datetime) -> int:
    """A client book behind a storage password, once; how many contacts were written."""
    cast = cast_of(firm)
    user_id = cast.users[cast.own(firm[0]).pk]
    with acting(user_id) as who:
        if who is None or scope(who, Vault).exists():
            return 0
        vault = _opened(who, password, at)
        count = contacts.bring_in(vault=vault, at=at)
        chance = random.Random(firm.seed)
        _describe(vault, chance, at)
        _note(vault, at)
        _plan(vault, at)
        _meet(vault, at)
        _follow(vault, at)
        _file(vault, at)
        count += _win(vault, chance, at)
        desk.lay_out(vault, at)
        return count


def _opened(who: Who, password: str, at: datetime) -> Opened:
    papers = set_up(who=who, user=User.objects.get(pk=who.user_id), password=password, again=password, at=at)
    confirm_code(who=who, code=papers.code, at=at)
    member, own, _key = open_own(who, password, at)
    return Opened(open_ring(who, member, own), who, Unlocked())


def _describe(vault: Opened, chance: random.Random, at: datetime) -> None:
    """What an advisor would have written down of some clients."""
    today = exchange_day(at)
    rows = scope(vault.who, Contact).filter(kind=Kind.PERSON).order_by("sort_key", "pk")
    for contact in list(rows[:DESCRIBED]):
        said = {**_person(chance, today), "phone": _phone(chance)}
        contacts.change(
            vault=vault, pk=contact.pk, version=contact.version, kind=contact.kind, said=said, at=at, today=today
        )


def _note(vault: Opened, at: datetime) -> None:
    rows = scope(vault.who, Account).filter(practice_id=vault.who.practice_id, kind="client", status="O")
    for place, account in enumerate(rows.order_by("sort_key", "pk")[:NOTED]):
        title, body = _NOTES[place % len(_NOTES)]
        when = at - timedelta(days=3 + 5 * place)
        notes.write(vault=vault, account=account, title=title, body=body, at=when)


def _plan(vault: Opened, at: datetime) -> None:
    """What is to be done, some of it late and some of it done."""
    today = exchange_day(at)
    rows = list(scope(vault.who, Contact).filter(kind=Kind.PERSON, trashed_at=None).order_by("sort_key", "pk"))
    for place, (title, text, days, priority, state) in enumerate(_TASKS):
        said = Said(title, text, today + timedelta(days=days) if days is not None else None, priority, state)
        contact = rows[place * 3 % len(rows)] if rows and place % 4 != 3 else None
        tasks.write(vault=vault, said=said, assignee_id=vault.who.user_id, contact=contact, at=at)


def _meet(vault: Opened, at: datetime) -> None:
    """Meetings and calls, one of them each week, two at the same time."""
    today = exchange_day(at)
    rows = list(scope(vault.who, Contact).filter(kind=Kind.PERSON, trashed_at=None).order_by("sort_key", "pk"))
    for place, (title, where, days, hour, length, rule) in enumerate(_EVENTS):
        day, is_all_day = today + timedelta(days=days), hour is None
        begins = datetime.combine(day, time(hour or 0), tzinfo=UTC if is_all_day else EXCHANGE_ZONE)
        ends = begins + (timedelta(days=length) if is_all_day else timedelta(minutes=length))
        said = Event(title, Words(place=where), is_all_day, begins, ends, EXCHANGE_ZONE.key, rule, remind_minutes=10)
        about = [rows[place * 2 % len(rows)]] if rows and not rule and not is_all_day else []
        events.write(vault=vault, said=said, round=Round(about), at=at)


def _follow(vault: Opened, at: datetime) -> None:
    """Workflows at several of their stages."""
    today = exchange_day(at)
    rows = list(scope(vault.who, Contact).filter(kind=Kind.PERSON, trashed_at=None).order_by("sort_key", "pk"))
    for place, (title, done, lines) in enumerate(_FLOWS if rows else ()):
        stages = tuple(SaidStage(name, "", today + timedelta(days=days), level, "") for name, days, level in lines)
        said, about = Flow(title, Audience.PRACTICE, stages), [rows[place * 3 % len(rows)]]
        made = workflows.write(vault=vault, said=said, people={"": vault.who.user_id}, contacts=about, at=at)
        for _turn in range(done):
            active = scope(vault.who, Stage).select_related("workflow").get(workflow=made, state=StageState.ACTIVE)
            workflows.end_stage(vault=vault, stage=active, at=at)
    if rows:
        workflows.keep_pattern(vault=vault, workflow=made, name="House and mortgage", start=today, at=at)


def _file(vault: Opened, at: datetime) -> None:
    """Some papers, filed."""
    rows = list(scope(vault.who, Contact).filter(kind=Kind.PERSON, trashed_at=None).order_by("sort_key", "pk"))
    for place, (name, text, folder, tags) in enumerate(_PAPERS):
        contact = rows[place * 2 % len(rows)] if rows and place else None
        file = BytesIO(text.encode())
        documents.keep(vault=vault, name=name, file=file, contact=contact, folder=folder, tags=tags, at=at)


def _win(vault: Opened, chance: random.Random, at: datetime) -> int:
    """People, firms and a trust who are no clients yet."""
    today = exchange_day(at)
    people: list[tuple[str, str, str]] = [(Kind.PERSON, first, last) for first, last in _PEOPLE]
    for place, (kind, first, name) in enumerate([*people, *((kind, "", name) for kind, name in _OTHERS)]):
        said: dict[str, Any] = {"first_name": first, "name": name, "phone": _phone(chance)}
        said |= {"email": f"prospect{place + 1}@example.org", "source": chance.choice(_SOURCES)}
        if kind == Kind.PERSON:
            said |= _person(chance, today)
        made = contacts.write(vault=vault, kind=kind, said=said, at=at - timedelta(days=place), today=today)
        if place % 5 == 4:
            state = State.OTHER if place % 2 else State.INACTIVE
            contacts.move(vault=vault, contact=made, state=state, at=at)
    return len(people) + len(_OTHERS)


def _person(chance: random.Random, today: date) -> dict[str, str]:
    occupation, employer = chance.choice(_WORK)
    worth = chance.randrange(4, 60) * 50_000
    return {
        "born_on": date(
            today.year - chance.randrange(32, 80), chance.randrange(1, 13), 1 + chance.randrange(28)
        ).isoformat(),
        "citizenship": "USA",
        "home_address": f"{chance.randrange(2, 240)} {chance.choice(_STREETS)}\n{chance.choice(_CITIES)}",
        "marital": chance.choice(("single", "married", "married", "widowed", "divorced")),
        "dependents": str(chance.randrange(4)),
        "occupation": occupation,
        "employer": employer,
        "about": chance.choice(_KNOWN),
        "source": chance.choice(_SOURCES),
        "income": f"{chance.randrange(6, 40) * 10_000}",
        "net_worth": f"{worth}",
        "liquid_net_worth": f"{worth // 2}",
        "wealth_work": "70",
        "wealth_inheritance": "30",
        "objectives": chance.choice(("growth", "income", "growth income", "preservation income")),
        "knows_stocks": chance.choice(("limited", "good", "extensive")),
        "knows_bonds": chance.choice(("none", "limited", "good")),
        "tax_country": "USA",
    }


def _phone(chance: random.Random) -> str:
    return f"+1 {chance.randrange(201, 979)} 555 {chance.randrange(100, 199):04d}"
