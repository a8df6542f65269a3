"""What stands in an exam pack, table by table and paper by paper, read in short transactions in the person's name.

Tables are CSV, proofs and seals JSON lines, papers PDF. Every reading begins with the person's rights of that moment.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.db.models import QuerySet

from accounts.ground.access.context import Who
from accounts.ground.access.gates import Gate, may_pass
from accounts.ground.access.scope import scope
from accounts.ground.ledger.models import Transfer
from accounts.ground.people.models import User
from accounts.ground.runs.models import Seal
from accounts.ground.runs.queries import sealed_day
from accounts.ground.stored_words import said
from accounts.ground.trail.models import Event, TrailEntry
from accounts.ground.tree.queries import with_payee
from fees.engine.registry import EVERY
from fees.invoicing.models import Invoice
from fees.notices.paper import paper as notice_paper
from fees.notices.queries import notices
from fees.posting.models import Charge
from fees.posting.seal import PARTS
from fees.proofs.queries import charges, proofs
from fees.proofs.words import tell
from fees.proposals.models import Proposal
from fees.proposals.paper import paper as agreement_paper
from fees.proposals.queries import of_practice
from fees.reimbursements.models import Reimbursement
from portal.lib import csvtext
from portal.lib.csvtext import Cell
from portal.lib.exchange import EXCHANGE_ZONE
from portal.lib.zipped import File

# What a part of the pack asks besides `report`, as the page does on which the same can be read.
GATES = {
    "fees": Gate("set_fees"),
    "history": Gate("view", needs="transaction_history"),
    "users": Gate("manage_users"),
}
AT_ONCE = 200
MARK = "\N{BOM}".encode()

Acting = Callable[[], AbstractContextManager[Who | None]]
Asked = Callable[[Who], "QuerySet[Any]"]


class Ended(Exception):
    """The person may not see any of it any longer, or has stopped the job."""


@dataclass
class Pack:
    """One pack while it is made: whose, of which days, how many rows each of its files has so far, and which gates the
    person has passed for them."""

    acting: Acting
    first: date
    last: date
    took: Callable[[int], None]
    rows: dict[str, int] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    shut: set[str] = field(default_factory=set)

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """From the first midnight at the exchange to the one after the last day."""
        begins, ends = (datetime.combine(day, time(), EXCHANGE_ZONE) for day in (self.first, self.last + timedelta(1)))
        return begins, ends

    def slices(
        self, path: str, asked: "Asked", made: Callable[[Sequence[Any]], list[Any]], mark: str = ""
    ) -> Iterator[list[Any]]:
        """What is made of the rows that are asked for, some at a time, each time in a transaction of its own;
        nothing where the person does not pass the gate before them."""
        after: object = None
        self.rows.setdefault(path, 0)
        while True:
            with self.acting() as who:
                if who is None:
                    raise Ended
                if mark and not may_pass(who, GATES[mark]):
                    self.shut.add(path)
                    return
                self.passed.update([mark] if mark else ())
                found = asked(who).order_by("pk")
                some = list((found if after is None else found.filter(pk__gt=after))[:AT_ONCE])
                lines = made(some)
            if not some:
                return
            after = some[-1].pk
            self.rows[path] += len(lines)
            self.took(len(some))
            yield lines


def files(pack: Pack) -> Iterator[File]:
    """Every file of the pack; the caller adds what tells of them."""
    begins, ends = pack.instants
    days = {"first": pack.first, "last": pack.last}
    yield _table(pack, "bills/charges.csv", CHARGES, lambda who: _charges(who, **days).defer("inputs"), _charge_lines)
    for path, model in (("bills/invoices.csv", Invoice), ("bills/reimbursements.csv", Reimbursement)):
        yield _table(
            pack, path, SENT, partial(_sent, model=model, first=pack.first, last=pack.last), _sent_lines, "fees"
        )
    yield _table(pack, "bills/movements.csv", MOVED, lambda who: _moved(who, **days), _moved_lines, "history")
    yield _json(pack, "proofs/proofs.jsonl", lambda who: _charges(who, **days), _proof_lines)
    yield from _papers(
        pack, "notices", lambda who: notices(who).filter(day__range=(pack.first, pack.last)), _notice_papers
    )
    agreed = partial(_agreed, begins=begins, ends=ends)
    yield _table(pack, "approvals/approvals.csv", AGREED, agreed, _agreed_lines, "fees")
    yield from _papers(pack, "approvals", agreed, _agreed_papers, "fees")
    yield _table(pack, "logs/events.csv", HAPPENED, lambda who: _happened(who, **days), _event_lines)
    yield _json(pack, "logs/trail.jsonl", lambda who: _trail(who, begins, ends), _trail_lines, "users")
    yield _json(pack, "seals/seals.jsonl", lambda who: _seals(who, **days), _seal_lines)


def _table(
    pack: Pack,
    path: str,
    head: Sequence[str],
    asked: Asked,
    lines: Callable[[Sequence[Any]], list[list[Cell]]],
    mark: str = "",
) -> File:
    def blocks() -> Iterator[bytes]:
        yield MARK + csvtext.write([head]).encode()
        for some in pack.slices(path, asked, lines, mark):
            yield csvtext.write(some).encode()

    return path, blocks()


def _json(
    pack: Pack,
    path: str,
    asked: Asked,
    lines: Callable[[Sequence[Any]], list[Mapping[str, Any]]],
    mark: str = "",
) -> File:
    def blocks() -> Iterator[bytes]:
        for some in pack.slices(path, asked, lines, mark):
            yield "".join(json.dumps(one, ensure_ascii=False, default=str) + "\n" for one in some).encode()

    return path, blocks()


def _papers(
    pack: Pack,
    folder: str,
    asked: Asked,
    papers: Callable[[Sequence[Any]], list[tuple[str, bytes]]],
    mark: str = "",
) -> Iterator[File]:
    for some in pack.slices(f"{folder}/*.pdf", asked, papers, mark):
        for name, content in some:
            yield f"{folder}/{name}", [content]


CHARGES = (
    *("id", "account", "payee", "method", "first_day", "day_after", "closed_on", "revision", "currency", "exact"),
    *("amount", "not_taken", "state", "reason", "due_on", "posted_on", "fingerprint"),
)


def _charges(who: Who, first: date, last: date) -> "QuerySet[Charge]":
    return charges(who, sealed_day()).filter(period_end_day__range=(first, last)).select_related("cut")


def _charge_lines(some: Sequence[Any]) -> list[list[Cell]]:
    return [
        [
            *(str(one.pk), one.account.number, one.payee_name, EVERY[one.method].name, one.starts, one.ends),
            *(one.period_end_day, one.revision, one.currency, one.exact, one.amount, one.forgone, one.state),
            *(one.reason, one.due_on, one.posted_on, one.fingerprint),
        ]
        for one in some
    ]


def _proof_lines(some: Sequence[Any]) -> list[Mapping[str, Any]]:
    """The engine's own text of what was multiplied, and the same in words."""
    opened = proofs(some)
    return [
        {
            "charge": one.pk,
            "account": one.account.number,
            "payee": one.practice_id,
            "method": one.method,
            "starts": one.starts,
            "ends": one.ends,
            "currency": one.currency,
            "exact": one.exact,
            "amount": one.amount,
            "inputs": one.inputs,
            "fingerprint": one.fingerprint,
            "said": [tell(sentence) for sentence in opened[one.pk].story],
        }
        for one in some
    ]


