"""Each way in which a bill can depart from its agreement is planted, found, listed, and ended when it is mended."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import connection, transaction

from accounts.ground.access.context import as_role
from accounts.ground.requests.models import Request, RequestKind
from fees.differences.models import Difference
from fees.differences.rules import Stretch, agreed_part, reason_of
from fees.schedules.actions import agree
from fees.schedules.rules import Signature
from portal.lib.business_days import Calendar
from portal.lib.periods import Period
from tests.fees.posting.nights import DOCUMENT, figures

ANA, CHIDI = "U1000001", "U2000001"
FIRST, SECOND, MONTH_END, NEXT = date(2025, 9, 29), date(2025, 9, 30), date(2025, 9, 30), date(2025, 10, 1)
SIGNED = datetime(2025, 9, 26, 12, tzinfo=UTC)


def found(**where):
    with as_role("owner"):
        return list(Difference.unscoped.filter(ended_on=None, **where).order_by("reason", "subject"))


def pending():
    with as_role("owner"):
        return list(Request.unscoped.filter(kind=RequestKind.BILLING, finished_at=None))


def lie(sql, values=(), *tables):
    """What only the owner of the database can do."""
    with as_role("owner"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def approved(nights, schedule, *components, starts, version=1):
    """A proposal that the client approved, beside the schedule that was made of it."""
    account = nights.account(ANA)
    kept = [{"method": one.method, "rate": str(one.rate), "flat": None, "tiers": [], "mode": one.mode, "terms": {}}
            for one in components]  # fmt: skip
    lie(
        "INSERT INTO fees_proposal (id, firm_id, account_id, practice_id, version, state, strategy, components,"
        " commissions_to_master, other_fees_to_master, cap_kind, created_at, created_by_id, proposed_at,"
        " needs_signature, expires_on, language, document, document_hash, decided_at, reason, starts, schedule_id)"
        " VALUES (gen_random_uuid(), %s, %s, %s, %s, 'approved', 'automatic', %s, false, false, '', %s, 1, %s, false,"
        " %s, 'en', '', %s, %s, '', %s, %s)",
        [account.firm_id, account.pk, account.practice_id, version, json.dumps(kept), SIGNED, SIGNED, starts, DOCUMENT,
         SIGNED, starts, schedule.pk],
        "fees_proposal",
    )  # fmt: skip


def test_a_night_in_which_everything_agrees_lists_nothing(nights):
    percent = figures("PERCENTOFEQUITY", rate="0.05")
    schedule = nights.agree(ANA, percent, figures("ANNUALFLATFEE_MONTHLY", flat="6000"), starts=FIRST)
    approved(nights, schedule, percent, figures("ANNUALFLATFEE_MONTHLY", rate="1"), starts=FIRST)
    lie("UPDATE fees_proposal SET components = jsonb_build_array(components -> 0,"
        " (components -> 1) || '{\"rate\": null, \"flat\": \"6000\"}')", (), "fees_proposal")  # fmt: skip
    nights.values(ANA, "100000", FIRST, NEXT)

    nights.nights(FIRST, NEXT)

    assert (found(), pending()) == ([], [])


def test_a_rate_that_was_never_signed_is_listed(nights):
    """The client signed 1 %, the schedule says 2 %."""
    schedule = nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.02"), starts=FIRST)
    approved(nights, schedule, figures("PERCENTOFEQUITY", rate="0.01"), starts=FIRST)
    nights.value(ANA, FIRST, "100000")

    nights.night(FIRST)

    (one,) = found()
    assert (one.reason, one.detail["signed"], one.detail["agreed"]) == ("wrong_rate", "0.01", "0.020000")
    (item,) = pending()
    assert (item.account.number, item.practice_id, item.detail["reason"]) == (ANA, one.practice_id, "wrong_rate")


def test_a_rate_that_the_night_has_wrong_is_listed_and_ends_when_it_is_mended(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=FIRST)
    lie("UPDATE fees_runschedule SET rate = 0.06")
    nights.values(ANA, "100000", FIRST, SECOND)

    nights.night(FIRST)

    assert [(one.reason, one.subject.split()[0]) for one in found()] == [
        ("wrong_rate", "component"),
        ("wrong_rate", "line"),
    ]
    assert found()[1].detail["agreed"] == "0.060000"
    assert len(pending()) == 2

    lie("UPDATE fees_runschedule SET rate = 0.05")
    lie("UPDATE fees_accrual SET rate = 0.05, amount = 19.84126984", (), "fees_accrual")
    nights.compare(FIRST)

    assert (found(), pending()) == ([], [])


def test_an_old_version_that_is_still_charged_is_listed(nights):
    """A newer version was approved for the first night; its own schedule is empty and the old one goes on."""
    old = nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=date(2025, 9, 26))
    newer = nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.01"), starts=FIRST)
    approved(nights, newer, figures("PERCENTOFEQUITY", rate="0.01"), starts=FIRST)
    lie("UPDATE fees_schedule SET ends = starts WHERE id = %s", [newer.pk], "fees_schedule")
    lie("UPDATE fees_schedule SET ends = NULL WHERE id = %s", [old.pk], "fees_schedule")
    lie("UPDATE fees_runschedule SET ends = nullif(starts, %s)", [date(2025, 9, 26)])
    nights.value(ANA, FIRST, "100000")

    nights.night(FIRST)

    (one,) = found(reason="stale_schedule")
    assert (one.subject, one.detail["version"]) == (f"schedule {old.pk}", 1)


def test_a_line_under_a_version_that_had_ended_is_listed(nights):
    old = nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=date(2025, 9, 26))
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.01"), starts=FIRST)
    lie("UPDATE fees_runschedule SET ends = NULL WHERE schedule_id = %s", [old.pk])
    nights.value(ANA, FIRST, "100000")

    nights.night(FIRST)

    kinds = {one.subject.split()[0] for one in found(reason="stale_schedule")}
    assert "line" in kinds


def test_days_before_the_account_was_opened_are_listed(nights):
    """21 business days of September were charged; the account opened on the 16th, eleven days before October."""
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 2))
    nights.value(ANA, MONTH_END, "250000")
    nights.close(MONTH_END)
    lie("UPDATE accounts_account SET opened_on = '2025-09-16' WHERE number = %s", [ANA], "accounts_account")

    nights.compare(MONTH_END)

    (one,) = found()
    # 250,000 × 1 % × 20 ÷ 252 as from the 2nd, and × 11 ÷ 252 as from the 16th (worked example D02).
    expected = {"billed": 21, "covered": 11, "kind": "days"}
    assert (one.reason, one.detail) == ("start_proration", expected)
    assert (one.expected, one.found) == (Decimal("109.13"), Decimal("208.33"))


def test_days_that_were_agreed_and_not_billed_are_listed(nights):
    """Billed from the 16th, 109.13 (D02), but the agreement says from the 2nd: 208.33 (D01)."""
    schedule = nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 16))
    nights.value(ANA, MONTH_END, "250000")
    nights.close(MONTH_END)
    lie("UPDATE fees_schedule SET starts = '2025-09-02', signed_at = '2025-09-02 12:00Z' WHERE id = %s", [schedule.pk],
        "fees_schedule")  # fmt: skip

    nights.compare(MONTH_END)

    (one,) = found(reason="missing_days")
    assert one.detail == {"billed": 11, "covered": 21, "kind": "days"}
    assert (one.expected, one.found) == (Decimal("208.33"), Decimal("109.13"))
    assert any(item.natural_key == f"difference {one.pk}" for item in pending())


def test_days_after_an_exit_that_nobody_had_told_of_are_listed(nights):
    """Monday and Tuesday were charged; the account had left on Tuesday."""
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=FIRST)
    nights.values(ANA, "100000", FIRST, NEXT)
    nights.nights(FIRST, SECOND)
    lie("UPDATE accounts_account SET closed_on = %s, status = 'C' WHERE number = %s", [SECOND, ANA], "accounts_account")

    nights.compare(SECOND)

    charge = [one for one in found() if one.subject.startswith("charge")]
    assert [(one.reason, one.expected, one.found) for one in charge] == [
        ("exit_refund", Decimal("0.00"), Decimal("19.84"))
    ]


def test_an_increase_under_the_former_signature_is_listed(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.01"), starts=date(2025, 9, 26))
    with as_role("owner"):
        account = nights.account(ANA)
        agree(account=account, practice=account.practice, strategy="automatic",
              components=[figures("PERCENTOFEQUITY", rate="0.02")], starts=FIRST,
              signature=Signature(name="A Client", at=SIGNED, document_hash=DOCUMENT), by=None, at=SIGNED)  # fmt: skip
    nights.value(ANA, FIRST, "100000")

    nights.night(FIRST)

    (one,) = found()
    assert (one.reason, one.detail["version"]) == ("unsigned_increase", 2)


def test_a_decrease_under_the_former_signature_is_as_it_should_be(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.02"), starts=date(2025, 9, 26))
    with as_role("owner"):
        account = nights.account(ANA)
        agree(account=account, practice=account.practice, strategy="automatic",
              components=[figures("PERCENTOFEQUITY", rate="0.01")], starts=FIRST,
              signature=Signature(name="A Client", at=SIGNED, document_hash=DOCUMENT), by=None, at=SIGNED)  # fmt: skip
    nights.value(ANA, FIRST, "100000")

    nights.night(FIRST)

    assert found() == []


def test_a_signature_after_the_first_day_is_listed(nights):
    schedule = nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.01"), starts=FIRST)
    lie("UPDATE fees_schedule SET signed_at = '2025-10-02 12:00Z' WHERE id = %s", [schedule.pk], "fees_schedule")
    nights.value(ANA, FIRST, "100000")

    nights.night(FIRST)

    (one,) = found()
    assert (one.reason, one.detail["signed_on"]) == ("unsigned_increase", "2025-10-02")


def test_a_second_night_keeps_the_first_day_and_one_item(nights):
    schedule = nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.02"), starts=FIRST)
    approved(nights, schedule, figures("PERCENTOFEQUITY", rate="0.01"), starts=FIRST)
    nights.values(ANA, "100000", FIRST, NEXT)

    nights.nights(FIRST, NEXT)

    assert [one.day for one in found()] == [FIRST]
    assert len(pending()) == 1


def test_the_part_that_was_agreed():
    """D02: eleven of 21 days of 208.33333333; and the lines of two days of which one is covered."""
    september = [Stretch(date(2025, 9, 16), date.max)]
    part = agreed_part(exact=Decimal("208.33333333"), days=[], stretches=september, billed=21, agreed=11,
                       currency="USD")  # fmt: skip
    assert part == Decimal("109.13")
    lines = [(date(2025, 9, 15), Decimal("19.84126984")), (date(2025, 9, 16), Decimal("39.68253968"))]
    assert agreed_part(exact=Decimal("59.52380952"), days=lines, stretches=september, billed=2, agreed=1,
                       currency="USD") == Decimal("39.68")  # fmt: skip


def test_why_there_are_too_many_days():
    weekdays = Calendar({})
    month = Period(date(2025, 9, 1), date(2025, 10, 1))
    late, early = [Stretch(date(2025, 9, 16), date.max)], [Stretch(date(2025, 8, 1), date(2025, 9, 16))]

    def why(stretches, billed, agreed):
        return reason_of(month, stretches, billed=billed, agreed=agreed, days=weekdays)

    assert why(late, 22, 11) == "start_proration"
    assert why(early, 22, 11) == "exit_refund"
    assert why([], 22, 0) == "exit_refund"
    assert why(late, 10, 11) == "missing_days"
