"""Rows of every kind for every account of the cast, each carrying the account's word, for the access matrix."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

from accounts.desk.applying.models import Application, ApplicationTask
from accounts.desk.messages.actions import begin
from accounts.desk.recoveries.models import Recovery, RecoveryElection
from accounts.desk.tickets.actions import open_ticket
from accounts.ground.access.context import acting
from accounts.ground.consents import actions as consents
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.notifications.actions import notify
from accounts.ground.notifications.models import NotificationKind
from accounts.ground.requests.actions import ask
from accounts.ground.requests.models import RequestKind
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import HOLDING_KINDS, Account, Kind
from fees.borne.models import BorneCharge
from fees.differences.models import Difference, DifferenceReason
from fees.funds.models import FundValue
from fees.headroom.models import Cut
from fees.invoicing.models import Invoice
from fees.notices.models import Notice
from fees.posting.models import Charge
from fees.proposals.actions import propose
from fees.proposals.rules import Wanted
from fees.reimbursements.models import Reimbursement
from tests.fees.posting.nights import Nights, figures
from tests.house import investing, money, trading
from tests.house.rights import ASKED_FOR_A_FILE
from tests.house.staffed import staff
from tests.world import CANARIES, World

DAY = date(2025, 9, 30)
UNHELD = "U1000002"
OWNERS = {
    "ana": "U1000001",
    "ken": "U1000002",
    "chidi": "U2000001",
    "dana": "U3000001",
    "nina": "U9000001",
    "sam": "I4000001",
}
# Every client's own advisor.
SENDERS = {
    "U1000001": "alice",
    "U1000002": "alice",
    "U2000001": "bob",
    "U3000001": "carol",
    "U9000001": "mallory",
    "I4000001": "alice",
}


def dress(world: World) -> None:
    """Give every account a request, a notification and an event; bill the holding ones in a night that is sealed.

    One account has no value that day, so there is a hold to be seen, and not to be seen, as well.
    """
    news = world.rows["notification"] = {}
    for number, word in CANARIES.items():
        account = world[number]
        ask(account=account, kind=RequestKind.STATEMENT, title=f"{word} waits", natural_key=number, day=DAY)
        news[number] = notify(
            account=account,
            kind=NotificationKind.STATEMENT,
            title=f"{word} news",
            natural_key=f"news {number}",
            day=DAY,
        ).pk
        record(account=account, kind="deposit", title=f"{word} deposit", day=DAY)
    _write(world)
    _apply(world)
    staff(world)
    trading.dress(world)
    _export(world)
    _bill(world)
    _invoice(world)
    _give_back(world)
    _tell(world)
    _propose(world)
    _differ(world)
    _bear(world)
    _recover(world)
    _invest(world)
    _cut(world)
    _ask_for_consent(world)
    investing.dress(world, SENDERS)
    money.dress(world)
    # Only who has funded an account adds users; nothing is billed after this.
    Account.unscoped.filter(kind=Kind.CLIENT).update(funded_on=DAY)


def _recover(world: World) -> None:
    """Every holding account takes part in class actions and got something back in a case that holds its word."""
    at = datetime(2025, 8, 1, 15, tzinfo=UTC)
    for number, word in CANARIES.items():
        account = world[number]
        if account.kind not in HOLDING_KINDS:
            continue
        whose = {"firm_id": account.firm_id, "practice_id": account.practice_id, "account": account}
        RecoveryElection.unscoped.create(
            is_enrolled=True, elected_by=1, elected_at=at, document_hash="0" * 64, signed_name=f"{word} signs", **whose
        )
        Recovery.unscoped.create(
            case=f"In re {word}",
            reference=number,
            currency="USD",
            gross=Decimal("1000.00"),
            fee=Decimal("200.00"),
            net=Decimal("800.00"),
            data_sent_on=DAY,
            paid_on=DAY,
            written_by=1,
            written_at=at,
            **whose,
        )


def _write(world: World) -> None:
    """Every owner has written to their advisor and to the back office, in subjects that hold the account's word."""
    said = world.rows["thread"] = {}
    for name, number in OWNERS.items():
        with acting(world.users[name].pk) as who:
            assert who is not None
            thread = begin(
                who=who,
                account=world[number],
                subject=f"{CANARIES[number]} asks",
                body=f"{CANARIES[number]} says",
                key=uuid4(),
                at=datetime(2025, 9, 30, 12, tzinfo=UTC),
            )
            open_ticket(
                who=who,
                account=world[number],
                category="other",
                subject=f"{CANARIES[number]} ticket",
                body=f"{CANARIES[number]} reports",
                key=uuid4(),
                at=datetime(2025, 9, 30, 12, tzinfo=UTC),
            )
        said[number] = thread.pk


