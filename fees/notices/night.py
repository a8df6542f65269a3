"""The night's notices: each charged fee becomes a document for its client, where the advisor has not said no."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.desk.messages.actions import Told, tell_owners
from accounts.ground.access.context import cursor
from accounts.ground.outbox.actions import owe_many
from accounts.ground.outbox.models import Channel, OutboxMessage
from accounts.ground.runs.models import Run
from accounts.ground.runs.results import ChunkResult
from accounts.ground.writing import told_in
from fees.notices.document import hash_of, write
from fees.notices.models import Mode, Notice
from fees.posting.models import Charge
from fees.proofs.queries import Proof, proofs

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
        rows = Charge.unscoped.select_related("account", "practice", "cut").in_bulk([one.charge for one in batch])
        opened = proofs(list(rows.values()))
        Notice.unscoped.bulk_create(_notice(run, day, opened[one.charge], one) for one in batch)
        _tell(run, [(rows[one.charge], one) for one in batch])
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


def _notice(run: Run, day: date, opened: Proof, due: Due) -> Notice:
    charge, document = opened.charge, write(opened, language=due.language, brand=due.brand)
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


def _tell(run: Run, written: Sequence[tuple[Charge, Due]]) -> None:
    """Owe each owner the mail that says where the notice is, and tell it in the message center where that is wanted."""
    news, mails = [], []
    for charge, due in written:
        address = settings.PUBLIC_URL.rstrip("/") + reverse("fees:notice", args=[charge.pk])
        if due.mode == Mode.BOTH:
            with told_in(due.language):
                news.append(
                    Told(
                        account=charge.account_id,
                        practice=charge.account.practice_id,
                        key=charge.pk,
                        subject=str(SUBJECT),
                        body=str(TEXT) % {"address": address},
                        name=due.brand,
                    )
                )
        for owner in due.owners:
            with told_in(owner["language"]):
                mails.append(
                    OutboxMessage(
                        channel=Channel.MAIL,
                        recipient=owner["email"],
                        subject=str(SUBJECT),
                        body=str(TEXT) % {"address": address},
                        natural_key=f"fee notice:{charge.pk}:{owner['user']}",
                        firm_id=charge.firm_id,
                        person_id=int(owner["user"]),
                    )
                )
    tell_owners(news, at=run.at)
    owe_many(mails)
