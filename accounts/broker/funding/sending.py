"""By the clock: holds end, banks that nobody confirmed expire, and what is released goes to the broker in a file.

The file has the columns of the night's instructions and leaves by the same door; its references are the requests' ids,
which answers and statement lines repeat.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from accounts.broker.funding.models import FundingFile, FundingKind, FundingRequest, FundingStatus
from accounts.broker.funding.rules import BANK_WAITS, check_step
from accounts.broker.transmit.night import COLUMNS
from accounts.ground.access.context import as_role
from accounts.ground.days.queries import calendar
from accounts.ground.outbox.actions import owe
from accounts.ground.outbox.models import Channel
from accounts.ground.tree.models import Account, Kind
from portal.lib.csvtext import Cell, write
from portal.lib.exchange import exchange_day
from portal.lib.fingerprint import digest

MOST_ROWS = 20_000
WAITING_BANKS = (FundingStatus.PENDING_CONFIRMATION, FundingStatus.PENDING_VERIFICATION)


def go_on_due(*, at: datetime) -> int:
    """Release what was held long enough, and end banks that nobody confirmed; how many. Run twice, nothing changes."""
    with as_role("office"), transaction.atomic(using="office"):
        rows = FundingRequest.unscoped.select_for_update(of=("self",), skip_locked=True)
        held = list(rows.filter(status=FundingStatus.PENDING_ADVISOR, hold_until__lte=at))
        for one in held:
            check_step(one.status, FundingStatus.PENDING)
            one.status, one.released_at = FundingStatus.PENDING, at
            one.save(update_fields=["status", "released_at"])
        old = list(rows.filter(kind=FundingKind.BANK, status__in=WAITING_BANKS, asked_at__lte=at - BANK_WAITS))
        for one in old:
            check_step(one.status, FundingStatus.EXPIRED)
            one.status, one.ended_at = FundingStatus.EXPIRED, at
            one.save(update_fields=["status", "ended_at"])
        return len(held) + len(old)


def send_due(*, at: datetime) -> int:
    """Tell the broker of what is released, one file a firm; how many movements. What was written once is not again."""
    sent = 0
    with as_role("office"):
        firms = FundingRequest.unscoped.filter(status=FundingStatus.PENDING).values_list("firm_id", flat=True)
        for firm_id in sorted(set(firms)):
            with transaction.atomic(using="office"):
                sent += _send(firm_id, at)
    return sent


def _send(firm_id: int, at: datetime) -> int:
    waiting = FundingRequest.unscoped.select_for_update(of=("self",), skip_locked=True)
    waiting = waiting.filter(firm_id=firm_id, status=FundingStatus.PENDING).select_related("account", "counter", "bank")
    rows = list(waiting.order_by("asked_at", "pk")[:MOST_ROWS])
    if not rows:
        return 0
    # The broker reads it on a business day.
    day = calendar().on_or_after(exchange_day(at))
    text = _text(rows, day.isoformat())
    top = Account.unscoped.filter(firm_id=firm_id, kind=Kind.TOP_MASTER).values_list("number", flat=True)[0]
    key = uuid4()
    name = f"{top}_{day:%Y%m%d}_{key.hex[:8]}_funding.csv"
    file = FundingFile.unscoped.create(
        pk=key, firm_id=firm_id, day=day, name=name, rows=len(rows), sha256=digest(text), written_at=at
    )
    for one in rows:
        check_step(one.status, FundingStatus.PROCESSED)
        one.status, one.file, one.sent_at = FundingStatus.PROCESSED, file, at
        one.save(update_fields=["status", "file", "sent_at"])
    owe(
        channel=Channel.FILE,
        recipient=settings.INSTRUCTIONS_URL,
        subject=name,
        body=text,
        natural_key=file.natural_key,
        firm_id=firm_id,
    )
    return len(rows)


def _text(rows: Sequence[FundingRequest], day: str) -> str:
    lines: list[Sequence[Cell]] = [COLUMNS]
    for one in rows:
        is_in = one.kind == FundingKind.DEPOSIT
        payer = "" if is_in else one.account.number
        payee = one.account.number if is_in else one.counter.number if one.counter else ""
        lines.append((str(one.pk), day, str(one.kind), payer, payee, one.amount, one.currency, _memo(one)))
    return write(lines)


def _memo(one: FundingRequest) -> str:
    """Where it goes, as far as the accounts do not say so."""
    parts = [one.method]
    if one.bank is not None:
        parts += [one.bank.holder, one.bank.bank_name, one.bank.code, one.bank.number]
    return " ".join(part for part in parts if part)[:300]
