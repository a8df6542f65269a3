"""The rolling cap at posting: what the window has left is taken, the rest is not, and the proof says so."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.ground.access.context import acting, as_role
from accounts.ground.ledger.models import Transfer
from accounts.ground.notifications.models import Notification
from accounts.ground.tree.models import Account, Margin
from fees.billing.queries import exceptions
from fees.billing.rules import Month
from fees.headroom.models import Cut
from fees.headroom.queries import windows
from fees.posting.models import Charge, ChargeState
from fees.proofs.queries import proof
from fees.proofs.words import tell
from fees.reimbursements.models import Reimbursement
from tests.fees.posting.nights import figures
from tests.fees.posting.test_seal import tamper

ANA, CHIDI, TOP = "U1000001", "U2000001", "F100001"
OPENED, FRIDAY, LAST, DUE = date(2025, 9, 1), date(2025, 9, 26), date(2025, 9, 30), date(2025, 10, 1)
FLAT = "ANNUALFLATFEE"


@pytest.fixture
def young(nights):
    """Ana on 1 October is 30 days old with 10,000, and has paid 50 in them: P08."""
    with as_role("owner"):
        Account.unscoped.filter(number=ANA).update(opened_on=OPENED, funded_on=OPENED, margin_kind=Margin.MARGIN)
    nights.agree(ANA, figures(FLAT, flat="12600"), starts=FRIDAY, ends=FRIDAY + timedelta(days=1))
    nights.values(ANA, "10000", OPENED, DUE)
    for day in nights.days(FRIDAY, date(2025, 9, 29)):
        nights.night(day)
    return nights


def fee(nights, flat="252000", *, practice=None, day=LAST):
    """A fee of one day: 252,000 a year is 1,000."""
    nights.agree(ANA, figures(FLAT, flat=flat), starts=day, ends=day + timedelta(days=1), practice=practice)


def reimburse(nights, day, amount):
    """What the advisor sent before the cut-off of `day`."""
    account = nights.world[ANA]
    with as_role("owner"):
        Reimbursement.unscoped.create(
            firm_id=account.firm_id, account=account, practice_id=account.practice_id, amount=Decimal(amount),
            currency="USD", business_day=day, submitted_at=datetime(2025, 10, 1, 12, tzinfo=UTC),
            submitted_by=nights.world.users["alice"],
        )  # fmt: skip


def story(nights, **where):
    with as_role("owner"):
        return " ".join(tell(one) for one in proof(nights.charge(ANA, **where)).story)


def test_p08_a_fee_of_a_thousand_is_trimmed_to_671_69(young):
    fee(young)
    young.night(LAST)

    sealed = young.night(DUE)

    charge = young.charge(ANA, starts=LAST)
    assert (charge.amount, charge.taken, charge.forgone) == (Decimal("1000.00"), Decimal("671.69"), Decimal("328.31"))
    assert (charge.state, charge.reason, charge.posted_on) == (ChargeState.POSTED, "fee_cap", DUE)
    assert Transfer.unscoped.get(source=charge.pk).amount == Decimal("671.69")
    assert Cut.unscoped.get().windows == "30 10000.00000000 721.68783649 50.00000000 671.69000000"
    assert sealed.problem == ""
    told = story(young, starts=LAST)
    assert "All fees of 30 days may come to 7.2 % of the account's average value of 10,000.00" in told
    assert "which is 721.69. Of that 671.69 was left." in told
    assert "So 671.69 USD of the fee is charged; the other 328.31 USD is not, now or later." in told


def test_p09_the_share_of_each_of_the_twelve_windows(nights):
    """Of a value of 100 all year the windows allow as many units as the published percentages."""
    nights.values(ANA, "100", LAST - timedelta(days=360), LAST)

    with as_role("night"):
        seen = windows([nights.world[ANA].pk], LAST)[nights.world[ANA].pk]

    assert [one.days for one in seen] == list(range(30, 361, 30))
    published = "7.2 10.2 12.5 14.4 16.1 17.7 19.1 20.4 21.7 22.8 23.9 25.0"
    assert [f"{one.allowed:.1f}" for one in seen] == published.split()


def test_what_the_cap_leaves_whole_has_no_cut(young):
    fee(young, "169260")
    young.night(LAST)

    assert young.night(DUE).problem == ""

    # 671.666…, half up 671.67, is within 671.69.
    charge = young.charge(ANA, starts=LAST)
    assert (charge.taken, charge.forgone, charge.reason) == (Decimal("671.67"), None, "")
    assert not Cut.unscoped.exists()


def test_nothing_is_charged_while_nothing_is_left_and_the_advisor_is_told(young):
    fee(young)
    young.night(LAST)
    young.night(DUE)
    fee_day = date(2025, 10, 2)
    young.value(ANA, fee_day, "10000")
    fee(young, "2520", day=fee_day)
    young.night(fee_day)
    young.value(ANA, date(2025, 10, 3), "10000")
    assert young.night(date(2025, 10, 3)).problem == ""

    charge = young.charge(ANA, starts=fee_day)
    assert (charge.state, charge.reason, charge.taken) == (ChargeState.WRITTEN_OFF, "fee_cap", Decimal("0.00"))
    assert not Transfer.unscoped.filter(source=charge.pk).exists()
    news = Notification.unscoped.get(natural_key=f"written off {charge.pk}")
    assert "10.00 USD" in news.body
    assert news.title == "Nothing of a fee was charged: the rolling cap on all fees left no room for it"
    with acting(young.world.users["alice"].pk) as who:
        found = exceptions(who, Month(date(2025, 10, 1)), date(2025, 10, 3))
    assert [one.code for one in found if one.account_id == charge.account_id] == ["over_cap"]
    assert "So nothing of the fee of 10.00 USD is charged" in story(young, starts=fee_day)


def test_two_payees_share_one_cap_in_the_order_of_their_fees(nights, world):
    """Both levels count: the first in order takes 500 of 671.69 and the second what is left."""
    with as_role("owner"):
        Account.unscoped.filter(number=CHIDI).update(opened_on=OPENED, funded_on=OPENED, margin_kind=Margin.MARGIN)
    for practice in (world[TOP].practice, None):
        nights.agree(CHIDI, figures(FLAT, flat="126000"), starts=LAST, practice=practice)
    nights.values(CHIDI, "10000", OPENED, DUE)
    nights.night(LAST)

    assert nights.night(DUE).problem == ""

    # Nothing was paid before: 721.69 less the first 500.
    taken = {one.practice_id: one.taken for one in Charge.unscoped.filter(account__number=CHIDI, starts=LAST)}
    assert taken == {world[TOP].practice.pk: Decimal("500.00"), world[CHIDI].practice_id: Decimal("221.69")}


def test_what_came_back_raises_the_cap_from_the_next_day(young):
    """Of the 1,000 only 671.69 go through; after 300 are given back a fee of 290 does, and without that nothing would.

    On 3 October the window of 30 days holds the 50 and the 671.69: 721.69 of 721.69.
    """
    fee(young)
    young.night(LAST)
    young.value(ANA, date(2025, 10, 2), "10000")
    young.value(ANA, date(2025, 10, 3), "10000")
    fee(young, "73080", day=date(2025, 10, 2))
    young.night(DUE)
    reimburse(young, date(2025, 10, 2), "300.00")
    young.night(date(2025, 10, 2))

    assert young.night(date(2025, 10, 3)).problem == ""

    assert young.charge(ANA, starts=date(2025, 10, 2)).taken == Decimal("290.00")


def test_a_cut_fee_is_given_back_only_as_far_as_it_was_taken(young):
    """The fee of 1,000 became 671.69; that it should have been nothing gives back 671.69 and not 1,000."""
    fee(young)
    young.night(LAST)
    young.night(DUE)
    with as_role("owner"):
        Account.unscoped.filter(number=ANA).update(closed_on=LAST, status="C")

    young.nights(date(2025, 10, 2), date(2025, 10, 3))

    taken = list(Charge.unscoped.filter(starts=LAST).order_by("revision").values_list("amount", "forgone"))
    assert taken == [(Decimal("1000.00"), Decimal("328.31")), (Decimal("-1000.00"), Decimal("-328.31"))]


def due(revision: int, amount: str, day: date) -> None:
    """An adjustment of the fee of 30 September that is due on `day`."""
    with as_role("owner"):
        row = Charge.unscoped.get(starts=LAST, revision=0)
        row.pk, row.revision, row.amount, row.exact = uuid4(), revision, Decimal(amount), Decimal(amount)
        row.state, row.forgone, row.reason, row.posted_on, row.due_on = "due", None, "", None, day
        row.save(force_insert=True)


def corrected(nights, revision: int, amount: str, day: date) -> Charge:
    """The same, posted."""
    due(revision, amount, day)
    nights.post(day)
    return nights.charge(ANA, starts=LAST, revision=revision)


def test_what_the_cap_dropped_stays_dropped_when_the_fee_goes_down_and_up_again(young):
    """671.69 of 1,000 were taken. 700 would still cost that; 1,000 again too."""
    fee(young)
    young.night(LAST)
    young.night(DUE)
    second, third = date(2025, 10, 2), date(2025, 10, 3)

    down, up = corrected(young, 1, "-300", second), corrected(young, 2, "300", third)

    assert (down.taken, down.reason) == (0, "not_taken")
    assert (up.taken, up.reason, up.state) == (0, "not_taken", "written_off")
    assert sum(one.taken for one in Charge.unscoped.filter(starts=LAST)) == Decimal("671.69")


def test_two_corrections_that_are_due_in_one_night_are_sealed(young):
    """Of 1,000 the cap dropped 328.31.  300 down gives nothing back; 200 up again waits a night and takes nothing."""
    fee(young)
    young.night(LAST)
    young.night(DUE)
    second, third = date(2025, 10, 2), date(2025, 10, 3)
    young.values(ANA, "10000", second, third)
    due(1, "-300", second)
    due(2, "200", second)

    assert young.night(second).problem == ""
    assert young.charge(ANA, starts=LAST, revision=2).reason == "earlier"
    assert young.night(third).problem == ""

    up = young.charge(ANA, starts=LAST, revision=2)
    assert (up.taken, up.set_off, up.reason, up.state) == (0, Decimal("200.00"), "not_taken", "written_off")


def test_the_proof_tells_what_was_set_off_and_then_what_the_cap_left(young):
    """300 down gave nothing back; of 900 up 300 are set off, and the cap decides on the other 600."""
    fee(young)
    young.night(LAST)
    young.night(DUE)
    corrected(young, 1, "-300", date(2025, 10, 2))

    up = corrected(young, 2, "900", date(2025, 10, 3))

    assert (up.set_off, up.reason) == (Decimal("300.00"), "fee_cap")
    told = story(young, starts=LAST, revision=2)
    assert "300.00 USD of the difference is not charged, 600.00 USD is." in told
    assert f"the other {600 - up.taken:,.2f} USD is not" in told or "nothing of the fee of 600.00 USD" in told


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE fees_cut SET taken = taken - 1; UPDATE fees_charge SET forgone = forgone + 1 WHERE reason = 'fee_cap';"
        " UPDATE accounts_transfer SET amount = amount - 1 WHERE amount = 671.69",
        "UPDATE fees_cut SET windows = windows || ' '",
        "DELETE FROM fees_cut",
        "UPDATE broker_navdaily SET nlv = nlv / 2",
    ],
)
def test_the_seal_is_refused_where_the_cap_was_not_kept(young, lie):
    fee(young)
    young.night(LAST)
    young.accrue(DUE)
    young.close(DUE)
    young.post(DUE)
    young.sweep(DUE)
    tamper(lie)

    assert "fees_keep_below_the_cap" in young.seal(DUE).problem
