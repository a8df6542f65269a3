"""Required distributions on pages and over the API: figures from imported values, what is typed, and who may not."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.ground.access.context import acting, as_role
from accounts.ground.people.actions import give_right
from accounts.ground.trail.models import TrailEntry
from portal.tools.rmd.models import DistributionFacts, YearEndValue
from tests.portal.tools.kit import hands_over, ira, withdraws, worth

ANA, KEN, CHIDI = "U1000001", "U1000002", "U2000001"
API = "/api/v1/distributions/"
SOMEBODY_ELSE = ("carol", "mallory", "ana", "chidi", "sam", "frank", "")


@pytest.fixture(autouse=True)
def in_november(monkeypatch):
    """The day is 20 November 2026 wherever a page asks."""
    for module in ("views", "api"):
        monkeypatch.setattr(f"portal.tools.rmd.{module}.exchange_today", lambda: date(2026, 11, 20))


def api(browse, name, number=ANA, query=""):
    return browse(name).get(f"{API}{number}/{query}").json()


def kept():
    with as_role("owner"):
        return list(DistributionFacts.unscoped.values()) + list(YearEndValue.unscoped.values())


def test_a_sheet_from_the_brokers_own_values(world, browse):
    """Born 1951, 75 in 2026: 100,000 by 24.6; 1,000 in cash and 500 in kind; ACATS goes on as the same IRA."""
    account = ira(world, ANA)
    worth(account, date(2025, 12, 30), "99000")
    worth(account, date(2025, 12, 31), "100000")
    withdraws(account, date(2026, 3, 2), "1000")
    withdraws(account, date(2025, 12, 30), "700")
    hands_over(account, date(2026, 6, 1), "500", "FOP")
    hands_over(account, date(2026, 6, 2), "9000", "ACATS")

    found = api(browse, "alice")

    assert (found["balance"], found["balance_day"], found["balance_is_typed"]) == ("100000.00", "2025-12-31", False)
    assert (found["table"], found["factor"], found["required"]) == ("uniform", "24.6", "4065.04")
    assert (found["withdrawn"], found["remaining"], found["due"]) == ("1500.00", "2565.04", "2026-12-31")
    page = browse("alice").get(f"/tools/rmd/{ANA}/").content.decode()
    for words in ("4,065.04", "Uniform Lifetime", "2,565.04", "DISBURSEMENT", "not tax or legal advice"):
        assert words in page


def test_rmd_2_a_young_spouse_is_written_down(world, browse):
    worth(ira(world, ANA), date(2025, 12, 31), "100000")
    alice = browse("alice")

    answer = alice.post(
        f"/tools/rmd/{ANA}/facts/", {"year": "2026", "spouse_born_on": "1962-06-01", "spouse_is_sole": "on"}
    )

    assert answer.status_code == 302
    assert api(browse, "alice")["required"] == "3952.57"
    with as_role("owner"):
        assert TrailEntry.unscoped.filter(table="tools_distributionfacts").exists()


def test_rmd_6_the_aggregate_of_two_iras(world, browse):
    """Two IRAs at 24.6: 98,400 and 147,600 make 4,000.00 and 6,000.00; 10,000 from the second leaves nothing."""
    first, second = ira(world, ANA), ira(world, KEN, "IRA Rollover")
    with as_role("owner"):
        second.base_currency = "USD"
        second.save(update_fields=["base_currency"])
        give_right(party=world.parties["ana"], account=second)
    worth(first, date(2025, 12, 31), "98400")
    worth(second, date(2025, 12, 31), "147600")
    withdraws(second, date(2026, 5, 5), "10000")

    found = api(browse, "alice")

    assert (found["required"], found["remaining"]) == ("4000.00", "4000.00")
    assert found["together_required"] == "10000.00"
    assert found["together_remaining"] == "0.00"
    withdraws(second, date(2026, 5, 6), "2000")
    assert api(browse, "alice")["together_remaining"] == "0.00"
    assert "All own IRAs" in browse("alice").get(f"/tools/rmd/{ANA}/").content.decode()


def test_inherited_iras_stand_for_themselves(world, browse):
    first, second = ira(world, ANA), ira(world, KEN, "IRA Inherited")
    with as_role("owner"):
        give_right(party=world.parties["ana"], account=second)
    worth(first, date(2025, 12, 31), "98400")

    assert api(browse, "alice")["together_required"] == "4000.00"
    assert api(browse, "alice", KEN)["reason"] == "no_facts"
    assert api(browse, "alice", KEN)["together_required"] is None


def test_an_inheritance_is_described_and_worked_out(world, browse):
    """Owner of 1940 died in 2022, heir of 1960: factor 21.5 in 2026, empty by 2032."""
    worth(ira(world, ANA, "IRA Inherited", date(1960, 6, 1)), date(2025, 12, 31), "100000")
    said = {"owner_born_on": "1940-03-01", "owner_died_on": "2022-05-01", "heir": "person"}

    answer = browse("alice").put(f"{API}{ANA}/facts/", said, content_type="application/json")

    assert answer.status_code == 200
    assert (answer.json()["required"], answer.json()["empty_by"]) == ("4651.16", 2032)
    page = browse("alice").get(f"/tools/rmd/{ANA}/").content.decode()
    assert "The account must be empty at the end of 2032." in page


def test_rmd_7_a_roth_owes_nothing_and_other_accounts_are_not_offered(world, browse):
    ira(world, ANA, "IRA Roth", date(1946, 1, 1))
    page = browse("alice").get(f"/tools/rmd/{ANA}/").content.decode()
    assert "no required distribution during the owner&#x27;s lifetime" in page

    page = browse("alice").get(f"/tools/rmd/{KEN}/").content.decode()
    assert "Not offered for this account" in page
    assert browse("alice").get(f"{API}{KEN}/").status_code == 400
    assert KEN not in browse("alice").get("/tools/rmd/").content.decode()


def test_rmd_8_without_a_year_end_there_is_no_number_until_one_is_typed(world, browse):
    account = ira(world, ANA)
    worth(account, date(2025, 12, 20), "100000")  # not the year's end
    page = browse("alice").get("/tools/rmd/").content.decode()
    assert "Prior year-end balance missing" in page
    assert api(browse, "alice")["required"] is None

    browse("alice").post(f"/tools/rmd/{ANA}/facts/", {"year": "2026", "value": "100000", "rollover": "23000"})

    found = api(browse, "alice")
    assert (found["required"], found["balance_is_typed"]) == ("5000.00", True)  # 123,000 by 24.6
    assert "typed by hand" in browse("alice").get(f"/tools/rmd/{ANA}/").content.decode()


def test_a_first_year_put_off_is_taken_from_the_spring_first(world, browse):
    """Born 1952: 73 in 2025, first due 2026-04-01. 2025: 26,500 / 26.5 = 1,000; 2026: 25,500 / 25.5 = 1,000."""
    account = ira(world, ANA, born_on=date(1952, 5, 1))
    worth(account, date(2024, 12, 31), "26500")
    worth(account, date(2025, 12, 31), "25500")
    withdraws(account, date(2026, 3, 2), "1600")

    first, second = api(browse, "alice", query="?year=2025"), api(browse, "alice")

    assert (first["due"], first["withdrawn"], first["remaining"]) == ("2026-04-01", "1000.00", "0.00")
    assert (second["withdrawn"], second["remaining"], second["due"]) == ("600.00", "400.00", "2026-12-31")


@pytest.mark.parametrize(
    "said",
    [
        {"spouse_is_sole": "on"},
        {"spouse_born_on": "2027-01-01"},
        {"spouse_born_on": "1700-01-01"},
        {"spouse_born_on": "yesterday"},
        {"value": "-1"},
        {"value": "NaN"},
        {"value": "1e30"},
        {"rollover": "-0.01"},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(world, browse, said):
    ira(world, ANA)

    answer = browse("alice").post(f"/tools/rmd/{ANA}/facts/", {"year": "2026", **said})

    assert answer.status_code == 422
    assert kept() == []


def test_an_ordinary_account_takes_no_facts(world, browse):
    said = {"spouse_born_on": "1960-01-01"}
    assert browse("alice").post(f"/tools/rmd/{ANA}/facts/", {"year": "2026", **said}).status_code == 422
    assert browse("alice").put(f"{API}{ANA}/facts/", said, content_type="application/json").status_code == 400
    assert kept() == []


@pytest.mark.parametrize("name", SOMEBODY_ELSE)
def test_nobody_else_sees_or_writes(world, browse, name):
    """Bob's client: not for a sibling, another firm, the client itself, a former employee or nobody."""
    ira(world, CHIDI)
    person = browse(name)
    said = {"year": "2026", "spouse_born_on": "1960-01-01"}
    refused = {404} if name in ("carol", "mallory", "ana", "chidi", "sam") else {302, 403}

    assert person.get(f"/tools/rmd/{CHIDI}/").status_code in refused
    assert person.post(f"/tools/rmd/{CHIDI}/facts/", said).status_code in refused
    assert person.put(f"{API}{CHIDI}/facts/", {}, content_type="application/json").status_code in {*refused, 401}
    assert kept() == []


