"""Mailboxes of the demo firm's top level, one in each state that a request or a mailbox can have."""

from datetime import datetime, timedelta
from uuid import uuid4

from accounts.desk.mailboxes.actions import Wish, advance, cancel, request, review
from accounts.desk.mailboxes.models import Mailbox
from accounts.desk.mailboxes.rules import State
from accounts.ground.access.context import acting, as_role
from accounts.ground.people.models import Role, Seat
from accounts.ground.tree.models import Kind
from portal.demo.agreements import cast_of
from portal.demo.broker import Plan
from portal.lib.exchange import exchange_day

DOMAIN = "northgate.example.com"
MADE = (State.PROVISIONING, State.AWAITING_MX, State.ACTIVE)
# Who, with an archive or without, how many days ago, how many steps it has gone, and how it has ended, if it has.
ASKED = (
    ("office", "Northgate Advisors", True, 75, 3, None),
    ("clients", "Client service", False, 9, 2, None),
    ("reports", "Quarterly reports", False, 3, 1, None),
    ("invoices", "Northgate invoices", False, 0, 0, None),
    ("autumn-talks", "Northgate autumn talks", False, 60, 3, State.CANCELLED),
    ("trust.desk", "Northgate trust desk", False, 20, 0, State.REJECTED),
)
REFUSED = "The provider makes no addresses with a full stop on this domain yet; ask for one without it."


def ask_missing(firm: Plan, *, at: datetime) -> int:
    """Ask for them and move them on; how many. Where there is a mailbox already, nothing is asked for."""
    with as_role("office"):
        if Mailbox.unscoped.exists():
            return 0
        office = Seat.unscoped.filter(role=Role.OFFICE, is_active=True).values_list("user_id", flat=True).first()
    cast = cast_of(firm)
    top = next(one for one in cast.accounts.values() if one.kind == Kind.TOP_MASTER)
    if office is None:
        return 0
    for local, name, archive, days, steps, ended in ASKED:
        then = at - timedelta(days=days)
        wishes = [Wish(f"{local}@{DOMAIN}", name, archive)]
        with acting(cast.users[top.practice_id]) as who:
            if who is None:
                return 0
            total = review(who, wishes, exchange_day(then))[0].total
            made = request(who=who, wishes=wishes, accepts=True, total=total, batch=uuid4(), at=then)[0]
        with acting(office, alias="office") as staff:
            if staff is None:
                return 0
            for state in MADE[:steps]:
                advance(who=staff, mailbox=made, to=state, at=then)
            if ended == State.REJECTED:
                advance(who=staff, mailbox=made, to=ended, at=then, reason=REFUSED)
        if ended == State.CANCELLED:
            with acting(cast.users[top.practice_id]) as who:
                if who is not None:
                    cancel(who=who, mailbox=made, at=then + timedelta(days=30))
    return len(ASKED)
