"""A client of a second-level advisor pays both levels: collected under the top master, swept to each at the end of the
day, named by type on what the client reads, and each second level sees its own part only.

EOM on 250,000 and the 21 days of September 2025: 1 % is 208.33 for Bright, 0.1 % is 20.83 (20.8333...) for Northgate.
"""

from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse

from accounts.broker.transmit.models import Instruction
from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from fees.posting.models import Charge
from tests.fees.posting.nights import figures

CHIDI = "U2000001"
LAST, DUE = date(2025, 9, 30), date(2025, 10, 1)


@pytest.fixture
def both(nights, world):
    for master, rate in (("F200002", "0.01"), ("F100001", "0.001")):
        nights.agree(CHIDI, figures("PERCENTOFEQUITY_EOM", rate=rate), starts=date(2025, 9, 1),
                     practice=world[master].practice)  # fmt: skip
    nights.value(CHIDI, LAST, "250000")
    assert nights.night(LAST).problem == ""
    nights.value(CHIDI, DUE, "250000")
    assert nights.night(DUE).problem == ""
    with as_role("owner"):
        return {one.practice_id: one for one in Charge.unscoped.filter(account__number=CHIDI)}


def moved(world, kind):
    with as_role("owner"):
        return sorted(Transfer.unscoped.filter(kind=kind, day=DUE).values_list("practice_id", "amount"))


def test_each_level_is_swept_what_was_collected_for_it(both, world):
    bright, top = world["F200002"].practice_id, world["F100001"].practice_id

    expected = sorted([(bright, D("208.33")), (top, D("20.83"))])
    assert moved(world, "fee") == expected
    assert moved(world, "sweep") == expected
    with as_role("owner"):
        sweeps = Transfer.unscoped.filter(kind="sweep", day=DUE)
        assert len({one.txn for one in sweeps}) == 1
        told = sorted(Instruction.unscoped.filter(day=DUE).values_list("kind", "payer", "payee", "amount"))
    assert told == [
        ("fee", CHIDI, "F100001", D("20.83")),
        ("fee", CHIDI, "F100001", D("208.33")),
        ("sweep", "F100001", "F200002", D("208.33")),
    ]


@pytest.mark.parametrize(
    ("name", "amounts", "payees"),
    [
        ("alice", {"208.33", "20.83"}, True),
        ("bob", {"208.33"}, True),
        ("chidi", {"208.33", "20.83"}, False),
        ("carol", set(), True),
        ("ana", set(), False),
        ("mallory", set(), True),
    ],
)
def test_each_reads_its_part_over_the_api(browse, both, name, amounts, payees):
    rows = browse(name).get("/api/v1/charges/").json()["results"]

    assert {row["amount"] for row in rows} == amounts
    assert all(bool(row["payee"]) is payees for row in rows)


def test_the_client_reads_the_type_twice_and_no_advisor(browse, both):
    page = browse("chidi").get(reverse("fees:history", args=[CHIDI])).content.decode()

    assert page.count("Percentage of Assets Fee") >= 2
    assert "208.33" in page
    assert "20.83" in page
    assert "Paid to" not in page


def test_the_second_level_reads_nothing_of_the_levels_above(browse, both, world):
    for name in ("bob", "carol"):
        page = browse(name).get(reverse("fees:history", args=[CHIDI]))
        assert page.status_code == (200 if name == "bob" else 404)
        assert "20.83" not in page.content.decode().replace("208.33", "")
        above = both[world["F100001"].practice_id]
        assert browse(name).get(reverse("fees:proof", args=[above.pk])).status_code == 404


def test_a_night_that_is_run_again_sweeps_nothing_twice(nights, both, world):
    before = (moved(world, "fee"), moved(world, "sweep"))

    nights.post(DUE)
    nights.sweep(DUE)

    assert (moved(world, "fee"), moved(world, "sweep")) == before
