"""What lies on the desk of the demo firm's client book, so that no page of it is empty: groups, own fields, who is in
it twice, what was done to several, files of contacts, a mail to several, templates, and a little in the trash."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.ground.access.scope import scope
from crm.changes import actions as changes
from crm.contacts import actions as contacts
from crm.contacts import importing, waiting
from crm.contacts.filters import book
from crm.contacts.importing import Plan
from crm.contacts.models import Contact, Kind
from crm.custom import actions as custom
from crm.custom.models import Form
from crm.groups import actions as groups
from crm.imports.contacts import read
from crm.mailings import actions as mailings
from crm.mailings.rules import letter_of
from crm.vault.sealed import Opened
from crm.workflows import actions as workflows
from crm.workflows.models import Audience, Stage, StageState
from crm.workflows.rules import Said as Flow
from crm.workflows.rules import SaidStage
from portal.lib.exchange import exchange_day

_MAIL = UUID("5f0d6e5e-2f0a-4a0e-9a52-6a4d8f1c7b10")
_FIELDS = (
    ("Boat", Form.TEXT, "", ""),
    ("Newsletter", Form.YES_NO, "", "yes"),
    ("Reviewed each", Form.CHOICE, "quarter\nhalf-year\nyear", "year"),
)
_WON = (
    "First name,Last name,Email,Phone,Source\n"
    "Rosa,Lindqvist,rosa.lindqvist@example.org,+1 207 555 0161,Evening on retirement at the library\n"
    "Emil,Castellan,emil.castellan@example.org,+1 401 555 0138,Recommended by a client\n"
)
_WAITS = (
    "First name,Last name,Email,Phone,Employer\n"
    "Rosa,Lindqvist,rosa.lindqvist@example.org,+1 207 555 0190,Harbour Street Dental LLC\n"
    "Yusuf,Demir,yusuf.demir@example.org,+1 860 555 0114,Caldera Robotics Inc.\n"
    "Greta,,greta@example.org,,\n"
)
_LETTER = (
    "Our hours in December, {{first_name}}",
    "Dear {{first_name}} {{last_name}},\n\nbetween Christmas and New Year we answer mail within a day and the telephone"
    " from nine to twelve.\n\nWith kind regards",
)
# Stages with the days after today on which they are due; how many are done; every one of the last is.
_FLOWS: tuple[tuple[str, int, tuple[tuple[str, int, int], ...]], ...] = (
    ("New client", 1, (("Identity", -1, 1), ("Risk profile", 3, 2), ("Agreement", 6, 1), ("First funding", 20, 2))),
    ("Annual review", 2, (("Ask for changes in life", -12, 2), ("Figures of the year", -3, 2), ("Meeting", 4, 1))),
    ("Estate of a client", 0, (("Death certificate", 2, 1), ("Letters of the court", 30, 2), ("Transfer", 60, 2))),
    ("Move of an account", 2, (("Form for the other broker", -9, 1), ("Positions arrived", -2, 2))),
)


def lay_out(vault: Opened, at: datetime) -> None:
    """All of it, once, in a book that is filled already."""
    today = exchange_day(at)
    for label, form, choices, default in _FIELDS:
        custom.create(vault=vault, label=label, form=form, choices=choices, default=default, at=at, today=today)
    people = list(book(vault).filter(kind=Kind.PERSON).order_by("sort_key", "pk")[:24])
    _group(vault, people, at)
    _import(vault, at)
    _follow(vault, people, at)
    contacts.write(vault=vault, kind=Kind.PERSON, said=_twin(people), at=at, today=today)
    some = book(vault).filter(pk__in=[one.pk for one in people[:5]])
    changes.give(vault=vault, contacts=some, owner=None, at=at)
    mailings.send(
        vault=vault, key=_MAIL, contacts=book(vault).filter(state="prospect"), letter=letter_of(*_LETTER), at=at
    )
    gone = contacts.write(
        vault=vault, kind=Kind.COMPANY, said={"name": "Fairs & Sons (closed)"}, at=at - timedelta(days=9), today=today
    )
    # When something was thrown away is not told anew: by the clock, not by the hour at which the demo began.
    contacts.throw_away(vault=vault, contact=gone, at=timezone.now())


def _twin(people: list[Contact]) -> dict[str, str]:
    """Somebody who was written down twice, with a slip of the pen."""
    first = next((one for one in people if one.party_id is None), None)
    if first is None:
        return {"first_name": "Jurgen", "name": "Muller"}
    return {"first_name": first.first_name, "name": first.name, "phone": first.phone}


def _group(vault: Opened, people: list[Contact], at: datetime) -> None:
    sailing = groups.create(vault=vault, name="Sailing club", is_private=False, at=at)
    groups.add(vault=vault, group=sailing, contacts=[one.pk for one in people[::3]], at=at)
    talks = groups.create(vault=vault, name="Hard talks ahead", is_private=True, at=at)
    groups.add(vault=vault, group=talks, contacts=[one.pk for one in people[1:4]], at=at)
    groups.create(vault=vault, name="Prospects", is_private=False, at=at, query="state=prospect")


def _import(vault: Opened, at: datetime) -> None:
    """One file that was taken, and one that waits for somebody to look at it."""
    taken = waiting.lay_down(vault=vault, name="Evening on retirement.csv", file=read(_WON.encode()), at=at)
    importing.take(vault=vault, intake=taken, plan=Plan(), at=at, today=exchange_day(at))
    waiting.lay_down(vault=vault, name="Accountant's list.csv", file=read(_WAITS.encode()), at=at)


def _follow(vault: Opened, people: list[Contact], at: datetime) -> None:
    """More cards on the board, at different stages and priorities, and one that is closed."""
    today = exchange_day(at)
    for place, (title, done, lines) in enumerate(_FLOWS if people else ()):
        stages = tuple(SaidStage(name, "", today + timedelta(days=days), level, "") for name, days, level in lines)
        said, about = Flow(title, Audience.PRACTICE, stages), [people[(place * 5 + 2) % len(people)]]
        made = workflows.write(vault=vault, said=said, people={"": vault.who.user_id}, contacts=about, at=at)
        for _turn in range(done):
            active = scope(vault.who, Stage).select_related("workflow").get(workflow=made, state=StageState.ACTIVE)
            workflows.end_stage(vault=vault, stage=active, at=at)
        if title == "New client":
            name = "New client, four stages"
            workflows.keep_pattern(vault=vault, workflow=made, name=name, start=today, at=at)
