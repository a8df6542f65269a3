"""What the demo firm's clients agree to: every method, nothing the rules would refuse."""

import re
from collections import Counter
from datetime import date, timedelta

from fees.engine.registry import BY_NAME, METHODS
from fees.schedules.rules import Signature, problems
from portal.demo import firm
from portal.demo.agreements import agreements
from portal.demo.broker import plan
from portal.demo.invoices import limit_of

SINCE = date(2025, 10, 20)


def test_every_method_and_strategy_occurs_and_every_schedule_may_be_agreed():
    methods, strategies = Counter(), Counter()
    for account in plan(20, since=SINCE).holders():
        for one in agreements(account, SINCE):
            strategies[one.strategy] += 1
            methods.update(component.method for component in one.components)
            signed_on = one.starts - timedelta(days=2)
            signature = Signature(name="A", at=None, document_hash="0" * 64)
            found = problems(
                strategy=one.strategy,
                components=one.components,
                starts=one.starts,
                ends=None,
                signature=signature,
                signed_on=signed_on,
                billed_through=None,
                funded_on=account.funded_on,
            )
            assert found == []

    assert set(strategies) == {"automatic", "direct", "none"}
    wanted = {
        code for code, method in METHODS.items() if method.name not in ("BLENDEDPERCENTOFEQUITY", "ANNUALFLATFEE")
    }
    assert wanted <= set(methods)


def test_some_clients_below_a_second_level_pay_two_advisors_and_some_rates_rise():
    found = [agreements(account, SINCE) for account in plan(20, since=SINCE).holders()]

    assert any({one.payee for one in several} == {"own", "top"} for several in found)
    assert any(len([one for one in several if one.payee == "own"]) == 2 for several in found)


def test_no_schedule_begins_before_its_account_is_funded():
    for account in plan(20, since=SINCE).holders():
        assert all(one.starts >= max(SINCE, account.funded_on) for one in agreements(account, SINCE))


def test_a_trading_groups_desks_have_none():
    subs = [account for account in plan(20, since=SINCE).holders() if account.kind == "stl_sub"]

    assert subs
    assert all(agreements(account, SINCE) == [] for account in subs)


def test_the_runbooks_example_of_a_fee_is_one_of_the_demo_firm(checkout):
    words = (checkout / "docs" / "runbook.md").read_text()
    number, method = re.search(r"manage\.py explain (U\d+):(\w+):", words).groups()
    since = date(2025, 10, 21)
    account = next(one for one in plan(firm.SEED, 200, since=since, firm=firm.NAME) if one.number == number)

    agreed = [component.method for one in agreements(account, since) for component in one.components]

    assert BY_NAME[method].code in agreed


def test_some_clients_have_signed_a_limit_for_invoices_of_every_kind_but_one():
    found = [limit_of(account, SINCE) for account in plan(200, since=SINCE).holders()]
    limits = [one for one in found if one]

    assert 20 <= len(limits) <= len(found) // 4
    assert {one.kind.name for one in limits} == {"MONTHLY", "QUARTERLY", "MONTH_END"}
    assert all(one.starts >= SINCE for one in limits)