SENT = (
    *("id", "account", "payee", "amount", "currency", "memo", "business_day", "state", "reason", "sent_at"),
    *("sent_by", "approved_at", "approved_by", "processed_on"),
)


def _sent(who: Who, *, model: type[Any], first: date, last: date) -> "QuerySet[Any]":
    rows = scope(who, model, "report").filter(business_day__range=(first, last))
    return with_payee(rows.select_related("account", "submitted_by", "approved_by"))


def _sent_lines(some: Sequence[Any]) -> list[list[Cell]]:
    return [
        [
            *(str(one.pk), one.account.number, one.payee_name, one.amount, one.currency, one.memo),
            *(one.business_day, one.state, one.reason, one.submitted_at, one.submitted_by.username),
            *(one.approved_at, one.approved_by.username if one.approved_by else "", one.processed_on),
        ]
        for one in some
    ]


MOVED = ("id", "account", "payee", "kind", "amount", "currency", "day", "settles", "posted_at")


def _moved(who: Who, first: date, last: date) -> "QuerySet[Transfer]":
    rows = scope(who, Transfer, "report").filter(day__range=(first, last))
    return with_payee(rows.select_related("account"))


def _moved_lines(some: Sequence[Any]) -> list[list[Cell]]:
    return [
        [
            *(str(one.pk), one.account.number if one.account else "", one.payee_name or ""),
            *(one.kind, one.amount, one.currency, one.day, str(one.source or ""), one.posted_at),
        ]
        for one in some
    ]


