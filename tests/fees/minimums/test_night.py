"""Allocation minimums through the night: the broker's published cases, who pays, and corrections that come late."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

import pytest

from accounts.broker.allocation.models import Allocation, AllocationShare, Block, BlockExecution
from accounts.ground.access.context import as_role, cursor
from accounts.ground.ledger.models import Transfer
from fees.borne.models import BorneCharge
from fees.borne.rules import story
from fees.headroom.queries import windows
from fees.minimums.models import MinimumChoice
from fees.proofs.words import tell
from tests.fees.posting.nights import figures
from tests.fees.posting.test_seal import tamper
from tests.fees.posting.test_trades import trade

ANA, KEN, NORTHGATE = "U1000001", "U1000002", "F100001"
DAY, NEXT = date(2025, 9, 29), date(2025, 9, 30)
AT = datetime(2025, 9, 20, 12, tzinfo=UTC)
SPACE = UUID(int=7)


def choose(nights, *, plan="tiered", payer="master", account=None, starts=DAY):
    with as_role("owner"):
        MinimumChoice.unscoped.create(
            firm=nights.world[NORTHGATE].firm, practice=nights.world[NORTHGATE].practice, starts=starts,
            account=nights.world[account] if account else None, plan="" if account else plan, payer=payer,
            chosen_at=AT, chosen_by=nights.world.users["alice"],
        )  # fmt: skip


def allocated(nights, price, commission, *, clients=(ANA, KEN), country="US", asset="STK", currency="USD", key="1"):
    """100 shares in one block, split between clients as the broker's statement says, and shared out so."""
    each = Decimal(100) / len(clients)
    master = nights.world[NORTHGATE]
    block = uuid5(SPACE, key)
    of = {"firm_id": master.firm_id, "practice_id": master.practice_id}
    for number in clients:
        trade(
            nights, DAY, number=number, key=key, quantity=str(each), price=price, commission=f"-{commission}",
            proceeds=str(-each * Decimal(price)), asset=asset, currency=currency, commission_currency=currency,
        )  # fmt: skip
    with as_role("owner"):
        Block.unscoped.create(
            pk=block, **of, account=master, symbol="AAPL", asset=asset, country=country, side="buy", traded_on=DAY,
            quantity=100, price=Decimal(price), created_at=AT,
        )  # fmt: skip
        made = Allocation.unscoped.create(
            pk=uuid5(block, "made"), **of, block_id=block, version=1, method="equal", quantity=100, minimum=0,
            digest="", made_at=AT,
        )  # fmt: skip
        for number in clients:
            account = nights.world[number]
            AllocationShare.unscoped.create(**of, allocation=made, account=account, number=number, quantity=each)
            with cursor() as cur:
                cur.execute("SELECT id FROM broker_trade WHERE account_id = %s AND key = %s", [account.pk, key])
                BlockExecution.unscoped.create(**of, block_id=block, trade_id=cur.fetchone()[0], quantity=each)
    return block


def correct(nights, commission, *, number=ANA, key="1"):
    """A later statement says another commission of the execution."""
    with as_role("owner"), cursor() as cur:
        cur.execute(
            "UPDATE broker_trade SET commission = %s WHERE account_id = %s AND key = %s",
            [-Decimal(commission), nights.world[number].pk, key],
        )


@pytest.fixture
def billed(nights):
    """Both clients are charged something, and the advisor's account has enough."""
    for number in (ANA, KEN):
        nights.agree(number, figures("ANNUALFLATFEE", flat="2.52"), starts=DAY)
        nights.values(number, "100000", DAY, date(2025, 10, 1))
    nights.cash(NORTHGATE, DAY, "5000.00")
    return nights


def decided():
    with as_role("owner"):
        rows = BorneCharge.unscoped.order_by("day", "account__number", "revision")
        return [(one.account.number, one.amount, one.payer) for one in rows.select_related("account")]


def moved(kind="borne"):
    with as_role("owner"):
        rows = Transfer.unscoped.filter(kind=kind).order_by("day", "account__number")
        return list(rows.values_list("account__number", "amount", "debit__kind", "credit__kind"))


@pytest.mark.parametrize(
    ("plan", "price", "each"),
    [
        pytest.param("tiered", "10.00", "0.25", id="P12"),
        pytest.param("fixed", "100.00", "1.00", id="P14"),
        pytest.param("fixed", "24.00", "0.60", id="P15"),
    ],
)
def test_the_published_minimums_move_from_the_advisor_to_each_client(billed, plan, price, each):
    """P12, P14 and P15: 100 shares split 50/50, where the broker charged each client the least commission."""
    choose(billed, plan=plan)
    allocated(billed, price, each)

    assert billed.night(DAY).problem == ""

    amount = Decimal(each)
    assert decided() == [(ANA, amount, "master"), (KEN, amount, "master")]
    assert moved() == [(ANA, amount, "payee", "client"), (KEN, amount, "payee", "client")]
    with as_role("owner"):
        row = BorneCharge.unscoped.get(account=billed.world[ANA])
    assert row.kind == "allocation"
    assert {name: row.worked[name] for name in ("plan", "quantity", "minimum")} == {
        "plan": plan, "quantity": "50", "minimum": each,
    }  # fmt: skip