def test_the_level_above_reads_and_does_not_write(world, browse):
    worth(ira(world, CHIDI), date(2025, 12, 31), "100000")

    assert api(browse, "alice", CHIDI)["required"] == "4065.04"
    answer = browse("alice").post(f"/tools/rmd/{CHIDI}/facts/", {"year": "2026", "spouse_born_on": "1962-01-01"})

    assert answer.status_code == 403
    assert kept() == []


def test_the_database_alone_keeps_others_out(world, browse):
    """The second wall: carol and the client read nothing of bob's sheet, and nobody writes on a foreign account."""
    account = ira(world, CHIDI)
    browse("bob").post(f"/tools/rmd/{CHIDI}/facts/", {"year": "2026", "spouse_born_on": "1962-01-01", "value": "1"})
    assert len(kept()) == 2
    for name in ("carol", "mallory", "chidi"):
        with acting(world.users[name].pk):
            assert not DistributionFacts.unscoped.exists()
            assert not YearEndValue.unscoped.exists()
    for name in ("alice", "carol", "chidi"):
        with acting(world.users[name].pk), pytest.raises(DatabaseError), transaction.atomic():
            YearEndValue.unscoped.create(
                firm_id=account.firm_id,
                account_id=account.pk,
                year=2020,
                value=1,
                saved_by=1,
                saved_at="2026-01-02T12:00:00Z",
            )


def test_the_list_asks_as_much_for_one_account_as_for_three(world, browse):
    def questions():
        alice.get("/tools/rmd/")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert alice.get("/tools/rmd/").status_code == 200
        return len([one for one in asked.captured_queries if " FROM " in one["sql"]])

    alice = browse("alice")
    ira(world, ANA)
    one = questions()
    for number in (KEN, CHIDI):
        worth(ira(world, number), date(2025, 12, 31), "100000")

    assert questions() == one
    assert one <= 12