def _apply(world: World) -> None:
    """Every client account was applied for once, and a paper of it was turned down, in words that hold its word."""
    at = datetime(2025, 9, 30, 12, tzinfo=UTC)
    for owner, number in OWNERS.items():
        if number in SENDERS and owner in world.parties:
            whose = {name: getattr(world[number], name) for name in ("firm_id", "practice_id")}
            applied = Application.unscoped.create(
                account=world[number],
                party=world.parties[owner],
                kind="individual",
                country="USA",
                tax_country="USA",
                name=f"{CANARIES[number]} applies",
                email="applicant@example.com",
                invited_by=world.users[SENDERS[number]].pk,
                created_at=at,
                **whose,
            )
            ApplicationTask.unscoped.create(
                application=applied,
                account=world[number],
                place=1,
                key="identity",
                owner="client",
                standing="rejected",
                reject_reason=f"{CANARIES[number]} is not legible",
                takes_file=True,
                started_on=DAY,
                **whose,
            )


def _export(world: World) -> None:
    """Files that four people have asked for; nobody else knows of them, whatever accounts they see."""
    world.rows["job"] = {
        number: Job.unscoped.create(
            user_id=world.users[name].pk,
            seat_id=world.seats[name].pk,
            firm_id=world[number].firm_id,
            kind="export",
            state=JobState.FAILED,
            message=f"{CANARIES[number]} job",
        ).pk
        for name, number in ASKED_FOR_A_FILE.items()
    }