def test_the_receipt_says_the_arithmetic_and_who_paid(billed):
    choose(billed)
    allocated(billed, "10.00", "0.25")
    billed.night(DAY)

    with as_role("owner"):
        said = " ".join(tell(one) for one in story(BorneCharge.unscoped.get(account=billed.world[ANA])))

    assert said == (
        "50 shares for 500.00 USD: 0.05 % of that, at most 0.35, is a minimum of 0.25 USD; the broker charged 0.25."
        " The advisor's account had 5,000.00 USD before it. That is at least 1,000 USD, so the advisor paid it."
    )


def test_a_tiered_allocation_of_great_value_costs_no_more_than_35_cents(billed):
    """0.05 % of 5,000.00 is 2.50; the broker charged 0.35."""
    choose(billed)
    allocated(billed, "100.00", "0.35")

    assert billed.night(DAY).problem == ""

    assert [amount for _number, amount, _payer in decided()] == [Decimal("0.35")] * 2


def test_where_the_shares_cost_more_than_the_minimum_it_was_not_asked_for(billed):
    """By the share it came to 0.26, above the 0.25: that is the client's commission."""
    choose(billed)
    allocated(billed, "10.00", "0.26")

    assert billed.night(DAY).problem == ""

    assert decided() == []


@pytest.mark.parametrize(
    "other", [{"country": "CA"}, {"country": ""}, {"asset": "OPT"}, {"currency": "CAD"}], ids=lambda one: str(one)
)
def test_only_stocks_of_the_united_states_have_one(billed, other):
    choose(billed)
    allocated(billed, "10.00", "0.25", **other)

    assert billed.night(DAY).problem == ""

    assert decided() == []


def test_by_default_and_where_the_advisor_says_so_the_client_pays_the_broker(billed):
    """Without a choice nothing moves; a client's own choice goes before that for all; neither reaches back."""
    allocated(billed, "10.00", "0.25")
    assert billed.night(DAY).problem == ""
    assert decided() == []

    choose(billed, starts=NEXT)
    assert billed.night(NEXT).problem == ""
    assert decided() == []


def test_a_clients_own_choice_goes_before_that_for_all(billed):
    choose(billed, payer="client")
    choose(billed, account=KEN)
    allocated(billed, "10.00", "0.25")

    assert billed.night(DAY).problem == ""

    assert decided() == [(KEN, Decimal("0.25"), "master")]


def test_an_exception_is_taken_back_by_an_empty_choice(billed):
    choose(billed)
    choose(billed, account=KEN, payer="client", starts=date(2025, 9, 20))
    choose(billed, account=KEN, payer="", starts=date(2025, 9, 22))
    allocated(billed, "10.00", "0.25")

    assert billed.night(DAY).problem == ""

    assert [number for number, *_rest in decided()] == [ANA, KEN]


def test_with_less_than_1000_the_client_pays_and_the_second_finds_what_the_first_left(billed):
    """1,000.20 pays 0.25 for Ana and leaves 999.95: Ken pays his own."""
    choose(billed)
    billed.cash(NORTHGATE, NEXT, "9.00")
    with as_role("owner"), cursor() as cur:
        cur.execute("UPDATE broker_cashbalance SET settled = 1000.20 WHERE day = %s", [DAY])
    allocated(billed, "10.00", "0.25")

    assert billed.night(DAY).problem == ""

    assert decided() == [(ANA, Decimal("0.25"), "master"), (KEN, Decimal("0.25"), "client")]
    assert [number for number, *_rest in moved()] == [ANA]


def test_who_pays_all_commissions_of_an_account_pays_the_minimum_once(nights):
    nights.agree(ANA, figures("ANNUALFLATFEE", flat="2.52"), starts=DAY, commissions_to_master=True)
    nights.values(ANA, "100000", DAY, NEXT)
    nights.cash(NORTHGATE, DAY, "5000.00")
    choose(nights)
    allocated(nights, "10.00", "0.25", clients=(ANA,))

    assert nights.night(DAY).problem == ""

    with as_role("owner"):
        assert list(BorneCharge.unscoped.values_list("kind", "amount")) == [("commission", Decimal("0.25"))]


def test_an_allocation_filled_in_parts_has_one_minimum(billed):
    """50 shares in two executions of 0.10 and 0.15: together they cost the minimum of 500.00."""
    choose(billed)
    block = allocated(billed, "10.00", "0.10", clients=(ANA, KEN), key="1")
    more = allocated(billed, "0.00", "0.15", clients=(ANA,), key="2")
    with as_role("owner"), cursor() as cur:
        cur.execute("UPDATE broker_blockexecution SET block_id = %s WHERE block_id = %s", [block, more])

    assert billed.night(DAY).problem == ""

    assert decided() == [(ANA, Decimal("0.25"), "master"), (KEN, Decimal("0.10"), "master")]


