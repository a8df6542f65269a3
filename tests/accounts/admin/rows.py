"""Rows for every list of the back office, in batches, so that two batches can be compared with one."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from accounts.ground.idempotency.models import IdempotencyKey
from accounts.ground.jobs.models import Job
from accounts.ground.notifications.actions import notify
from accounts.ground.outbox.actions import owe
from accounts.ground.people import actions as people
from accounts.ground.pinlinks import actions as pinlinks
from accounts.ground.requests.actions import ask
from accounts.ground.runs.actions import hold_account
from accounts.ground.runs.models import NightDecision, Run, RunChunk, RunStage, Seal
from accounts.ground.trail.actions import record
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Kind
from tests.books import Posting, clearing_book, client_book, post
from tests.world import PASSWORD, World

FIRST_DAY = date(2026, 3, 2)
CLIENTS = 3


def fill(world: World, *, batch: int) -> None:
    """Clients with people, rights, money and news, and one night, all of this batch."""
    day = FIRST_DAY + timedelta(days=batch)
    run, top = _night(world, day), world["F100001"]
    for place in range(CLIENTS):
        number = f"U7{batch:03}{place:03}"
        account = tree.create_account(
            parent=top,
            kind=Kind.CLIENT,
            number=number,
            title=f"Batch {number}",
            base_currency="USD",
            day=day,
        )
        party = people.create_party(practice=account.practice, legal_name=f"Person {number}")
        people.give_right(party=party, account=account)
        answers = {"birth_town": "Springfield", "first_school": "St. Mary's"}
        pinlinks.verify(party=party, mobile="+12025550143", answers=answers, at=datetime(2026, 3, 2, tzinfo=UTC))
        user = people.create_user(username=f"user{number}", password=PASSWORD, party=party)
        people.seat_client(user=user, party=party)
        _money(account, day)
        _news(account, user, day, number)
    Seal.unscoped.create(firm=top.firm, day=day, run=run, digest=f"{batch:064}", billable=3, billed=2, zero=0, held=1)


def _night(world: World, day: date) -> Run:
    run = Run.unscoped.create(day=day, state="done")
    stage = RunStage.unscoped.create(run=run, ordinal=1, name="accrue", state="done", rows=3)
    RunChunk.unscoped.create(stage=stage, lo=0, hi=2**40, state="done", rows=3)
    at = datetime(2026, 3, 3, 2, tzinfo=UTC)
    for place in range(CLIENTS):
        NightDecision.unscoped.create(day=day, night=day, kind="pause", reason=f"Look {place}", user_id=0, at=at)
    return run


def _money(account, day: date) -> None:
    debit = client_book(firm_id=account.firm_id, account_id=account.pk, currency="USD")
    credit = clearing_book(firm_id=account.firm_id, currency="USD")
    post(
        Posting(
            kind="fee",
            debit=debit,
            credit=credit,
            amount=Decimal("12.34"),
            day=day,
            source=uuid.uuid4(),
            account_id=account.pk,
            practice_id=account.practice_id,
        )
    )


def _news(account, user, day: date, number: str) -> None:
    hold_account(account=account, day=day, stage="accrue", reason="no_nav", detail="", title="No value has arrived")
    ask(account=account, kind="application", title=f"Waits {number}", natural_key=number, day=day)
    notify(account=account, kind="message", title=f"News {number}", natural_key=number, day=day)
    record(account=account, kind="deposit", title=f"Deposit {number}", day=day)
    owe(channel="mail", recipient="ana@example.com", subject=number, body="", natural_key=number)
    Job.unscoped.create(user_id=user.pk, kind=f"export {number}")
    IdempotencyKey.unscoped.create(user_id=user.pk, key=number, route="/api/", fingerprint="0" * 64)
