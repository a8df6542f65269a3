"""Instructions with how they stand, for pages, the API and commands."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat

from accounts.broker.activity.models import CashLine
from accounts.broker.funding.models import FundingFile
from accounts.broker.funds.models import Retirement
from accounts.broker.transmit.models import Answer, Instruction, InstructionFile, Standing
from accounts.broker.transmit.rules import END_WITH_ACCEPTANCE
from accounts.ground.access.context import cursor
from accounts.ground.ledger.models import Transfer, TransferKind
from accounts.ground.outbox.models import OutboxMessage

# What the ledger holds of a movement that the broker rejected and somebody gave up.
TAKEN_BACK = (TransferKind.REVERSAL, TransferKind.MAILBOX_OFF)


def sql_shown(movement: str, until: str = "'infinity'::date") -> str:
    """Whether the statement of a master shows that it paid a movement for a mailbox, whatever the broker answered: its
    lines up to a day that name the movement, or the charge, take money from it. No posting of a master is retired."""
    said = "lower(replace(l.reference || ' ' || l.description, '-', ''))"
    return f"""coalesce((
        SELECT sum(l.amount) FROM broker_cashline l
         WHERE l.account_id = {movement}.account_id AND l.kind = '{CashLine.ADVISOR_FEES}'
           AND l.currency = {movement}.currency
           AND coalesce(l.report_on, l.settle_on, l.happened_at::date) <= {until}
           AND (strpos({said}, replace({movement}.id::text, '-', '')) > 0
                OR strpos({said}, replace({movement}.source::text, '-', '')) > 0)), 0) < 0"""


def shown(movements: Collection[UUID]) -> set[UUID]:
    """Those of some movements that are for mailboxes and that a statement shows."""
    with cursor() as cur:
        cur.execute(
            "SELECT t.id FROM accounts_transfer t"
            f" WHERE t.id = ANY(%s::uuid[]) AND t.kind = 'mailbox' AND {sql_shown('t')}",
            [[str(one) for one in movements]],
        )
        return {one for (one,) in cur.fetchall()}


def taken_back() -> Exists:
    """Whether the ledger holds the entry by which an instruction's movement was taken back."""
    back = Transfer.unscoped.filter(source=OuterRef("transfer__source"), kind__in=TAKEN_BACK)
    return Exists(back)


def standing(rows: "QuerySet[Instruction]") -> "QuerySet[Instruction]":
    """Each instruction with its `standing`; the same as rules.standing, asked of the database."""
    booked = Exists(Retirement.unscoped.filter(transfer=OuterRef("transfer")))
    later = Exists(Instruction.unscoped.filter(transfer=OuterRef("transfer"), attempt__gt=OuterRef("attempt")))
    return rows.annotate(is_booked=booked, is_sent_again=later, is_taken_back=taken_back()).annotate(
        standing=Case(
            When(is_sent_again=True, then=Value(Standing.SENT_AGAIN.value)),
            When(is_booked=True, then=Value(Standing.BOOKED.value)),
            When(is_taken_back=True, then=Value(Standing.REVERSED.value)),
            When(answer=Answer.REJECTED, then=Value(Standing.REJECTED.value)),
            When(answer=Answer.ACCEPTED, kind__in=END_WITH_ACCEPTANCE, then=Value(Standing.BOOKED.value)),
            When(answer=Answer.ACCEPTED, then=Value(Standing.ACCEPTED.value)),
            default=Value(Standing.SENT.value),
            output_field=CharField(),
        )
    )


def counted(files: "QuerySet[InstructionFile]") -> "QuerySet[InstructionFile]":
    """Files with how many of their instructions were accepted, rejected and booked, and whether they have left."""
    own = Instruction.unscoped.filter(file=OuterRef("pk")).order_by().values("file")
    sums = {
        "accepted": Count("pk", filter=Q(answer=Answer.ACCEPTED)),
        "rejected": Count("pk", filter=Q(answer=Answer.REJECTED)),
        "booked": Count("pk", filter=Exists(Retirement.unscoped.filter(transfer=OuterRef("transfer")))),
    }
    key = Concat(Value("instructions "), Cast(OuterRef("pk"), CharField()))
    message = OutboxMessage.unscoped.filter(natural_key=key)
    return files.annotate(
        **{name: Subquery(own.annotate(n=count).values("n")) for name, count in sums.items()},
        delivered_at=Subquery(message.values("delivered_at")),
        delivery_problem=Subquery(message.values("last_error")),
    )


def undelivered() -> "QuerySet[FundingFile]":
    """Files of movements that have not reached the broker after their first try, the oldest first, and why."""
    key = Concat(Value("funding file "), Cast(OuterRef("pk"), CharField()))
    stuck = OutboxMessage.unscoped.filter(natural_key=key, delivered_at=None).exclude(last_error="")
    rows = FundingFile.unscoped.filter(Exists(stuck)).order_by("written_at", "pk")
    return rows.annotate(delivery_problem=Subquery(stuck.values("last_error")[:1]))


def bytes_of(file: InstructionFile | FundingFile) -> bytes:
    """The file as it is owed to the broker; under a login that reads the outbox."""
    return OutboxMessage.unscoped.get(natural_key=file.natural_key).body.encode()


def files_of(day: date) -> "QuerySet[InstructionFile]":
    """The files of a day, all firms."""
    return InstructionFile.unscoped.filter(day=day).select_related("firm").order_by("firm_id", "part")
