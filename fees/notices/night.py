"""The night's notices: each charged fee becomes a document for its client, where the advisor has not said no."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.desk.messages.actions import tell_owner
from accounts.ground.access.context import cursor
from accounts.ground.outbox.actions import owe
from accounts.ground.outbox.models import Channel
from accounts.ground.runs.models import Run
from accounts.ground.runs.results import ChunkResult
from fees.notices.document import hash_of, write
from fees.notices.models import Mode, Notice
from fees.posting.models import Charge

AT_ONCE = 500
SUBJECT = _("An advisory fee was charged")
TEXT = _("A fee was charged to your account. The invoice, with how it was worked out, is here: %(address)s")


class Due(NamedTuple):
    """A charge whose client is to be told, with whom that is."""

    charge: UUID
    mode: str
    language: str
    brand: str
    owners: list[dict[str, str]]


def notices_chunk(run: Run, day: date, lo: int, hi: int, chunk_id: int) -> ChunkResult:
    """Write the notices of fees that were charged on `day` to accounts lo <= id < hi, and owe their mails."""
    written = 0
    for batch in _due(day, lo, hi, run):
        charges = Charge.unscoped.select_related("account", "practice").in_bulk([one.charge for one in batch])
        Notice.unscoped.bulk_create(_notice(run, day, charges[one.charge], one) for one in batch)
        for one in batch:
            _tell(run, charges[one.charge], one)
        written += len(batch)
    return ChunkResult(rows=written)


def _due(day: date, lo: int, hi: int, run: Run) -> Iterator[Sequence[Due]]:
    with cursor() as cur:
        cur.execute("SELECT * FROM fees_notices_due(%s, %s, %s, %s)", [day, lo, hi, run.at])
        rows = [
            Due(charge, mode, language, brand, json.loads(owners))
            for charge, mode, language, brand, owners in cur.fetchall()
        ]
    for first in range(0, len(rows), AT_ONCE):
        yield rows[first : first + AT_ONCE]


def _notice(run: Run, day: date, charge: Charge, due: Due) -> Notice:
    document = write(charge, language=due.language, brand=due.brand)
    return Notice(
        charge=charge,
        firm_id=charge.firm_id,
        account_id=charge.account_id,
        practice_id=charge.practice_id,
        day=day,
        mode=due.mode,
        language=due.language,
        brand=due.brand,
        amount=charge.taken,
        currency=charge.currency,
        document=document,
        sha256=hash_of(document),
        run_id=run.pk,
    )


def _tell(run: Run, charge: Charge, due: Due) -> None:
    """Owe each owner the mail that says where the notice is."""
    address = settings.PUBLIC_URL.rstrip("/") + reverse("fees:notice", args=[charge.pk])
    if due.mode == Mode.BOTH:
        with override(due.language):
            tell_owner(
                account=charge.account_id,
                practice=charge.account.practice_id,
                key=charge.pk,
                subject=str(SUBJECT),
                body=str(TEXT) % {"address": address},
                name=due.brand,
                at=run.at,
            )
    for owner in due.owners:
        with override(owner["language"]):
            owe(
                channel=Channel.MAIL,
                recipient=owner["email"],
                subject=str(SUBJECT),
                body=str(TEXT) % {"address": address},
                natural_key=f"fee notice:{charge.pk}:{owner['user']}",
                firm_id=charge.firm_id,
                person_id=int(owner["user"]),
            )
