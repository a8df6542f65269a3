"""What becomes of a movement that the broker rejected: the next night sends it again, or takes it back by an entry."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.broker.funds.models import Retirement
from accounts.broker.transmit.answers import key_of
from accounts.broker.transmit.models import Answer, Instruction
from accounts.broker.transmit.queries import shown, taken_back
from accounts.ground.access.context import current_alias
from accounts.ground.requests.actions import finish_by_key
from accounts.ground.requests.models import RequestKind, RequestStatus
from portal.lib.words import gettext_noop

REVERSIBLE = ("fee", "invoice", "mailbox")
LONGEST_REASON = 300
NOT_REVERSIBLE = gettext_noop(
    "Only a fee, an invoice or the charge for a mailbox that the broker rejected can be taken back."
)


class ReversalRefused(ValueError):
    """Why a movement cannot be taken back, in words."""


def send_again(instructions: "QuerySet[Instruction]", *, at: datetime) -> int:
    """Ask for another try of those rejected ones that have none yet; how many.

    What somebody gave up is among them as long as no night took it back: where the client has it all back already, the
    night takes nothing, and the fee must still be collected. What a master's statement shows was paid, and is not.
    """
    later = Instruction.unscoped.filter(transfer=OuterRef("transfer"), attempt__gt=OuterRef("attempt"))
    rejected = instructions.filter(~Exists(later), answer=Answer.REJECTED, again_asked_at=None)
    with transaction.atomic(using=current_alias.get()):
        # Locked first: the night that takes them back does the same, and what it wrote by then is seen.
        locked = dict(rejected.order_by("pk").select_for_update(of=("self",)).values_list("pk", "transfer_id"))
        open_ones = Instruction.unscoped.filter(~taken_back(), pk__in=locked)
        open_ones = open_ones.exclude(transfer_id__in=shown(locked.values()))
        return open_ones.update(again_asked_at=at, reverse_asked_at=None, reverse_asked_by=None, reverse_reason="")


def ask_reversal(*, instruction: Instruction, reason: str, by: int, at: datetime) -> None:
    """Have the next night take back what the broker rejected; the ledger gets an entry of its own.

    Nothing is edited: the movement stays, and another one leads from the advisor's share back to the client, or from
    the provider of mailboxes back to the advisor's share.
    """
    said = " ".join(reason.split())[:LONGEST_REASON]
    if not said:
        raise ReversalRefused(_("Say why it is taken back."))
    with transaction.atomic(using=current_alias.get()):
        found = Instruction.unscoped.select_for_update().get(pk=instruction.pk)
        if found.answer != Answer.REJECTED or found.kind not in REVERSIBLE:
            raise ReversalRefused(_(NOT_REVERSIBLE))
        later = Instruction.unscoped.filter(transfer_id=found.transfer_id, attempt__gt=found.attempt)
        if found.again_asked_at or later.exists():
            raise ReversalRefused(_("It goes to the broker again; wait for its answer."))
        if found.reverse_asked_at:
            raise ReversalRefused(_("It is taken back already."))
        if Retirement.unscoped.filter(transfer_id=found.transfer_id).exists() or shown([found.transfer_id]):
            raise ReversalRefused(_("A statement shows that the broker booked it after all."))
        found.reverse_asked_at, found.reverse_asked_by, found.reverse_reason = at, by, said
        found.save(update_fields=["reverse_asked_at", "reverse_asked_by", "reverse_reason"])
        finish_by_key(
            firms=[found.firm_id],
            kind=RequestKind.INSTRUCTION,
            natural_key=key_of(found),
            status=RequestStatus.CANCELLED,
            at=at,
        )
