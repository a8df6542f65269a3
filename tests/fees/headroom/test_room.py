"""What a preview says of the rolling cap is what the night then does, and no level reads what the other was cut."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from accounts.broker.feed.models import FxRate
from accounts.ground.access.context import acting, as_role
from accounts.ground.ledger.models import Book, BookKind, Transfer
from accounts.ground.people.actions import create_user
from accounts.ground.people.models import Holdings, Seat, SeatAccount
from accounts.ground.tree.models import Account, Margin
from fees.headroom.models import Cut
from fees.proposals.beside import room
from tests.fees.posting.nights import figures
from tests.world import PASSWORD

CHIDI, TOP, BOTH = "U2000001", "F100001", ("F100001", "F200002")
LAST, DUE = date(2025, 9, 30), date(2025, 10, 1)
FLAT = "ANNUALFLATFEE"
GIVEN_BACK = ("reimburse", "adjustment")


def of_age(days: int, number: str = CHIDI) -> date:
    opened = DUE - timedelta(days=days)
    with as_role("owner"):
        Account.unscoped.filter(number=number).update(opened_on=opened, funded_on=opened, margin_kind=Margin.MARGIN)
    return opened


def paid(nights, payee: str, day: date, kind: str, amount: Decimal | str, currency: str = "USD") -> None:
    """A movement of the ledger between Chidi and one of the two levels."""
    account, practice = nights.world[CHIDI], nights.world[payee].practice
    with as_role("owner"):
        firm = {"firm_id": account.firm_id, "currency": currency}
        client = Book.unscoped.get_or_create(kind=BookKind.CLIENT, account=account, practice=None, **firm)[0]
        other = Book.unscoped.get_or_create(kind=BookKind.PAYEE, account=None, practice=practice, **firm)[0]
        debit, credit = (other, client) if kind in GIVEN_BACK else (client, other)
        row = Transfer(
            account=account, practice=practice, kind=kind, debit=debit, credit=credit, amount=Decimal(amount), day=day,
            **firm,
        )  # fmt: skip
        row.txn = row.pk
        row.save(force_insert=True)


def history(nights, chance: Random) -> None:
    """Fees of both levels, some in euro, some given back, over an account that was below zero on some days."""
    opened = of_age(chance.choice([1, 12, 30, 45, 200, 360, 500]))
    days = nights.days(max(opened, DUE - timedelta(days=370)), DUE)
    for day in days:
        nights.value(CHIDI, day, str(chance.randint(-4000, 20000)))
        with as_role("owner"):
            FxRate.unscoped.create(day=day, from_currency="EUR", to_currency="USD", rate=Decimal("1.0837"), file_id=0)
    for _count in range(chance.randint(0, 12)):
        kind = chance.choice(["fee", "fee", "invoice", *GIVEN_BACK])
        day = chance.choice([day for day in days if day < DUE or kind == "invoice"])
        amount, currency = Decimal(chance.randint(1, 90000)).scaleb(-2), chance.choice(["USD", "EUR"])
        paid(nights, chance.choice(BOTH), day, kind, amount, currency)


@pytest.mark.parametrize("case", range(12))
def test_the_preview_leaves_what_the_night_takes(nights, world, case):
    history(nights, Random(case))
    nights.agree(CHIDI, figures(FLAT, flat="252000"), starts=LAST, ends=DUE)
    nights.accrue(LAST)
    nights.close(LAST)
    nights.accrue(DUE)
    with acting(world.users["bob"].pk):
        told = room(nights.world[CHIDI], Decimal(1000), DUE)

    nights.post(DUE)

    charge = nights.charge(CHIDI, starts=LAST)
    assert told is not None
    assert told.charged == charge.taken


def test_the_preview_of_a_second_level_counts_what_the_first_was_paid(nights, world):
    """30 days of 10,000 allow 721.69; Northgate has had 700.00, so 21.69 are left to Bright."""
    nights.values(CHIDI, "10000", of_age(30), DUE)
    paid(nights, TOP, LAST, "fee", "700")

    with acting(world.users["bob"].pk):
        assert not Transfer.unscoped.exists()
        told = room(nights.world[CHIDI], Decimal(100), DUE)

    assert told is not None
    assert (told.left, told.charged, told.is_cut) == (Decimal("21.69"), Decimal("21.69"), True)


def test_who_does_not_see_the_account_learns_nothing_of_its_fees(nights, world):
    nights.values(CHIDI, "10000", of_age(30), DUE)
    paid(nights, TOP, LAST, "fee", "700")

    for name in ("carol", "mallory", "ana"):
        with acting(world.users[name].pk):
            assert room(nights.world[CHIDI], Decimal(100), DUE) is None


def test_a_second_level_with_fewer_accounts_reads_what_was_cut_of_its_own_fees_only(nights, world):
    """Northgate's 1,000 become 721.69 and Bright's nothing; Chidi reads both."""
    bob, account = world.seats["bob"], world[CHIDI]
    with as_role("owner"):
        world.users["bea"] = create_user(username="bea", password=PASSWORD)
        seat = Seat.unscoped.create(
            user=world.users["bea"], role=bob.role, firm_id=bob.firm_id, practice_id=bob.practice_id,
            standing="member", holdings=Holdings.CHOSEN,
        )  # fmt: skip
        SeatAccount.unscoped.create(firm_id=account.firm_id, seat=seat, account=account)
    nights.values(CHIDI, "10000", of_age(30), DUE)
    for practice in (world[TOP].practice, None):
        nights.agree(CHIDI, figures(FLAT, flat="252000"), starts=LAST, ends=DUE, practice=practice)
    nights.night(LAST)
    nights.night(DUE)

    read = {}
    for name in ("alice", "chidi", "bea"):
        with acting(world.users[name].pk):
            read[name] = set(Cut.unscoped.values_list("practice_id", "taken"))

    above, own = (world[TOP].practice.pk, Decimal("721.69")), (account.practice_id, Decimal("0.00"))
    assert read == {"alice": {above, own}, "chidi": {above, own}, "bea": {own}}
