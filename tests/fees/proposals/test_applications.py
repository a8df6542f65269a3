"""Terms for an application: signed before there is an account, in force from its opening, gone with the application."""

import json
from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.ground.access.context import as_role, cursor
from accounts.ground.applications import actions as applications
from accounts.ground.people import actions as people
from accounts.ground.tree.models import Kind, Status
from auth2fa.stepup.rules import PASSWORD_FIELD
from fees.posting.models import Charge
from fees.proposals.actions import ProposalRefused
from fees.proposals.models import Proposal
from fees.schedules.models import RunSchedule
from fees.schedules.queries import accounts_agreed_on
from fees.schedules.rules import ScheduleRefused
from tests.fees.proposals.conftest import ANA, MONDAY, at, percent, wanted
from tests.world import PASSWORD

NEW = "U1000088"
OPENING, LAST = date(2025, 10, 15), date(2025, 10, 31)
BEFORE = ("automatic", date(2025, 1, 2), None)
ONE_PERCENT = wanted(percent("0.010"))


@pytest.fixture
def table(table):
    """Beside Ana's account the application of Eve Moreau, who has her sign-in already."""
    world = table.world
    with as_role("owner"):
        account = applications.start(
            parent=world["F100001"], kind=Kind.CLIENT, number=NEW, title="Moreau, Eve", base_currency="USD", day=MONDAY
        )
        world.accounts[NEW] = account
        party = people.create_party(practice=account.practice, legal_name=account.title)
        people.give_right(party=party, account=account)
        user = world.users["eve"] = people.create_user(username="eve", password=PASSWORD, party=party)
        people.seat_client(user=user, party=party)
    return table


def move(table, *steps: str, day: date = OPENING) -> None:
    with as_role("owner"):
        for status in steps:
            applications.change(account=table.account(NEW), status=status, day=day)


def opened(table, day: date = OPENING) -> None:
    move(table, Status.PENDING, Status.OPEN, day=day)


def month(table) -> list[str]:
    """Worth 252,000 from the opening to the end of October, whatever the night of the last day charges for it."""
    table.values(NEW, "252000", OPENING, LAST)
    table.value(ANA, LAST, "0")
    table.night(LAST)
    with as_role("owner"):
        return [str(one.amount) for one in Charge.unscoped.filter(account__number=NEW, period_end_day=LAST)]


def test_signed_before_there_is_an_account_it_is_billed_from_the_opening_day(table):
    """The 15th to the 31st of October are 13 business days: 252,000 x 1 % / 252 x 13 = 10 x 13 = 130.00."""
    sent = table.propose("alice", NEW, ONE_PERCENT)
    assert (sent.state, sent.needs_signature) == ("proposed", True)
    assert "not open yet" in sent.document

    signed = table.sign("eve", sent, by="Eve Moreau")

    assert (signed.state, signed.starts) == ("approved", MONDAY)
    assert table.kept()["schedules"] == [BEFORE, ("automatic", MONDAY, None)]
    opened(table)
    with as_role("owner"):
        assert Proposal.unscoped.get(pk=sent.pk).applies_from == OPENING
    assert month(table) == ["130.00"]


def test_the_agreed_day_counts_where_it_comes_after_the_opening(table):
    """From Monday the 20th there are 10 business days: 100.00."""
    sent = table.propose("alice", NEW, replace(ONE_PERCENT, asked_start=date(2025, 10, 20)))
    table.sign("eve", sent, by="Eve Moreau")
    opened(table)

    assert month(table) == ["100.00"]


def test_a_daily_fee_begins_on_the_opening_day_and_not_a_day_before(table):
    """A value of the day before, which the broker may send, is charged nothing; 10.00 on the day itself."""
    sent = table.propose("alice", NEW, wanted(percent("0.010", "PERCENTOFEQUITY")))
    table.sign("eve", sent, by="Eve Moreau")
    opened(table)
    for day in (date(2025, 10, 14), OPENING):
        table.value(ANA, day, "0")
        table.value(NEW, day, "252000")
        table.night(day)

    with as_role("owner"):
        rows = Charge.unscoped.filter(account__number=NEW).values_list("period_end_day", "amount")
        assert [(day, str(amount)) for day, amount in rows] == [(OPENING, "10.00")]


