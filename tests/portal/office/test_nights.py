"""The pages of the nights: figures beside what is usual, held accounts, and asking for a night."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ground.runs.actions import hold_account
from accounts.ground.runs.models import Hold, NightDecision, Run, RunChunk, RunStage, Seal
from accounts.ground.tree.models import Account, Firm
from fees.accrual.models import AdviserDaily
from fees.posting.seal import seal_stage
from portal import tasks
from tests.fees.posting.nights import night_role
from tests.portal.office.conftest import LAST, make_night

ADDRESS = "/office/nights/2026-11-19/"
AT = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_a_night_stands_beside_what_is_usual(office, nights):
    text = text_of(office.get(ADDRESS))

    assert "Night of Thursday, 2026-11-19" in text
    # The eleven nights before it, 4 to 18 November, accrued 100 and the day; the extremes 104 and 118 are left out.
    assert "usual 105.00 to 117.00" in text
    assert "unusual" in text
    assert "42 billed, 0 nothing to pay, 1 held" in text
    assert "usually 30 s" in text
    assert "ab12ab12ab12" in text
    assert "Southbank Capital" in text and "not sealed" in text


def test_what_was_posted_is_summed_by_currency_in_its_own_unit(office, nights):
    text = text_of(office.get(ADDRESS))

    assert '46.00<span class="cur">USD</span>' in text
    assert '500<span class="cur">JPY</span>' in text


def test_the_turn_of_a_month_is_not_compared_with_ordinary_nights(office, world, nights):
    make_night(world, date(2026, 11, 2), accrued=Decimal("9000"))

    text = text_of(office.get("/office/nights/2026-11-02/"))

    assert '9,000.00<span class="cur">USD</span>' in text
    assert "unusual" not in text


def test_a_held_account_has_its_reason_in_words(office, nights):
    text = text_of(office.get(ADDRESS))

    assert "U1000001" in text
    assert "No net asset value has arrived" in text
    assert "The statement has no value for 19 Nov" in text


def test_a_retry_asks_for_one_account_and_retry_all_for_the_rest(office, world, nights):
    hold_account(account=world["U2000001"], day=LAST, stage="accrue", reason="no_nav", detail="", title="No value")
    first, second = Hold.unscoped.order_by("pk")

    answer = office.post(f"{ADDRESS}retry/", {"hold": first.pk}, follow=True)

    first.refresh_from_db()
    second.refresh_from_db()
    assert "1 account will be tried again." in text_of(answer)
    assert first.retry_asked_at and not second.retry_asked_at
    assert "next night" in text_of(answer)
    office.post(f"{ADDRESS}retry/")
    second.refresh_from_db()
    assert second.retry_asked_at


@pytest.mark.parametrize("hold", ["0", "-1", "x", "99999999999999999999999"])
def test_a_forged_hold_is_no_hold(office, nights, hold):
    answer = office.post(f"{ADDRESS}retry/", {"hold": hold}, follow=True)

    assert "0 accounts will be tried again." in text_of(answer)
    assert not Hold.unscoped.filter(retry_asked_at__isnull=False).exists()


def test_a_retry_of_another_night_is_not_let_in(office, world, nights):
    hold = Hold.unscoped.get()

    office.post("/office/nights/2026-11-18/retry/", {"hold": hold.pk})

    hold.refresh_from_db()
    assert not hold.retry_asked_at


def test_a_running_night_shows_its_progress_and_asks_for_itself_often(office, nights):
    Run.unscoped.filter(day=LAST).update(state="running", finished_at=None)
    stage = RunStage.unscoped.get(run__day=LAST, name="accrue")
    RunStage.unscoped.filter(pk=stage.pk).update(state="running", finished_at=None, rows=0)
    RunChunk.unscoped.filter(stage=stage, lo=1).update(state="waiting", rows=0)

    text = text_of(office.get(ADDRESS))

    assert 'data-every="2"' in text
    assert '<progress value="1" max="2"' in text
    assert "to go" in text


def test_the_moving_part_alone_comes_to_htmx(office, nights):
    whole = office.get(ADDRESS).content.decode()
    part = office.get(ADDRESS, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in part
    assert part.count('id="night"') == 1
    assert 'data-every="60"' in part
    assert whole.count('id="night"') == 1


def test_a_stopped_night_says_why_and_can_be_asked_for_again(
    office, nights, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr(tasks.begin, "apply_async", lambda **how: sent.append(how))
    Run.unscoped.filter(day=LAST).update(state="held", problem="reconcile: the books do not balance")
    RunStage.unscoped.filter(run__day=LAST, name="reconcile").update(
        state="held",
        figures={"balanced": False, "breaks": [{"invariant": "I1", "firm": None, "words": "2 books differ"}]},
    )
    text = text_of(office.get(ADDRESS))

    with django_capture_on_commit_callbacks(using="office", execute=True):
        answer = office.post(f"{ADDRESS}run/", follow=True)

    assert "reconcile: the books do not balance" in text
    assert "I1: 2 books differ" in text
    assert "The books do not balance." in text
    assert "The workers have been asked" in text_of(answer)
    assert Run.unscoped.get(day=LAST).state == "waiting"
    assert sent == [{"retry": False}]


def test_the_next_night_is_ordered_as_a_row(office, nights):
    answer = office.post("/office/nights/run/", {"day": "2026-11-20"})

    assert answer["Location"] == "/office/nights/2026-11-20/"
    assert Run.unscoped.get(day=date(2026, 11, 20)).state == "waiting"
    assert "Waiting for a worker" in text_of(office.get(answer["Location"]))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-11-21", "not a business day"),
        ("2026-11-26", "not a business day"),
        ("2039-11-22", "The business calendar does not reach"),
        ("2026-11-03", "is past"),
        ("", "This field is required"),
        ("soon", "Enter a valid date"),
    ],
)
def test_a_night_that_may_not_run_is_refused_in_words(office, nights, day, words):
    before = Run.unscoped.count()

    answer = office.post("/office/nights/run/", {"day": day})

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert Run.unscoped.count() == before


def test_a_night_that_never_was_is_not_found(office, nights):
    for address in ("/office/nights/2026-11-21/", "/office/nights/2026-13-45/", "/office/nights/tomorrow/"):
        assert office.get(address).status_code == 404
    assert office.post("/office/nights/2026-11-21/run/").status_code == 404
    assert office.get("/office/nights/run/").status_code == 405


def test_the_list_shows_every_night_and_marks_the_odd_one(office, nights):
    text = text_of(office.get("/office/nights/"))

    assert text.count("/office/nights/2026-11-") == 12
    assert text.count("unusual") == 1
    assert text.count("<rect") == 12


def test_no_night_yet(office):
    assert "No night has run yet" in text_of(office.get("/office/nights/"))


def test_the_pages_cost_the_same_whatever_they_show(office, world, nights):
    def cost(address):
        with CaptureQueriesContext(connection) as asked:
            assert office.get(address).status_code == 200
        return len(asked)

    cost("/office/nights/")  # the first page of a session asks a little more
    before = [cost("/office/nights/"), cost(ADDRESS)]
    make_night(world, date(2026, 11, 2), accrued=Decimal(1))
    make_night(world, date(2026, 10, 30), accrued=Decimal(1))
    hold_account(account=world["U2000001"], day=LAST, stage="accrue", reason="no_nav", detail="", title="No value")
    after = [cost("/office/nights/"), cost(ADDRESS)]

    assert after == before
    assert max(before) <= 24


def test_second_levels_are_not_counted_twice(office, world, nights):
    second = world["F200002"]
    AdviserDaily.unscoped.create(
        firm_id=second.firm_id,
        practice_id=second.practice_id,
        day=LAST,
        currency="USD",
        accounts=1,
        nlv=1,
        flow=0,
        accrued=20,
        complete=True,
    )

    assert '41.00<span class="cur">USD</span>' in text_of(office.get(ADDRESS))


def test_a_night_is_paused_and_let_go_on_with_a_reason(office, nights, monkeypatch):
    monkeypatch.setattr(tasks.begin, "apply_async", lambda **how: None)
    tonight = date(2026, 11, 20)
    address = "/office/nights/2026-11-20/decide/"
    run = Run.unscoped.create(day=tonight, state="running", started_at=datetime(2026, 11, 21, 2, tzinfo=UTC))
    RunStage.unscoped.create(run=run, ordinal=3, name="accrue", state="running", started_at=run.started_at)

    refused = office.post(address, {"act": "pause", "reason": " "}, follow=True)
    assert "Say why" in text_of(refused)
    assert Run.unscoped.get(day=tonight).paused_at is None
    paused = text_of(office.post(address, {"act": "pause", "reason": "Rates look odd"}, follow=True))
    assert "The night stops at once; the accounts that are being done are done anew when it goes on." in paused
    assert "Rates look odd" in paused and "olga" in paused and "Paused" in paused
    assert 'data-every="60"' in paused
    assert "ends about" not in paused and "Running" not in paused
    assert Run.unscoped.get(day=tonight).paused_at
    listed = text_of(office.get("/office/nights/"))
    assert "Paused" in listed and "Running" not in listed

    went_on = text_of(office.post(address, {"act": "resume", "reason": "All right"}, follow=True))
    assert "The night goes on." in went_on
    assert Run.unscoped.get(day=tonight).paused_at is None
    assert list(NightDecision.unscoped.order_by("pk").values_list("kind", "night")) == [
        ("pause", tonight),
        ("resume", tonight),
    ]


def test_the_value_of_the_day_before_is_offered_and_taken(office, world, nights):
    hold = Hold.unscoped.get()
    with connection.cursor() as cur:
        cur.execute("SELECT broker_ensure_partitions(%s, %s)", [LAST, LAST])
        cur.execute(
            "INSERT INTO broker_navdaily (nav_date, account_id, nlv, flow, currency) VALUES (%s, %s, 100000, 0, 'USD')",
            [date(2026, 11, 18), hold.account_id],
        )

    assert "Use 100,000.00 USD of 2026-11-18" in text_of(office.get(ADDRESS))
    told = {"act": "carry", "hold": hold.pk, "reason": "No statement"}
    shown = text_of(office.post(f"{ADDRESS}decide/", told, follow=True))

    assert "The value of the day before stands" in shown
    assert "next night" in shown
    again = text_of(office.post(f"{ADDRESS}decide/", told, follow=True))
    assert "does not wait for a value any more" in again
    # The night had accrued, so the next one makes up for it and seals the decision.
    assert NightDecision.unscoped.get().night == date(2026, 11, 20)


def test_an_account_is_held_back_before_its_night_and_let_in(office, world, nights):
    told = {"act": "hold", "day": "2026-11-20", "account": "u2000001", "reason": "Being looked at"}
    assert "held back until somebody lets it in" in text_of(office.post("/office/nights/decide/", told, follow=True))
    hold = Hold.unscoped.get(day=date(2026, 11, 20))
    assert (hold.reason, hold.account) == ("by_office", world["U2000001"])

    for wrong, words in (
        ({"account": "U7777777"}, "no account of that number"),
        ({"day": "2026-11-19"}, "has gone past this account"),
        ({"act": "burn"}, "not one of the things"),
        ({"act": "release"}, "is not held on this day"),
        ({}, "held back already"),
    ):
        assert words in text_of(office.post("/office/nights/decide/", told | wrong, follow=True)), wrong
    assert Hold.unscoped.filter(reason="by_office").count() == NightDecision.unscoped.count() == 1
    office.post("/office/nights/2026-11-20/decide/", {"act": "release", "hold": hold.pk, "reason": "All right"})
    hold.refresh_from_db()
    assert hold.resolved_at


def test_the_record_that_is_held_is_the_one_with_the_present_firm(office, world, nights):
    """The account moved to another firm: its number stands on the closed record there was, too, and that is older."""
    old = world["U2000001"]
    new = Account.unscoped.get(pk=old.pk)
    Account.unscoped.filter(pk=old.pk).update(status="C", closed_on=LAST, moved_on=LAST)
    new.pk = None
    new.save(force_insert=True)

    office.post("/office/nights/decide/", {"act": "hold", "day": "2026-11-20", "account": "U2000001", "reason": "x"})

    assert [one.account_id for one in Hold.unscoped.filter(day=date(2026, 11, 20))] == [new.pk]


def test_a_pause_that_came_just_before_the_seal_leaves_the_day_open_and_a_sealed_day_takes_no_word(office, nights):
    """The worker asked whether the night is paused, then waited for the transaction that paused it."""
    day = date(2026, 11, 20)
    run = Run.unscoped.create(day=day, state="running", started_at=AT, paused_at=AT)
    with night_role():
        told = seal_stage(run, day)
    assert (told.rows, Seal.unscoped.filter(day=day).exists()) == (0, False)
    assert "paused" in told.problem

    for state, is_sealed in (("done", False), ("running", True)):
        Run.unscoped.filter(pk=run.pk).update(state=state)
        if is_sealed:
            firm = Firm.unscoped.order_by("pk")[0]
            Seal.unscoped.create(firm=firm, day=day, run=run, digest="ab", billable=0, billed=0, zero=0, held=0)
        resumed = {"act": "resume", "reason": "It is right"}
        answer = office.post("/office/nights/2026-11-20/decide/", resumed, follow=True)
        assert "The day is sealed" in text_of(answer)
    assert not NightDecision.unscoped.exists()


def test_only_the_back_office_decides(client, world, nights):
    client.force_login(world.users["alice"])

    for address in (f"{ADDRESS}decide/", "/office/nights/decide/"):
        assert client.post(address, {"act": "pause", "reason": "x", "day": LAST}).status_code in (302, 403, 404)

    assert not NightDecision.unscoped.exists()