def _notice_papers(some: Sequence[Any]) -> list[tuple[str, bytes]]:
    return [(f"{one.account.number}_{one.day:%Y%m%d}_{one.pk.hex[:8]}.pdf", notice_paper([one])) for one in some]


AGREED = (
    *("id", "account", "payee", "version", "state", "sent_at", "decided_at", "starts", "document_sha256"),
    *("signed_by", "signed_at", "signed_from", "signature"),
)


def _agreed(who: Who, begins: datetime, ends: datetime) -> "QuerySet[Proposal]":
    rows = of_practice(who).filter(proposed_at__gte=begins, proposed_at__lt=ends).exclude(document="")
    return with_payee(rows.select_related("account", "signature"))


def _agreed_lines(some: Sequence[Any]) -> list[list[Cell]]:
    return [
        [
            *(str(one.pk), one.account.number, one.payee_name, one.version, one.state, one.proposed_at),
            *(one.decided_at, one.starts, one.document_hash, *_signed(one)),
        ]
        for one in some
    ]


def _signed(one: Proposal) -> list[Cell]:
    signature = getattr(one, "signature", None)
    return [signature.name, signature.at, signature.address, signature.kind] if signature else ["", None, "", ""]


def _agreed_papers(some: Sequence[Any]) -> list[tuple[str, bytes]]:
    return [
        (
            f"{one.account.number}_{one.version}_{one.pk.hex[:8]}.pdf",
            agreement_paper(one, getattr(one, "signature", None)),
        )
        for one in some
    ]


HAPPENED = ("id", "account", "day", "kind", "title", "status", "at", "by")


def _happened(who: Who, first: date, last: date) -> "QuerySet[Event]":
    return scope(who, Event).filter(day__range=(first, last)).select_related("account")


def _event_lines(some: Sequence[Any]) -> list[list[Cell]]:
    names = _names(some)
    return [
        [
            *(one.pk, one.account.number if one.account else "", one.day, one.kind, said(one.title, one.data)),
            *(one.status, one.at, names.get(one.user_id, "")),
        ]
        for one in some
    ]


def _trail(who: Who, begins: datetime, ends: datetime) -> "QuerySet[TrailEntry]":
    return scope(who, TrailEntry).filter(at__gte=begins, at__lt=ends)


def _trail_lines(some: Sequence[Any]) -> list[Mapping[str, Any]]:
    names = _names(some)
    return [
        {
            "id": one.pk,
            "at": one.at.isoformat(),
            "by": names.get(one.user_id, ""),
            "from": one.address,
            "table": one.table,
            "row": one.row,
            "operation": one.operation,
            "old": one.old,
            "new": one.new,
        }
        for one in some
    ]


def _names(some: Iterable[Any]) -> dict[int, str]:
    """User names of those who did it; one that the person may not see stays empty."""
    return dict(User.objects.filter(pk__in={one.user_id for one in some} - {None}).values_list("pk", "username"))


def _seals(who: Who, first: date, last: date) -> "QuerySet[Seal]":
    return scope(who, Seal).filter(day__range=(first, last))


def _seal_lines(some: Sequence[Any]) -> list[Mapping[str, Any]]:
    return [
        {
            "firm": one.firm_id,
            "day": one.day.isoformat(),
            "previous": one.previous,
            "digest": one.digest,
            "parts": [[name, one.figures[name]["digest"]] for name in PARTS if name in one.figures],
            "counts": [one.billable, one.billed, one.zero, one.held],
            "sealed_at": one.sealed_at.isoformat(),
        }
        for one in some
    ]