def test_what_nobody_signed_is_never_billed(table):
    table.propose("alice", NEW, ONE_PERCENT)
    opened(table)

    assert month(table) == []
    assert table.kept()["schedules"] == [BEFORE]


def test_opened_before_signing_it_applies_from_the_signature(table):
    """Signed on Monday the 20th at noon: 10 business days of October are left, 100.00."""
    sent = table.propose("alice", NEW, ONE_PERCENT)
    opened(table)

    assert table.sign("eve", sent, by="Eve Moreau", on=at(date(2025, 10, 20))).starts == date(2025, 10, 20)
    assert month(table) == ["100.00"]


@pytest.mark.parametrize("end", [Status.ABANDONED, Status.REJECTED])
def test_an_application_that_is_given_up_takes_the_proposal_with_it(table, end):
    sent = table.propose("alice", NEW, ONE_PERCENT)
    move(table, end)

    kept = table.kept()
    assert (kept["states"], kept["requests"]) == (["cancelled"], ["cancelled"])
    with pytest.raises(ProposalRefused, match="withdrawn"):
        table.sign("eve", sent, by="Eve Moreau")
    with pytest.raises(ScheduleRefused) as refused:
        table.propose("alice", NEW, ONE_PERCENT)
    assert [one.key for one in refused.value.problems] == ["given_up"]
    assert (table.kept(), table.kept()["schedules"], table.kept()["signatures"]) == (kept, [BEFORE], [])


def test_what_was_signed_for_it_does_not_come_back_with_a_new_beginning(table):
    """The limit ends too; started again and opened, the account pays nothing until its owner signs once more."""
    sent = table.propose("alice", NEW, wanted(percent("0.010"), cap_kind="PERCENTOFNLV_CAP", cap_rate="0.02"))
    table.sign("eve", sent, by="Eve Moreau")
    move(table, Status.ABANDONED, Status.NEW, day=MONDAY)
    opened(table)

    kept = table.kept()
    assert kept["schedules"] == [BEFORE, ("automatic", MONDAY, MONDAY)]
    assert [(starts, ends) for _rate, starts, ends in kept["caps"]] == [(MONDAY, MONDAY)]
    assert month(table) == []
    with as_role("owner"):
        assert Proposal.unscoped.get(pk=sent.pk).never_applies
    assert table.propose("alice", NEW, ONE_PERCENT, on=at(date(2025, 11, 3))).state == "proposed"


def test_a_lower_fee_before_the_opening_needs_no_other_signature(table):
    """The 13 business days at 0.5 %: 65.00."""
    table.sign("eve", table.propose("alice", NEW, ONE_PERCENT), by="Eve Moreau")
    lower = table.propose("alice", NEW, wanted(percent("0.005")), on=at(hour=13))
    assert (lower.state, lower.needs_signature) == ("approved", False)
    opened(table)

    assert month(table) == ["65.00"]


def test_terms_from_before_the_opening_ask_for_no_statement_before_money_came(table):
    """The broker may open an account weeks before it is funded; a missing value is no gap then."""
    table.sign("eve", table.propose("alice", NEW, ONE_PERCENT), by="Eve Moreau")
    opened(table)

    with as_role("owner"):
        row = RunSchedule.unscoped.get(account_id=table.account(NEW).pk)
        assert (row.starts, row.open_from, row.ends) == (MONDAY, OPENING, None)
    with as_role("night"), transaction.atomic(using="night"), cursor() as cur:
        cur.execute(accounts_agreed_on(LAST))
        assert [one for (one,) in cur.fetchall()] == [table.account(ANA).pk]


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "ana", "mallory"])
def test_nobody_but_the_applicant_signs(table, name):
    sent = table.propose("alice", NEW, ONE_PERCENT)
    with pytest.raises((DatabaseError, Proposal.DoesNotExist)), transaction.atomic():
        table.sign(name, sent, by="Eve Moreau")

    assert (table.kept()["schedules"], table.kept()["signatures"]) == ([BEFORE], [])


