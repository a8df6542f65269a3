"""Agreeing a fee and moving the account at the same moment: one waits for the other, and neither is broken off."""

import time
from datetime import UTC, date, datetime

from accounts.ground.access.context import acting, as_role
from accounts.ground.access.scope import scope
from accounts.ground.linkage import actions as links
from accounts.ground.tree.models import Account
from fees.schedules import actions as schedules
from fees.schedules.models import Schedule
from fees.schedules.rules import Signature
from portal.structure.moves import carry_out_due
from tests.fees.invoicing.conftest import CHIDI, NEW_YORK
from tests.fees.posting.nights import DOCUMENT, figures
from tests.night.crash import end, start

THURSDAY = datetime(2026, 11, 19, 10, 0, tzinfo=NEW_YORK)
MOVED = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
LAKESIDE = {"master": "F200003", "title": "Lakeside LLC"}


def agree_slowly(world, mark) -> None:
    """A worker that holds the agreement's lock and only then writes; the mark says that it holds it."""
    lock = schedules.one_at_a_time

    def slowly(what: str) -> None:
        lock(what)
        mark.write_text("held")
        time.sleep(2)

    schedules.one_at_a_time = slowly
    with as_role("owner"):
        account = Account.unscoped.get(number=CHIDI, moved_on=None)
        schedules.agree(
            account=account,
            practice=account.practice,
            strategy="automatic",
            components=[figures("ANNUALFLATFEE", flat="252")],
            starts=date(2026, 11, 25),
            signature=Signature(name="C", at=datetime(2026, 11, 18, tzinfo=UTC), document_hash=DOCUMENT),
            by=None,
            at=datetime(2026, 11, 18, tzinfo=UTC),
        )


def test_a_move_waits_for_an_agreement_and_ends_it(own_world, tmp_path):
    world = own_world
    with as_role("owner"):
        Account.unscoped.filter(kind="client").update(customer_type="Individual")
    with acting(world.users["chidi"].pk) as who:
        asked = links.ask(who=who, account=scope(who, Account).get(number=CHIDI), **LAKESIDE, at=THURSDAY)
    with acting(world.users["carol"].pk):
        links.decide(link=asked, accept=True, by=world.users["carol"].pk, at=THURSDAY)
    mark = tmp_path / "mark"

    child = start(lambda: agree_slowly(world, mark))
    deadline = time.monotonic() + 30
    while not mark.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    counts = carry_out_due(at=MOVED)

    assert end(child) == 0, "the agreement was broken off"
    assert counts == {"done": 1, "failed": 0}
    with as_role("owner"):
        [agreed] = Schedule.unscoped.filter(account__number=CHIDI)
        assert agreed.ends is not None, "what was agreed with the former advisor has ended"
