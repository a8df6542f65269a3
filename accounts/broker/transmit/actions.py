"""Sending again what the broker rejected; the next night writes it into a file of its own."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from accounts.broker.transmit.models import Answer, Instruction


def send_again(instructions: "QuerySet[Instruction]", *, at: datetime) -> int:
    """Ask for another try of those rejected ones that have none yet; how many."""
    later = Instruction.unscoped.filter(transfer=OuterRef("transfer"), attempt__gt=OuterRef("attempt"))
    open_ones = instructions.filter(answer=Answer.REJECTED, again_asked_at=None).filter(~Exists(later))
    return open_ones.order_by().update(again_asked_at=at)