def test_the_wall_compares_what_an_applicant_writes_with_what_was_sent(table, monkeypatch):
    from fees.proposals import signing

    sent = table.propose("alice", NEW, ONE_PERCENT)
    real = signing.put_into_force

    def forged(**kwargs):
        kwargs["proposal"].components[0]["rate"] = "0.0001"
        return real(**kwargs)

    monkeypatch.setattr(signing, "put_into_force", forged)
    with pytest.raises(DatabaseError), transaction.atomic():
        table.sign("eve", sent, by="Eve Moreau")

    assert table.kept()["schedules"] == [BEFORE]


def test_an_advisor_beside_it_neither_sees_nor_proposes(browse, table):
    """Bob is a second-level advisor of the same firm; the application stands below the master."""
    path = reverse("fees:send_proposal", args=[NEW])
    data = {"strategy": "automatic", "on": ["percent"], "percent-method": "4", "percent-rate": "1.00"}

    answers = [
        browse("bob").post(path, {**data, PASSWORD_FIELD: PASSWORD}),
        browse("bob").get(reverse("fees:configure_account", args=[NEW])),
        call(browse("bob"), f"accounts/{NEW}/fee-terms/send/", {"strategy": "direct", "components": []}),
    ]

    assert [one.status_code for one in answers] == [404, 404, 404]
    assert table.kept()["states"] == []


def test_the_pages_say_that_it_waits_for_the_opening(browse, table):
    path = reverse("fees:send_proposal", args=[NEW])
    data = {"strategy": "automatic", "on": ["percent"], "percent-method": "4", "percent-rate": "1.00"}
    alice, eve = browse("alice"), browse("eve")
    assert "begins with its opening" in alice.post(reverse("fees:fee_preview", args=[NEW]), data).content.decode()
    assert alice.post(path, {**data, PASSWORD_FIELD: PASSWORD}).status_code == 302
    with as_role("owner"):
        sent = Proposal.unscoped.get()

    assert "not open yet" in eve.get(reverse("fees:approval", args=[sent.pk])).content.decode()
    hand = {"seen": sent.document_hash, "name": "Eve Moreau", "read": "on", PASSWORD_FIELD: PASSWORD}
    assert eve.post(reverse("fees:sign_proposal", args=[sent.pk]), hand).status_code == 302

    assert "on which the account is opened" in eve.get(reverse("fees:approval", args=[sent.pk])).content.decode()
    assert "The opening of the account" in alice.get(reverse("fees:proposal", args=[sent.pk])).content.decode()
    assert alice.post(reverse("applications:delete", args=[NEW])).status_code == 302
    for who, name in ((eve, "approval"), (alice, "proposal")):
        assert "never came into force" in who.get(reverse(f"fees:{name}", args=[sent.pk])).content.decode()


def test_the_same_over_the_api(browse, table):
    alice, eve = browse("alice"), browse("eve")
    body = {"strategy": "automatic", "components": [{"method": "PERCENTOFEQUITY_EOM", "rate": "0.01"}]}
    sent = call(alice, f"accounts/{NEW}/fee-terms/send/", body)
    assert (sent.status_code, sent.json()["state"]) == (201, "proposed")

    hand = {"seen": sent.json()["document_hash"], "name": "Eve Moreau"}
    signed = call(eve, f"fee-proposals/{sent.json()['id']}/sign/", hand).json()
    assert (signed["state"], signed["applies_from"]) == ("approved", None)

    opened(table, timezone.now().date())
    assert alice.get(f"/api/v1/fee-proposals/{signed['id']}/").json()["applies_from"] >= signed["starts"]


def call(client, path: str, body: object):
    return client.post(
        f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers={"Confirm-Password": PASSWORD}
    )
