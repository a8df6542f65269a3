"""What happened in a night, in the order of its instants: stages, holds, decisions, seals, and who was woken."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.runs.models import Hold, Run, RunStage, RunState, Seal
from accounts.ground.runs.words import stage_words
from portal.office.held import decisions_of, held_accounts
from portal.office.queries import took_of
from portal.office.watching import key_of
from portal.office.words import duration

MOST = 1000


@dataclass(frozen=True)
class LogLine:
    """One thing that happened; `who` did it, `more` is what was said about it."""

    at: datetime
    words: str
    more: str = ""
    who: str = ""
    mood: str = ""


def log_of(run: Run) -> list[LogLine]:
    """All of it, the earliest first."""
    every = [*_of_run(run), *_of_stages(run), *_of_holds(run), *_of_people(run), *_of_seals(run)]
    return sorted(every, key=lambda line: line.at)[:MOST]


def _of_run(run: Run) -> Iterator[LogLine]:
    yield LogLine(run.asked_at, _("The night was asked for"))
    if run.started_at:
        yield LogLine(run.started_at, _("A worker took it up"))
    if run.finished_at and run.state == RunState.DONE:
        yield LogLine(run.finished_at, _("The night ended"), duration(took_of(run, at=run.finished_at)), mood="good")
    elif run.finished_at and run.state == RunState.HELD:
        yield LogLine(run.finished_at, _("The night stopped"), run.problem, mood="bad")


def _of_stages(run: Run) -> Iterator[LogLine]:
    for stage in RunStage.unscoped.filter(run=run).order_by("ordinal"):
        name = {"stage": stage_words(stage.name)}
        if stage.started_at:
            yield LogLine(stage.started_at, _("%(stage)s: began") % name)
        if stage.finished_at and stage.state == RunState.DONE:
            said = {"took": duration(took_of(stage, at=stage.finished_at)), "rows": stage.rows}
            yield LogLine(stage.finished_at, _("%(stage)s: done") % name, _("%(took)s, %(rows)s rows") % said)


def _of_holds(run: Run) -> Iterator[LogLine]:
    for hold in held_accounts(Hold.unscoped.filter(day=run.day)):
        row, account = hold.row, {"account": hold.row.account.number}
        why = " ".join(str(part) for part in (hold.words, hold.more) if part)
        yield LogLine(row.created_at, _("Account %(account)s was held") % account, why, mood="warn")
        if row.resolved_at:
            yield LogLine(row.resolved_at, _("Account %(account)s was let in") % account)


def _of_people(run: Run) -> Iterator[LogLine]:
    for one in decisions_of(run.day):
        what = " ".join(str(part) for part in (one.words, one.account) if part)
        yield LogLine(one.at, what, one.reason, who=one.who)
    for mail in OutboxMessage.unscoped.filter(natural_key__startswith=key_of(run)):
        yield LogLine(mail.created_at, _("%(address)s was mailed") % {"address": mail.recipient}, mail.subject)


def _of_seals(run: Run) -> Iterator[LogLine]:
    for seal in Seal.unscoped.filter(run=run).select_related("firm"):
        yield LogLine(
            seal.sealed_at,
            _("The day of %(firm)s was sealed") % {"firm": seal.firm.name},
            seal.digest[:12],
            mood="good",
        )
