"""Client applications of the demo firm, one in each state: sent, begun, signed, with a paper sent back, given up, and
one that the practice fills in itself."""

from collections.abc import Iterable
from datetime import datetime
from secrets import token_urlsafe

from django.conf import settings
from django.db import transaction

from accounts.desk.applying import actions, behind
from accounts.desk.applying.actions import Wish
from accounts.desk.applying.behind import Behind
from accounts.desk.applying.models import Application, ApplicationTask
from accounts.desk.approving import actions as office
from accounts.desk.filling import actions as filling
from accounts.ground.access.context import acting, as_role
from accounts.ground.signatures.rules import Hand
from accounts.ground.tree.models import Account, Kind
from portal.demo.agreements import cast_of
from portal.demo.broker import Plan
from portal.lib.exchange import exchange_day

SENT, OPENED, STARTED, SIGNED, SENT_BACK, CANCELLED = "sent", "opened", "started", "signed", "sent_back", "cancelled"
# Who was invited to what, and how far it has come.
_INVITED = (
    ("Amélie Fournier", "individual", SENT),
    ("Tomás Herrera", "individual", OPENED),
    ("Ingrid Sørensen", "individual", STARTED),
    ("Nikhil Rao", "individual", SIGNED),
    ("Beatriz Nóbrega", "individual", SENT_BACK),
    ("Harold Whitcombe", "individual", CANCELLED),
)
_ON_PAPER = ("Aoife Brennan", "individual", "abrennan")
_ANSWERS = {
    "person": {"born_on": "1979-04-12", "phone": "+1 207 555 0117"},
    "home": {
        "street": "12 Alder Lane",
        "city": "Portland",
        "region": "ME",
        "postcode": "04101",
        "country": "USA",
        "citizenship": "USA",
        "tax_country": "USA",
        "tax_number": "123-45-6789",
    },
    "means": {
        "employment": "employed",
        "employer": "Brightline Studio",
        "occupation": "Architect",
        "income": "140000",
        "net_worth": "1100000",
        "liquid_worth": "420000",
        "source": "work",
        "objective": "growth",
        "experience": "6",
    },
    "account": {"base_currency": "USD", "margin": "cash", "funding": "wire"},
}
REASON = "The copy is cut off at the edge; please send the whole page."


def invite_missing(firm: Plan, *, at: datetime) -> int:
    """A few applications; how many. Where there is any, nothing is begun."""
    with as_role("office"):
        if Application.unscoped.exists():
            return 0
    cast = cast_of(firm)
    master = next(one for one in cast.accounts.values() if one.kind == Kind.TOP_MASTER)
    advisor = cast.users[master.practice_id]
    for name, kind, state in _INVITED:
        _bring_to(state, _invited(advisor, master, name, kind, at), advisor, at)
    name, kind, username = _ON_PAPER
    with acting(advisor) as who:
        assert who is not None, "the top level's own user"
        wish = _wish(name, kind)
        filling.begin(who=who, parent=master, wish=wish, username=username, at=at, day=exchange_day(at))
    return len(_INVITED) + 1


def _wish(name: str, kind: str) -> Wish:
    first, _space, last = name.partition(" ")
    return Wish(
        name=name,
        email=f"{last.lower()}@example.org".encode("ascii", "ignore").decode(),
        kind=kind,
        country="USA",
        tax_country="USA",
        base_currency="USD",
        title=f"{last}, {first}",
    )


def _invited(advisor: int, master: Account, name: str, kind: str, at: datetime) -> Application:
    with acting(advisor) as who:
        assert who is not None, "the top level's own user"
        return actions.invite(
            who=who, parent=master, wish=_wish(name, kind), site=settings.PUBLIC_URL, at=at, day=exchange_day(at)
        )


def _bring_to(state: str, application: Application, advisor: int, at: datetime) -> None:
    """Do what the client, the practice and the back office would have done by now."""
    if state == SENT:
        return
    if state == CANCELLED:
        with acting(advisor):
            actions.cancel(application=application)
        return
    with acting(advisor):
        secret = _own_link(application)
    with as_role("default"), transaction.atomic(using="default"):
        opened = behind.open_link(secret=secret, at=at)
        if state == STARTED:
            _answer(opened, opened.steps[:2], at)
        elif state in (SIGNED, SENT_BACK):
            _answer(opened, opened.steps, at)
            again, day = behind.open_link(secret=secret, at=at), exchange_day(at)
            hand = Hand(name=application.name)
            behind.sign(behind=again, hand=hand, seen=behind.seen_of(again, day), at=at, day=day)
    if state == SENT_BACK:
        _send_back(application, at)


def _answer(opened: Behind, steps: Iterable[type[behind.StepForm]], at: datetime) -> None:
    """Answer these pages as somebody of that name would."""
    first, _space, last = opened.name.partition(" ")
    now = opened
    for step in steps:
        said = {**_ANSWERS[step.slug], **({"first_name": first, "last_name": last} if step.slug == "person" else {})}
        form = step(said, kind=now.kind, day=exchange_day(at), answers=now.answers)
        assert form.is_valid(), form.errors.as_json()
        behind.save(behind=now, form=form, at=at)
        now = behind.open_link(secret=now.secret, at=at)


def _send_back(application: Application, at: datetime) -> None:
    """A paper was handed in, and the back office wants a better one."""
    with as_role("office"), transaction.atomic(using="office"):
        tasks = ApplicationTask.unscoped.filter(application=application, takes_file=True).order_by("place")
        task = tasks.select_related("application", "account").first()
        if task is not None:
            office.reject(task=task, reason=REASON, day=exchange_day(at))


def _own_link(application: Application) -> str:
    """A link whose secret is known here: that of the mail is told to nobody but its reader."""
    secret = token_urlsafe(32)
    rows = Application.unscoped.filter(pk=application.pk)
    rows.update(link_hash=actions.hash_of(secret), past_hashes=[*application.past_hashes, application.link_hash])
    return secret
