"""What the demo firm's people and its back office ask each other: tickets in every state, and inquiries that wait."""

from datetime import datetime, timedelta
from uuid import uuid4

from accounts.desk.messages.actions import begin
from accounts.desk.messages.models import Side, Thread
from accounts.desk.tickets import actions, queries
from accounts.ground.access.context import Who, acting, as_role
from accounts.ground.people.models import Role, Seat
from accounts.ground.tree.models import Account, Kind
from portal.demo.agreements import cast_of
from portal.demo.broker import Plan
from portal.demo.settling import clients_with_sign_in


def ask_missing(firm: Plan, *, at: datetime) -> int:
    """A few tickets and questions; how many. Where there is any ticket, nothing is asked."""
    with as_role("office"):
        if Thread.unscoped.exists():
            return 0
        office = Seat.unscoped.filter(role=Role.OFFICE, is_active=True).values_list("user_id", flat=True).first()
    clients = clients_with_sign_in(firm)
    if office is None or not clients:
        return 0
    cast = cast_of(firm)
    account = cast.accounts[clients[0].number]
    master = next(one for one in cast.accounts.values() if one.kind == Kind.TOP_MASTER)
    _of_a_client(account, owner_of(account), office, at)
    _of_an_advisor(master, cast.users[master.practice_id], office, at)
    _questions(account, cast.users[account.practice_id], office, at)
    with as_role("office"):
        return Thread.unscoped.count()


def owner_of(account: Account) -> int:
    """The first user who owns an account."""
    with as_role("office"):
        users = Seat.unscoped.filter(party__rights__account=account).order_by("pk").values_list("user_id", flat=True)
        return users[0]


def _of_a_client(account: Account, owner: int, office: int, at: datetime) -> None:
    """One that waits for the client, one that is new."""
    first = _opened(
        owner,
        account,
        "statements",
        "September statement in German",
        "My tax advisor asks for the statement of September in German. Is there one?",
        at=at - timedelta(days=5),
        is_shared=True,
    )
    _worked(
        office,
        first,
        "Statements come in English and Russian. Would an annual summary in German help your tax advisor?",
        note="Third question about German statements this month.",
        at=at - timedelta(days=4),
    )
    _opened(
        owner,
        account,
        "access",
        "New telephone number",
        "I have a new telephone number from the first of the month. What do I have to do to sign in with it?",
        at=at - timedelta(hours=3),
    )


def _of_an_advisor(master: Account, advisor: int, office: int, at: datetime) -> None:
    """One that has waited for the back office too long, one that is closed."""
    old = _opened(
        advisor,
        master,
        "fees",
        "Fee payout of the last quarter",
        "The payout of the last quarter arrived a day later than usual. Was there a holiday at the bank?",
        at=at - timedelta(days=6),
    )
    with acting(office, alias="office") as who:
        actions.assign(thread=_found(who, old), to=office, at=at - timedelta(days=6))
    done = _opened(
        advisor,
        master,
        "access",
        "A second card for our office",
        "Please send us a second card: our new colleague starts on Monday.",
        at=at - timedelta(days=12),
    )
    _worked(office, done, "It is on its way.", after="closed", at=at - timedelta(days=11))


def _questions(account: Account, advisor: int, office: int, at: datetime) -> None:
    """What the back office asks a client and an advisor, and an advisor a client."""
    asked = (
        (
            Side.OWNER,
            "Your tax residence",
            "Have you moved this year? Please tell us your tax residence for this year.",
        ),
        (Side.PRACTICE, "Source of a deposit", "One deposit of this client is unusually large. What is its source?"),
    )
    for side, subject, body in asked:
        with acting(office, alias="office") as who:
            assert who is not None
            actions.ask_about(
                who=who,
                account=account,
                asks=side,
                subject=subject,
                body=body,
                key=uuid4(),
                at=at - timedelta(days=1),
                is_shared=side == Side.OWNER,
            )
    with acting(advisor) as who:
        assert who is not None
        begin(
            who=who,
            account=account,
            subject="Retirement plans",
            body="Do you still plan to retire at 63? I would adapt your plan of deposits.",
            key=uuid4(),
            at=at - timedelta(hours=20),
            needs_answer=True,
        )


def _opened(
    user: int, account: Account, category: str, subject: str, body: str, *, at: datetime, is_shared: bool = False
) -> Thread:
    with acting(user) as who:
        assert who is not None, "the demo's people have seats"
        return actions.open_ticket(
            who=who,
            account=account,
            category=category,
            subject=subject,
            body=body,
            key=uuid4(),
            at=at,
            is_shared=is_shared,
        )


def _worked(office: int, thread: Thread, body: str, *, at: datetime, after: str = "waiting", note: str = "") -> None:
    with acting(office, alias="office") as who:
        assert who is not None
        actions.answer(who=who, thread=_found(who, thread), body=body, key=uuid4(), after=after, at=at)
        if note:
            actions.note(who=who, thread=_found(who, thread), body=note, key=uuid4(), at=at)


def _found(who: Who | None, thread: Thread) -> Thread:
    assert who is not None
    return queries.ticket(who, thread.pk)