def _bill(world: World) -> None:
    nights = Nights(world)
    holding = [number for number in CANARIES if world[number].kind in HOLDING_KINDS]
    for place, number in enumerate(holding):
        # A group pays through its master.
        if world[number].kind != Kind.STL_SUB:
            nights.agree(number, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
        if number != UNHELD:
            nights.value(number, DAY, f"{250000 + place}")
    # Ana's practice is not the only one that is paid: the top level charges a second level's client too.
    nights.agree(
        "U2000001",
        figures("ANNUALFLATFEE_MONTHLY", flat="1000"),
        starts=DAY,
        practice=world["F100001"].practice,
    )
    nights.night(DAY)
    by_account = world.rows["charge"] = {}
    for charge in Charge.unscoped.select_related("account").order_by("method"):
        own = charge.practice_id == charge.account.practice_id
        kind = by_account if own else world.rows.setdefault("charge from above", {})
        kind[charge.account.number] = charge.pk


def _invoice(world: World) -> None:
    """Every client's own advisor has an invoice waiting, with the account's word in its memo."""
    sent = world.rows["invoice"] = {}
    senders = {"U1000001": "alice", "U1000002": "alice", "U2000001": "bob", "U3000001": "carol", "U9000001": "mallory"}
    for number, name in senders.items():
        account = world[number]
        sent[number] = Invoice.unscoped.create(
            firm_id=account.firm_id,
            account=account,
            practice_id=account.practice_id,
            amount=100,
            currency=account.base_currency,
            memo=f"{CANARIES[number]} memo",
            business_day=date(2099, 1, 2),
            submitted_at=datetime(2025, 9, 30, 12, tzinfo=UTC),
            submitted_by=world.users[name],
        ).pk


def _differ(world: World) -> None:
    """A night has found something wrong with what every holding account was charged."""
    for number, word in CANARIES.items():
        account = world[number]
        if account.kind in HOLDING_KINDS:
            Difference.unscoped.create(
                pk=uuid4(),
                firm_id=account.firm_id,
                account=account,
                practice_id=account.practice_id,
                reason=DifferenceReason.WRONG_RATE,
                subject=f"{word} 1",
                day=DAY,
                currency=account.base_currency,
                detail={"kind": "signed", "signed": word, "agreed": "0.02"},
            )


def _bear(world: World) -> None:
    """Every holding account's advisor has paid a commission of it, with the account's word in what it was for."""
    for place, (number, word) in enumerate(CANARIES.items()):
        account = world[number]
        if account.kind in HOLDING_KINDS:
            BorneCharge.unscoped.create(
                pk=uuid4(),
                firm_id=account.firm_id,
                account=account,
                practice_id=account.practice_id,
                kind="commission",
                trade_id=place + 1,
                description=f"{word} commission",
                charged_on=DAY,
                day=DAY,
                place=0,
                amount=1,
                currency=account.base_currency,
                payer="master",
                balance=2000,
                master_currency="USD",
                usd_rate=1,
                rate=1,
                run_id=0,
            )


def _invest(world: World) -> None:
    """Every holding account is invested in a fund that bears its word."""
    for number, word in CANARIES.items():
        account = world[number]
        if account.kind in HOLDING_KINDS:
            FundValue.unscoped.create(
                firm_id=account.firm_id,
                account=account,
                fund=f"{word} fund",
                day=DAY,
                value=1000,
                put_in=0,
                taken_out=0,
                source="Statement",
                recorded_by=world.users["olga"],
            )


def _cut(world: World) -> None:
    """The rolling cap has left a cent of whatever was charged."""
    for charge in Charge.unscoped.all():
        Cut.unscoped.create(
            charge=charge,
            firm_id=charge.firm_id,
            account_id=charge.account_id,
            practice_id=charge.practice_id,
            day=DAY,
            taken=Decimal("0.01"),
            windows="30 10000.00000000 721.68783649 50.00000000 671.69000000",
            run_id=0,
        )


def _give_back(world: World) -> None:
    """Every client's own advisor gives something back, with the account's word in its memo."""
    given = world.rows["given"] = {}
    senders = {"U1000001": "alice", "U1000002": "alice", "U2000001": "bob", "U3000001": "carol", "U9000001": "mallory"}
    for number, name in senders.items():
        account = world[number]
        given[number] = Reimbursement.unscoped.create(
            firm_id=account.firm_id,
            account=account,
            practice_id=account.practice_id,
            amount=1,
            currency=account.base_currency,
            memo=f"{CANARIES[number]} back",
            business_day=date(2099, 1, 2),
            submitted_at=datetime(2025, 9, 30, 12, tzinfo=UTC),
            submitted_by=world.users[name],
        ).pk


def _tell(world: World) -> None:
    """Everybody who has paid a fee was told of it, in a document that holds the account's word."""
    told = world.rows["told"] = {}
    for charge in Charge.unscoped.select_related("account", "practice").exclude(amount=0):
        number = charge.account.number
        if charge.practice_id != charge.account.practice_id or number in told:
            continue
        facts = {"title": "Invoice", "period": "", "brand": "", "said": f"{CANARIES[number]} fee", "facts": []}
        told[number] = charge.pk
        Notice.unscoped.create(
            charge=charge,
            firm_id=charge.firm_id,
            account=charge.account,
            practice=charge.practice,
            day=DAY,
            mode="mail",
            language="en",
            brand="",
            amount=charge.amount,
            currency=charge.currency,
            document={**facts, "head": [], "row": [], "story_title": "", "story": [], "days": [], "errors": ""},
            sha256="0" * 64,
            run_id=0,
        )


def _propose(world: World) -> None:
    """Every client's own advisor has proposed a higher fee, in a text that holds the account's word."""
    sent = world.rows["proposal"] = {}
    for number, name in SENDERS.items():
        with acting(world.users[name].pk) as who:
            assert who is not None
            sent[number] = propose(
                who=who,
                account=world[number],
                wanted=Wanted(strategy="automatic", components=(figures("PERCENTOFEQUITY_EOM", rate="0.02"),)),
                at=datetime(2025, 10, 1, 16, tzinfo=UTC),
            ).pk


def _ask_for_consent(world: World) -> None:
    """Every owner was asked for a streamlined authority, in a text that holds the account's word."""
    waiting = world.rows["consent"] = {}
    for number, name in SENDERS.items():
        with acting(world.users[name].pk) as who:
            assert who is not None
            at = datetime(2025, 10, 1, 16, tzinfo=UTC)
            waiting[number] = consents.ask(who=who, account=world[number], kind="streamlined", at=at).pk
