"""Brings the demo firm's statements in and bills them, stretch by stretch, as they would have come from a broker."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.broker.feed.actions import import_statements
from accounts.broker.feed.models import FileState, StatementFile
from accounts.broker.funding.models import FundingFile
from accounts.broker.transmit.models import InstructionFile
from accounts.broker.transmit.queries import bytes_of
from accounts.ground.access.context import as_role
from accounts.ground.requests.models import Request
from accounts.ground.runs.models import Hold, Seal
from accounts.ground.tree.models import Account
from fees.posting.models import TAKEN, Charge, ChargeState
from portal import nightly
from portal.demo import invoices, keys
from portal.demo.agreements import agree_missing
from portal.demo.broker import Branch, Plan, Written, file_name
from portal.demo.broker.calendar import business_days

_WORKERS = 1  # a night of two hundred accounts is shorter than the start of a second process


@dataclass(frozen=True)
class Stretch:
    """The days of one statement file. The broker books a fee in the first stretch after the one it was posted in."""

    first: date
    last: date


@dataclass
class Lived:
    """What catching up came to."""

    files: int = 0
    statements: int = 0
    account_days: int = 0
    schedules_agreed: int = 0
    limits_agreed: int = 0
    invoices_sent: int = 0
    given_back: int = 0
    nights: int = 0


def stretches(since: date, built: date, until: date) -> list[Stretch]:
    """Up to `built`, the day the demo was made for: months, each ending on the first business day of the next one, so
    that what was posted on that day is booked on the day after. The last day, and all days after it, come singly."""
    days = list(business_days(since, built))
    found = []
    start = 0
    for _month, group in groupby(range(1, len(days)), key=lambda place: (days[place].year, days[place].month)):
        place = next(group)
        if days[place].month != days[place - 1].month:
            found.append(Stretch(days[start], days[place]))
            start = place + 1
    if start < len(days) - 1:
        found.append(Stretch(days[start], days[-2]))
    if start < len(days):
        found.append(Stretch(days[-1], days[-1]))
    return [*found, *(Stretch(day, day) for day in business_days(built, until) if day > built)]


def catch_up(
    firm: Plan, *, built: date, until: date, at: datetime, say: Callable[[str], None], bill: bool = True
) -> Lived:
    """Import every statement up to `until` that is not there yet, and run the nights after each."""
    lived = Lived()
    branch = Branch(firm, until)
    planned = stretches(firm.since, built, until)
    missing = _missing(firm, planned)
    without_nav = {(number, built) for number in _without_value(firm)}
    for stretch in planned:
        if stretch in missing:
            written = branch.write(
                keys.folder(), first=stretch.first, last=stretch.last, per="all", without_nav=without_nav
            )
            _load(written, lived, at=at)
            say(_("statements until %(day)s") % {"day": stretch.last})
            # Accounts that these statements have opened are billed from their first day.
            lived.schedules_agreed += agree_missing(firm)
            lived.limits_agreed += invoices.agree_missing(firm)
            if branch.write_answers(answers := _answers_file(firm, stretch)):
                _take(answers, at=at)
        if bill and (stretch in missing or stretch == planned[-1]):
            lived.nights += sum(1 for _night in nightly.through(stretch.last, at=at, workers=_WORKERS))
            if stretch in missing:
                lived.invoices_sent += invoices.send(firm, stretch.last)
                lived.given_back += invoices.give_back(firm, stretch.last)
        if missing and stretch.last < missing[-1].last:
            _instruct(branch, stretch)
    return lived


def complete(firm: Plan, *, built: date, at: datetime) -> Lived:
    """Import the statements of the day the firm was made for once more, now with the value that was left out."""
    lived = Lived()
    branch = Branch(firm, built)
    *before, last = stretches(firm.since, built, built)
    for stretch in before:
        _instruct(branch, stretch)
    written = branch.write(keys.folder() / "corrected", first=last.first, last=last.last, per="all")
    _load(written, lived, at=at)
    return lived


def is_complete(firm: Plan, *, built: date, until: date) -> bool:
    """Whether every statement up to `until` has been imported."""
    return not _missing(firm, stretches(firm.since, built, until))


def _missing(firm: Plan, planned: list[Stretch]) -> list[Stretch]:
    with as_role("night"):
        whole = StatementFile.unscoped.filter(state__in=[FileState.LOADED, FileState.PARTLY])
        loaded = set(whole.values_list("name", flat=True))
    return [stretch for stretch in planned if file_name(firm, stretch.first, stretch.last) not in loaded]


def _load(written: Written, lived: Lived, *, at: datetime) -> None:
    """Through the same door as manage.py import_statements; a file of our own that is refused is our mistake."""
    report = import_statements(written.files, at=at)
    for problems in (report.unreadable, report.rejected, report.held):
        if problems.total:
            raise RuntimeError(f"the importer does not take the demo broker's files: {problems.entries[0]}")
    lived.files += len(written.files)
    lived.statements += written.statements
    lived.account_days += written.account_days


def figures(firm: Plan) -> dict[str, Any]:
    """What stands in the books of the demo firm."""
    with as_role("night"):
        firm_id = Account.unscoped.values_list("firm_id", flat=True).get(number=firm[0].number)
        charges = Charge.unscoped.filter(firm_id=firm_id, state=ChargeState.POSTED)
        seals = Seal.unscoped.filter(firm_id=firm_id)
        last = seals.order_by("-day").values("day", "billable", "billed", "zero", "held").first()
        return {
            "charges_posted": charges.count(),
            "posted": {
                row["currency"]: str(row["total"])
                for row in charges.order_by("currency").values("currency").annotate(total=Sum(TAKEN))
            },
            "seals": seals.count(),
            "last_seal": last and {**last, "day": last["day"].isoformat()},
            "open_holds": Hold.unscoped.filter(firm_id=firm_id, resolved_at=None).count(),
            "pending": Request.unscoped.filter(firm_id=firm_id, finished_at=None).count(),
        }


def _without_value(firm: Plan) -> Iterator[str]:
    """One account whose value the broker failed to give on the last day, so that there is something to look into."""
    for account in firm.holders():
        if account.kind == "client" and account.level == 2 and account.story == "trader":
            yield account.number
            return


def _instruct(branch: Branch, stretch: Stretch) -> None:
    """Hand the broker the files of a stretch's nights; it hears of them at the end of it."""
    with as_role("night"):
        files = InstructionFile.unscoped.filter(day__gte=stretch.first, day__lte=stretch.last)
        for file in files.order_by("day", "firm_id", "part"):
            branch.receive(bytes_of(file).decode(), posted_on=stretch.last)
        for funding in FundingFile.unscoped.filter(day__gte=stretch.first, day__lte=stretch.last).order_by("pk"):
            branch.receive(bytes_of(funding).decode(), posted_on=stretch.last)


def _answers_file(firm: Plan, stretch: Stretch) -> Path:
    return keys.folder() / file_name(firm, stretch.first, stretch.last).replace(".xml", "_answers.csv")


def _take(answers: Path, *, at: datetime) -> None:
    """What the broker said of the instructions it has heard."""
    report = import_statements([answers], at=at)
    if report.unreadable.total or report.rejected.total:
        raise RuntimeError(f"the importer does not take the demo broker's answers: {report.as_json()}")
