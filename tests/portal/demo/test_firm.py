"""The demo firm as a whole: made through the importer and the nights, once, and continued where it stopped."""

import stat
from datetime import UTC, date, datetime

import pytest

from accounts.broker.feed.models import NavDaily
from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from accounts.ground.people.models import User
from accounts.ground.runs.models import Hold, Run, RunState
from accounts.ground.tree.models import Account, Status
from fees.invoicing.models import Invoice
from fees.proposals.models import Proposal
from fees.schedules.models import Schedule
from portal.demo import firm, keys

UNTIL = date(2026, 10, 6)


def lines(_text):
    """Progress that nobody reads."""


def written_texts() -> str:
    return "".join(path.read_text() for path in keys.folder().glob("*.xml"))


def make(at=datetime(2026, 10, 7, 12, tzinfo=UTC), **more):
    asked = {"clients": 20, "months": 1, "until": UNTIL, "today": date(2026, 10, 7)} | more
    return firm.make(at=at, say=lines, **asked)


@pytest.fixture
def state(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    return tmp_path


def test_passwords_are_made_up_each_time_and_kept_from_others(state):
    keys.save({"sign_ins": [keys.new_password()]})

    assert stat.S_IMODE(keys.path().stat().st_mode) == 0o600
    assert len({keys.new_password() for _ in range(200)}) == 200
    assert all(len(keys.new_password()) >= 15 for _ in range(20))


@pytest.mark.slow
@pytest.mark.django_db
def test_the_demo_firm_is_made_once_and_every_day_is_billed_and_sealed(state):
    made = make()

    assert (made["from"], made["until"], made["nights"]) == ("2026-09-08", "2026-10-06", 21)
    assert made["seals"] == 21
    assert made["charges_posted"] > 10
    assert made["limits_agreed"] > 2
    assert made["invoices_sent"] > 0
    assert made["tickets"] == 6
    assert made["entitled_to_choose"] > 0
    assert made["settings_chosen"] > 3
    assert made["mailboxes_asked"] == 6
    assert made["clients_asked_what_they_value"] > 1
    assert made["settings_chosen"] > 3 and made["marketplace"] == 5
    with as_role("owner"):
        # Applications bring proposals of their own.
        states = list(Proposal.unscoped.filter(account__status=Status.OPEN).values_list("state", flat=True))
    assert len(states) == made["fees_proposed"] and {"proposed", "draft"} <= set(states)
    assert made["last_seal"]["billable"] == made["last_seal"]["billed"] + made["last_seal"]["held"]
    with as_role("night"):
        assert set(Run.unscoped.values_list("state", flat=True)) == {RunState.DONE}
        assert NavDaily.unscoped.values("nav_date").distinct().count() == 21
        # The eighteenth client comes in the middle of the history and is billed from its first day.
        late = Account.unscoped.get(kind="client", funded_on__gt=date(2026, 9, 8))
        assert late.status == Status.OPEN
        assert Schedule.unscoped.get(account=late, practice=late.practice_id).starts == late.funded_on

    again = make(clients=99)

    assert again["sign_ins"] == made["sign_ins"]
    assert (again["files"], again["nights"], again["schedules_agreed"]) == (0, 0, 0)
    assert (again["limits_agreed"], again["invoices_sent"], again["tickets"], again["settings_chosen"]) == (0, 0, 0, 0)
    assert again["mailboxes_asked"] == 0
    assert again["clients_asked_what_they_value"] == 0
    assert again["marketplace"] == 0
    assert (again["charges_posted"], again["seals"]) == (made["charges_posted"], made["seals"])


@pytest.mark.slow
@pytest.mark.django_db
def test_it_shows_each_role_a_sign_in_and_one_missing_value(state):
    made = make()

    roles = [entry["role"] for entry in made["sign_ins"]]
    assert {"top", "second", "stl", "client", "office"} <= set(roles)
    for entry in made["sign_ins"]:
        assert User.objects.get(username=entry["username"]).check_password(entry["password"])
    with as_role("night"):
        (hold,) = Hold.unscoped.filter(resolved_at=None)
        assert (hold.day, hold.reason) == (UNTIL, "no_nav")
        levels = set(Account.unscoped.values_list("level", flat=True))
    assert levels == {1, 2, 3}

    firm.deliver_missing(at=datetime(2026, 10, 7, 13, tzinfo=UTC))

    with as_role("night"):
        assert NavDaily.unscoped.filter(nav_date=UNTIL, account=hold.account_id).exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_a_later_day_is_added_alone_and_the_broker_has_booked_the_fees(state):
    make()
    later = date(2026, 10, 8)
    made = make(at=datetime(2026, 10, 9, 1, tzinfo=UTC), until=later, today=later)

    assert (made["until"], made["files"], made["nights"]) == ("2026-10-08", 2, 2)
    assert made["seals"] == 23
    assert sorted(path.name for path in keys.folder().glob("*_202610*.xml"))[-2:] == [
        "F100001_20261007.xml",
        "F100001_20261008.xml",
    ]
    booked = (keys.folder() / "F100001_20261007.xml").read_text()
    assert 'type="Advisor Fees"' in booked
    with as_role("night"):
        invoices = Invoice.unscoped.order_by("business_day", "pk")
        assert {one.state for one in invoices if one.business_day <= later} <= {"processed", "rejected"}
        assert {one.state for one in invoices if one.business_day > later} <= {"pending"}
        paid = [one for one in invoices if one.state == "processed" and one.processed_on < date(2026, 10, 7)]
        moved = Transfer.unscoped.filter(kind="invoice", source__in=[one.pk for one in paid])
        references = {str(one.pk) for one in moved}
    months = [(one.account_id, one.business_day.month) for one in invoices]
    assert len(references) == len(paid) > 0
    texts = written_texts()
    assert all(one in texts for one in references), "the broker has booked what was paid"
    assert len(months) == len(set(months)), "one a client and month"


@pytest.mark.slow
@pytest.mark.django_db
def test_once_runs_the_next_night_that_has_come_and_then_only_repeats_itself(state):
    make()
    thursday, at = date(2026, 10, 8), datetime(2026, 10, 9, 1, tzinfo=UTC)

    told = [firm.once(today=thursday, at=at, say=lines) for _ in range(3)]

    assert [one["day"] for one in told] == ["2026-10-07", "2026-10-08", "2026-10-08"]
    assert all(one["state"] == "done" and one["ledger_balanced"] and one["seal"] for one in told)
    assert [one["statements_loaded"] > 0 for one in told] == [True, True, False]
    assert told[1] == told[2] | {"statements_loaded": told[1]["statements_loaded"]}


@pytest.mark.slow
@pytest.mark.django_db
def test_a_demo_left_running_gets_its_statements_in_the_evening(state):
    make()
    afternoon, evening = datetime(2026, 10, 7, 19, tzinfo=UTC), datetime(2026, 10, 8, 0, 10, tzinfo=UTC)

    assert firm.live_on(at=afternoon, say=lines) is None
    lived = firm.live_on(at=evening, say=lines)
    again = firm.live_on(at=evening, say=lines)

    assert (lived.files, lived.nights, again) == (1, 1, None)


def test_a_day_to_come_is_refused(state):
    with pytest.raises(firm.DemoRefused, match="has not come yet"):
        make(until=date(2026, 10, 8))


@pytest.mark.django_db
def test_nothing_is_delivered_to_a_firm_that_is_not_there(state):
    with pytest.raises(firm.DemoRefused, match="demo_firm"):
        firm.deliver(until=UNTIL, at=datetime(2026, 10, 7, tzinfo=UTC), say=lines)
    assert firm.live_on(at=datetime(2026, 10, 7, tzinfo=UTC), say=lines) is None
