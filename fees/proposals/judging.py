"""What would become of terms if they were sent now: from which day, against what, and whether the client signs."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.ground.access.context import Who
from accounts.ground.tree.models import GIVEN_UP, Account, Practice
from fees.engine.agreement import Strategy
from fees.engine.limits import problem
from fees.engine.registry import PROFIT_CODES, TRADE_CODES
from fees.engine.types import Problem
from fees.proposals.queries import Standing, standing
from fees.proposals.rules import Wanted, booked_on, cautions, problems, same_terms, starts_on, takes_more
from fees.schedules.actions import first_start, residences
from fees.schedules.queries import Books, books
from fees.schedules.rules import UNITED_STATES, funded_on, funding_problems, residence_problems
from fees.schedules.versions import manager_problems, payee_problems
from portal.lib.business_days import Calendar
from portal.lib.exchange import exchange_day
from portal.lib.words import Sentence, gettext_noop


@dataclass(frozen=True)
class Judged:
    """What would become of terms if they were sent now: what stands, what is wrong, why the client must sign."""

    standing: Standing
    starts: date
    problems: tuple[Problem, ...]
    reasons: tuple[Sentence, ...]
    days: Calendar
    sealed: date | None
    cautions: tuple[Sentence, ...] = ()

    @property
    def needs_signature(self) -> bool:
        return bool(self.reasons)


@dataclass(frozen=True)
class Ground:
    """The first day on which terms sent now may apply, and what stands between account and payee from then on; how far
    the nights have come."""

    starts: date
    books: Books
    standing: Standing


def ground_of(*, who: Who, account: Account, asked: date | None = None, at: datetime) -> Ground:
    """Read once for a page that begins with what stands and judges it too."""
    known = books()
    starts = starts_on(asked, booked_on(at, known.days), known.billed_through)
    return Ground(starts, known, standing(who, account, payee_of(who), starts))


def judge(*, who: Who, account: Account, wanted: Wanted, at: datetime, ground: Ground | None = None) -> Judged:
    """Everything that is decided before sending; nothing is written. `ground` is the earliest, where it is known."""
    asked = wanted.asked_start
    if ground is None or (asked is not None and asked > ground.starts):
        ground = ground_of(who=who, account=account, asked=asked, at=at)
    begins = first_start(
        account=account,
        practice=payee_of(who),
        components=wanted.components,
        starts=ground.starts,
        days=ground.books.days,
    )
    if begins > ground.starts:
        ground = ground_of(who=who, account=account, asked=begins, at=at)
    starts, stands = ground.starts, ground.standing
    found = problems(wanted, today=exchange_day(at))
    is_own = account.practice_id == payee_of(who)
    payee = account.practice if is_own else Practice.unscoped.get(pk=payee_of(who))
    found += payee_problems(account, payee)
    if account.status in GIVEN_UP:
        msgid = gettext_noop("This application was given up; start it again before you propose fees.")
        found.append(problem("account", "given_up", msgid))
    elif wanted.strategy == Strategy.AUTOMATIC and not account.is_application:
        found += funding_problems(funded_on(account.opened_on, account.funded_on), starts)
    methods = {one.method for one in wanted.components}
    bears = wanted.commissions_to_master or wanted.other_fees_to_master
    found += manager_problems(account, payee, methods, bears=bears)
    homes = residences(account) if methods & {*TRADE_CODES, *PROFIT_CODES} else []
    if methods & set(TRADE_CODES):
        registered = payee.is_commodity_registered
        found += residence_problems(homes, wanted.components, commodity_registered=registered)
    warns = cautions(wanted.components, in_united_states=UNITED_STATES in homes)
    reasons = []
    if not found:
        new = wanted.agreement(starts)
        reasons = takes_more(stands.agreements, new)
        if same_terms(stands.agreements, new):
            msgid = gettext_noop("These are the terms that apply already; change a figure first.")
            found.append(problem("components", "no_change", msgid))
    return Judged(stands, starts, tuple(found), tuple(reasons), ground.books.days, ground.books.sealed, tuple(warns))


def payee_of(who: Who) -> int:
    """Whose terms a seat proposes: its practice's, or those of the money manager it enters for."""
    assert who.payee is not None, "an advisor's seat has a practice"
    return who.payee
