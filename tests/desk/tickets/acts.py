"""What the two sides do with tickets, and what one looks at afterwards."""

from datetime import UTC, datetime
from uuid import uuid4

from accounts.desk.messages.models import Thread
from accounts.desk.tickets.actions import answer, open_ticket
from accounts.desk.tickets.queries import ticket
from accounts.ground.access.context import acting
from accounts.ground.outbox.models import OutboxMessage

AT = datetime(2026, 11, 19, 15, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj\n"


def opens(world, name="chidi", number="U2000001", **more):
    with acting(world.users[name].pk) as who:
        said = {"category": "fees", "subject": "Nightingale", "body": "A word", "key": uuid4(), "at": AT, **more}
        return open_ticket(who=who, account=world[number], **said)


def office_does(world, act, *, name="olga", **said):
    with acting(world.users[name].pk, alias="office") as who:
        return act(who=who, **said)


def answers(world, thread, **more):
    said = {"body": "From the office", "key": uuid4(), "at": AT, **more}
    return office_does(world, lambda who, **told: answer(who=who, thread=ticket(who, thread.pk), **told), **said)


def told():
    return {one.recipient.partition("@")[0] for one in OutboxMessage.unscoped.all()}


def state(thread):
    return Thread.unscoped.get(pk=thread.pk).state


def seen_by(browse, name, thread):
    return browse(name).get(f"/messages/{thread.pk}/").status_code