def test_a_lower_commission_that_comes_late_goes_back_to_the_advisor(billed):
    """0.25 was paid; the broker corrects it to 0.20: 0.05 goes back, once."""
    choose(billed)
    allocated(billed, "10.00", "0.25")
    billed.night(DAY)
    correct(billed, "0.20")

    assert billed.night(NEXT).problem == ""
    assert billed.night(date(2025, 10, 1)).problem == ""

    assert decided()[2:] == [(ANA, Decimal("-0.05"), "master")]
    assert moved("borne_back") == [(ANA, Decimal("0.05"), "client", "payee")]
    with as_role("owner"):
        said = " ".join(tell(one) for one in story(BorneCharge.unscoped.get(revision=1)))
    assert said.endswith(
        "A later statement corrected it; this is the difference."
        " The advisor had paid it, so the difference goes back to the advisor."
    )


def test_a_commission_that_turns_out_above_the_minimum_goes_back_whole(billed):
    choose(billed)
    allocated(billed, "10.00", "0.25")
    billed.night(DAY)
    correct(billed, "1.75")

    assert billed.night(NEXT).problem == ""

    assert decided()[2:] == [(ANA, Decimal("-0.25"), "master")]


def test_what_the_client_had_paid_is_not_given_to_the_advisor(billed):
    choose(billed)
    with as_role("owner"), cursor() as cur:
        cur.execute("UPDATE broker_cashbalance SET settled = 10")
    allocated(billed, "10.00", "0.25")
    billed.night(DAY)
    correct(billed, "0.20")

    assert billed.night(NEXT).problem == ""

    assert decided()[2:] == [(ANA, Decimal("-0.05"), "client")]
    assert moved("borne_back") == []


def test_a_correction_upwards_is_paid_by_whom_it_should(billed):
    choose(billed)
    allocated(billed, "10.00", "0.20")
    billed.night(DAY)
    correct(billed, "0.25")

    assert billed.night(NEXT).problem == ""

    assert decided()[2:] == [(ANA, Decimal("0.05"), "master")]


def test_an_execution_that_left_its_block_takes_the_minimum_back(billed):
    choose(billed)
    block = allocated(billed, "10.00", "0.25")
    billed.night(DAY)
    with as_role("owner"):
        BlockExecution.unscoped.filter(block_id=block, trade__account=billed.world[ANA]).update(released_at=AT)

    assert billed.night(NEXT).problem == ""

    assert decided()[2:] == [(ANA, Decimal("-0.25"), "master")]


def test_another_commission_that_comes_late_is_decided_anew_too(nights):
    nights.agree(ANA, figures("ANNUALFLATFEE", flat="2.52"), starts=DAY, commissions_to_master=True)
    nights.values(ANA, "100000", DAY, NEXT)
    nights.cash(NORTHGATE, DAY, "5000.00")
    trade(nights, DAY, key="1", commission="-2.00")
    nights.night(DAY)
    correct(nights, "1.25")

    assert nights.night(NEXT).problem == ""

    assert decided() == [(ANA, Decimal("2.00"), "master"), (ANA, Decimal("-0.75"), "master")]
    assert moved("borne_back") == [(ANA, Decimal("0.75"), "client", "payee")]


def test_neither_way_it_counts_for_the_rolling_cap(billed):
    choose(billed)
    allocated(billed, "10.00", "0.25")
    billed.night(DAY)
    correct(billed, "0.20")
    billed.night(NEXT)

    day = date(2025, 10, 1)
    with as_role("night"):
        paid = {one.paid for one in windows([billed.world[ANA].pk], day)[billed.world[ANA].pk]}
    assert paid == {Decimal("0.01")}


def test_a_night_that_is_run_again_changes_nothing(billed):
    choose(billed)
    allocated(billed, "10.00", "0.25")
    billed.night(DAY)
    before = decided(), moved()

    billed.bear(DAY)

    assert (decided(), moved()) == before


@pytest.mark.parametrize(
    ("check", "lie"),
    [
        ("every_borne_charge_moved_once", "UPDATE fees_bornecharge SET amount = amount - 1 WHERE revision = 1"),
        ("every_borne_charge_moved_once", "UPDATE fees_bornecharge SET payer = 'client' WHERE revision = 1"),
        ("allocation_minimums_come_out_again", "UPDATE fees_bornecharge SET amount = amount - 1 WHERE revision = 1"),
        (
            "allocation_minimums_come_out_again",
            """UPDATE fees_bornecharge SET worked = jsonb_set(worked, '{value}', '"1"') WHERE revision = 1""",
        ),
        (
            "movements_run_from_client_to_advisor",
            "UPDATE accounts_transfer SET debit_id = credit_id, credit_id = debit_id WHERE kind = 'borne_back'",
        ),
        (
            "broker_charges_are_paid_by_whom_they_should",
            "UPDATE fees_bornecharge SET payer = 'client' WHERE revision = 1",
        ),
    ],
)
def test_the_seal_is_refused(billed, check, lie):
    choose(billed)
    allocated(billed, "10.00", "0.25")
    billed.night(DAY)
    correct(billed, "0.20")
    billed.accrue(NEXT)
    billed.close(NEXT)
    billed.post(NEXT)
    billed.sweep(NEXT)
    billed.bear(NEXT)
    tamper(lie)

    assert check in billed.seal(NEXT).problem
