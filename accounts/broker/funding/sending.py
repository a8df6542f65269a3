"""By the clock: holds end, what nobody confirmed expires, and what is released goes to the broker in a file.

The file has the columns of the night's instructions, those of a bank and those of a position, and leaves by the same
door; its references are the requests' ids, which answers and statement lines repeat. A request has a line for each
position that it moves; one that brings a whole account names none.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.broker.funding.models import FundingFile, FundingKind, FundingRequest, FundingStatus, PositionKind
from accounts.broker.funding.rules import BANK_WAITS, NUMBER_LASTS
from accounts.broker.positions.models import MovedPosition
from accounts.broker.transmit.night import COLUMNS
from accounts.ground.access.context import as_role
from accounts.ground.days.queries import calendar
from accounts.ground.outbox.actions import owe
from accounts.ground.outbox.models import Channel
from accounts.ground.tree.models import Account, Kind, Status
from portal.lib.csvtext import Cell, write
from portal.lib.exchange import exchange_day
from portal.lib.fingerprint import digest
from portal.lib.words import gettext_noop

MOST_ROWS = 20_000
BANK_COLUMNS = ("bank_holder", "bank_name", "bank_code", "bank_account")
NO_BANK = ("",) * len(BANK_COLUMNS)
POSITION_COLUMNS = ("symbol", "conid", "quantity")
NO_POSITION = ("",) * len(POSITION_COLUMNS)
COMES = (FundingKind.DEPOSIT, PositionKind.IN)
WAITING_BANKS = (FundingStatus.PENDING_CONFIRMATION, FundingStatus.PENDING_VERIFICATION)


def go_on_due(*, at: datetime) -> int:
    """Release what was held long enough, and end what nobody confirmed; how many. Run twice, nothing changes."""
    with as_role("office"), transaction.atomic(using="office"):
        rows = FundingRequest.unscoped.select_for_update(of=("self",), skip_locked=True)
        held = [one.pk for one in rows.filter(status=FundingStatus.PENDING_ADVISOR, hold_until__lte=at)]
        FundingRequest.unscoped.filter(pk__in=held).update(status=FundingStatus.PENDING, released_at=at)
        banks = Q(kind=FundingKind.BANK, status__in=WAITING_BANKS, asked_at__lte=at - BANK_WAITS)
        unsure = ~Q(kind=FundingKind.BANK) & Q(
            status=FundingStatus.PENDING_CONFIRMATION, asked_at__lte=at - NUMBER_LASTS
        )
        old = [one.pk for one in rows.filter(banks | unsure)]
        FundingRequest.unscoped.filter(pk__in=old).update(status=FundingStatus.EXPIRED, ended_at=at)
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
    rows = _of_open_accounts(list(waiting.order_by("asked_at", "pk")[:MOST_ROWS]), at)
    if not rows:
        return 0
    # The broker reads it on a business day.
    day = calendar().on_or_after(exchange_day(at))
    text, lines = _text(rows, _positions(rows), day.isoformat())
    top = Account.unscoped.filter(firm_id=firm_id, kind=Kind.TOP_MASTER).values_list("number", flat=True)[0]
    key = uuid4()
    name = f"{top}_{day:%Y%m%d}_{key.hex[:8]}_funding.csv"
    file = FundingFile.unscoped.create(
        pk=key, firm_id=firm_id, day=day, name=name, rows=lines, sha256=digest(text), written_at=at
    )
    FundingRequest.unscoped.filter(pk__in=[one.pk for one in rows]).update(
        status=FundingStatus.PROCESSED, file=file, sent_at=at
    )
    owe(
        channel=Channel.FILE,
        recipient=settings.INSTRUCTIONS_URL,
        subject=name,
        body=text,
        natural_key=file.natural_key,
        firm_id=firm_id,
    )
    return len(rows)


def _of_open_accounts(rows: list[FundingRequest], at: datetime) -> list[FundingRequest]:
    """Those that can still move; what would move an account that was closed since is cancelled."""
    stays = [one for one in rows if all(end is None or end.status == Status.OPEN for end in (one.account, one.counter))]
    closed = {one.pk for one in rows} - {one.pk for one in stays}
    reason = gettext_noop("The account was closed.")
    FundingRequest.unscoped.filter(pk__in=closed).update(status=FundingStatus.CANCELLED, ended_at=at, reason=reason)
    return stays


def _positions(rows: Sequence[FundingRequest]) -> dict[UUID, list[MovedPosition]]:
    """What each request moves of positions."""
    found: dict[UUID, list[MovedPosition]] = defaultdict(list)
    moving = [one.pk for one in rows if one.moves_positions]
    for one in MovedPosition.unscoped.filter(request__in=moving).order_by("symbol", "pk"):
        found[one.request_id].append(one)
    return found


def _text(
    rows: Sequence[FundingRequest], positions: Mapping[UUID, Sequence[MovedPosition]], day: str
) -> tuple[str, int]:
    """The file, and how many lines it has below its heading."""
    lines: list[Sequence[Cell]] = [(*COLUMNS, *BANK_COLUMNS, *POSITION_COLUMNS)]
    for one in rows:
        is_in = one.kind in COMES
        payer = "" if is_in else one.account.number
        payee = one.account.number if is_in else one.counter.number if one.counter else ""
        moves = (str(one.pk), day, str(one.kind), payer, payee, one.amount, one.currency, one.method)
        bank = one.bank
        # Whole, each in its own column: nothing that decides where money goes is cut or run together.
        where = (bank.holder, bank.bank_name, bank.code, bank.number) if bank else NO_BANK
        parts = positions.get(one.pk, ())
        lines += [(*moves, *where, part.symbol, part.conid, part.quantity) for part in parts]
        if not parts:
            lines.append((*moves, *where, *NO_POSITION))
    return write(lines), len(lines) - 1
