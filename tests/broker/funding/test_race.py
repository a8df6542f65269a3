"""Two clicks and two workers at once: neither what is available nor a limit is passed, and one key is one request."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections

from accounts.broker.feed.models import StatementFile
from accounts.broker.funding import actions
from accounts.broker.funding.checking import Asked
from accounts.broker.funding.models import FundingFile, FundingRequest
from accounts.broker.funding.rules import FundingProblem
from accounts.broker.funding.sending import send_due
from accounts.broker.holdings.models import CashBalance
from accounts.ground.access.context import acting, as_role
from tests.broker.funding.conftest import FRIDAY

AT_ONCE = 6


def all_at_once(work, things):
    """Each in a thread and on connections of its own, begun together."""
    barrier = Barrier(len(things))

    def run(thing):
        try:
            barrier.wait(30)
            return work(thing)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(things)) as pool:
        return list(pool.map(run, things))


@pytest.mark.slow
def test_six_at_once_pass_neither_the_cash_nor_the_limit_nor_one_key(own_world):
    with as_role("owner"):
        file = StatementFile.unscoped.create(
            sha256="3" * 64, name="cash", kind="flex", size=1, imported_at="2026-04-30T20:00Z"
        )
        for number, amount in (("U1000001", "1000"), ("U2000001", "9000000")):
            CashBalance.unscoped.create(
                account=own_world[number], day=date(2026, 4, 30), currency="USD", is_total=False,
                ending=Decimal(amount), settled=Decimal(amount), file=file,
            )  # fmt: skip

    def withdraw(name, number, amount, key, factor):
        with acting(own_world.users[name].pk) as who:
            asked = Asked("withdrawal", "USD", key, Decimal(amount), "CHECK")
            try:
                made = actions.withdraw(who=who, account=own_world[number], asked=asked, factor=factor, at=FRIDAY)
            except FundingProblem:
                return None
            return made.pk

    cash = all_at_once(lambda key: withdraw("ana", "U1000001", "400", key, "phone"), [uuid4() for _ in range(AT_ONCE)])
    limit = all_at_once(
        lambda key: withdraw("chidi", "U2000001", "90000", key, "text"), [uuid4() for _ in range(AT_ONCE)]
    )
    one = uuid4()
    twice = all_at_once(lambda _turn: withdraw("ana", "U1000001", "100", one, "phone"), range(AT_ONCE))

    assert sum(made is not None for made in cash) == 2  # 1,000.00 holds 400.00 twice
    assert sum(made is not None for made in limit) == 2  # 200,000 a day holds 90,000 twice
    assert len(set(twice)) == 1 and twice[0] is not None
    with as_role("owner"):
        rows = FundingRequest.unscoped.filter(account=own_world["U1000001"])
        assert sorted(rows.values_list("amount", flat=True)) == [Decimal(100), Decimal(400), Decimal(400)]
        FundingRequest.unscoped.update(status="pending")
    sent = all_at_once(lambda _turn: send_due(at=FRIDAY), range(3))
    with as_role("owner"):
        assert sum(sent) == 5 == sum(FundingFile.unscoped.values_list("rows", flat=True))
