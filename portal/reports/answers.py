"""Questionnaire history: what clients have answered about themselves and their accounts, when, and who signed for it.

None of these answers is ever overwritten: one that changed is a row of its own. What the client book holds is sealed
and in no report; nor is what an application asks, of which only the signature stands here.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import DecimalField, IntegerField, JSONField, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.broker.permissions.models import Objective, PermissionRequest, PermissionState
from accounts.desk.applying.models import Application
from accounts.desk.hedge_funds.models import Answer, InvestorAnswer
from accounts.ground.access.gates import Gate, may_pass
from accounts.ground.access.scope import scope
from accounts.ground.amounts import money_words
from accounts.ground.stored_words import said
from accounts.ground.tree.models import Account
from portal.lib.csvtext import Cell
from portal.lib.exchange import EXCHANGE_ZONE, exchange_day
from portal.reports.performance import name_of, period_words
from portal.reports.periods import Span
from portal.reports.queries import Asked
from portal.reports.table import Column, Report, Row, Section, Sort
from portal.tools.impact.models import AnswerSource, ImpactAnswer
from portal.tools.impact.queries import every_topic
from portal.tools.impact.rules import IMPORTANCE

# What the pages ask besides `report` on which the same can be read.
TRADES = Gate("view", needs="trading_permissions")
APPLIED = Gate("manage")
CATEGORY = Gate("view")
GATED = (
    (gettext_lazy("Trading permissions"), TRADES),
    (gettext_lazy("Account application"), APPLIED),
    (gettext_lazy("Investor category"), CATEGORY),
)
# The two kinds of one question have the same columns; what one does not have is empty.
STATED = ("objective", "experience", "income", "net_worth", "liquid_worth", "state")
_NUMBER: "DecimalField[Any, Any]" = DecimalField(max_digits=15, decimal_places=2)
_NO_NUMBER = Cast(Value(None), _NUMBER)
NOTHING_STATED = (Value(""), Cast(Value(None), IntegerField()), _NO_NUMBER, _NO_NUMBER, _NO_NUMBER, Value(""))
NO_ANSWER = Value("")
WISHES = ("source", "how", "values", "avoided")
_NO_WISH = Cast(Value(None), JSONField())
NO_WISHES = (Value(AnswerSource.ADVISOR.value), Value(""), _NO_WISH, _NO_WISH)


class Stated(NamedTuple):
    """What was said of an account before it was allowed more; of an application nothing, not even a state."""

    objective: str
    experience: int | None
    income: Decimal | None
    net_worth: Decimal | None
    liquid_worth: Decimal | None
    state: str

    def words(self, currency: str) -> str:
        """Objective, experience and means, in one line."""
        parts = [str(Objective(self.objective).label)] if self.objective else []
        if self.experience is not None:
            years = ngettext("%(count)d year of trading", "%(count)d years of trading", self.experience)
            parts.append(years % {"count": self.experience})
        means = (
            (_("annual net income %(amount)s"), self.income),
            (_("net worth %(amount)s"), self.net_worth),
            (_("liquid net worth %(amount)s"), self.liquid_worth),
        )
        parts += [words % {"amount": money_words(amount, currency)} for words, amount in means if amount is not None]
        return "; ".join(parts)


class Answered(NamedTuple):
    """One set of answers, as it was given."""

    account: int
    day: date
    questions: str
    by: str
    answers: str
    outcome: str = ""


def questionnaires(asked: Asked, span: Span) -> Report:
    """Every answer of the period, account by account, the oldest first."""
    section = Section(
        _("Answers"),
        [
            *(Column(_("Account ID"), Sort.ACCOUNT), Column(_("Account title"), width=4), Column(_("Day"), Sort.DAY)),
            *(Column(_("Questions"), width=3), Column(_("Answered by"), width=3, wraps=True)),
            Column(_("Answers"), width=8, wraps=True),
            Column(_("Outcome")),
        ],
        (),
        empty=_("Nobody answered questions in this period."),
    )
    section.rows = _rows(asked, _Answers(asked, span), section)
    return Report(asked.wish.title, period_words(span), [section])


def _rows(asked: Asked, answers: "_Answers", section: Section) -> Iterator[Row]:
    for batch in asked.batches():
        found: dict[int, list[Answered]] = {}
        for one in sorted(answers.of(batch), key=lambda one: (one.day, one.questions)):
            found.setdefault(one.account, []).append(one)
        for account in batch:
            for one in found.get(account.pk, ()):
                cells: list[Cell] = [name_of(asked, account), account.title, *one[1:]]
                yield Row(cells, number=account.number)
    section.notes += answers.notes


class _Answers:
    """The answers of some accounts; what somebody may not read on its own page is not here either, and is named."""

    def __init__(self, asked: Asked, span: Span) -> None:
        self.who, self.days = asked.who, (span.first, span.last)
        first, after = span.first, span.last + timedelta(days=1)
        self.instants = [datetime.combine(day, time(), EXCHANGE_ZONE) for day in (first, after)]

    @property
    def notes(self) -> list[str]:
        """What is not in the table."""
        shut = _("Your user was not given what this report needs for: %(questions)s.")
        closed = ", ".join(str(words) for words, mark in GATED if not may_pass(self.who, mark))
        sealed = _(
            "What an application was answered with stays sealed in it; what the client book holds is in no report."
        )
        return [*([shut % {"questions": closed}] if closed else []), sealed]

    def of(self, batch: Sequence[Account]) -> list[Answered]:
        """All of a batch, in no order."""
        accounts = {one.pk: one for one in batch}
        return [*self._signed(accounts), *self._written(list(accounts))]

    def _signed(self, accounts: Mapping[int, Account]) -> Iterator[Answered]:
        """What was signed: applications, and what was stated for trading permissions, in one question."""
        begins, ends = self.instants
        rows: list[QuerySet[Any, Any]] = []
        if may_pass(self.who, APPLIED):
            applied = scope(self.who, Application, APPLIED.right).filter(account_id__in=list(accounts))
            applied = applied.filter(submitted_at__gte=begins, submitted_at__lt=ends).order_by()
            rows.append(applied.values_list("account_id", "submitted_at", "signed_name", *NOTHING_STATED))
        if may_pass(self.who, TRADES):
            asked = scope(self.who, PermissionRequest).filter(account_id__in=list(accounts))
            asked = asked.filter(signed_at__gte=begins, signed_at__lt=ends).order_by()
            rows.append(asked.values_list("account_id", "signed_at", "signed_name", *STATED))
        if not rows:
            return
        first, *rest = rows
        for account, at, by, *stated in first.union(*rest, all=True) if rest else first:
            facts = Stated(*stated)
            words = facts.words(accounts[account].base_currency) if facts.state else _("Sealed in the application")
            questions = _("Trading permissions") if facts.state else _("Account application")
            outcome = str(PermissionState(facts.state).label) if facts.state else ""
            yield Answered(account, exchange_day(at), questions, by, words, outcome)

    def _written(self, accounts: list[int]) -> Iterator[Answered]:
        """Investor categories, and values with what is to be avoided, in one question."""
        valued = scope(self.who, ImpactAnswer).filter(account_id__in=accounts, said_on__range=self.days).order_by()
        rows: QuerySet[Any, Any] = valued.values_list("account_id", "said_on", "answered_at", NO_ANSWER, *WISHES)
        if may_pass(self.who, CATEGORY):
            investors = scope(self.who, InvestorAnswer, CATEGORY.right).filter(account_id__in=accounts)
            investors = investors.filter(answered_on__range=self.days).order_by()
            more = investors.values_list("account_id", "answered_on", "written_at", "answer", *NO_WISHES)
            rows = rows.union(more, all=True)
        found: list[tuple[Any, ...]] = sorted(rows, key=lambda one: one[:3])
        for account, day, _at, answer, source, how, values, avoided in found:
            by = " ".join(filter(None, [str(AnswerSource(source).label), f"({how})" if how else ""]))
            if answer:
                yield Answered(account, day, _("Investor category"), by, str(Answer(answer).label))
            else:
                yield Answered(account, day, _("Values and practices"), by, self._wishes(values, avoided))

    def _wishes(self, values: Mapping[str, int], avoided: Sequence[str]) -> str:
        names = self._names
        wanted = sorted(values.items(), key=lambda pair: (-pair[1], names.get(pair[0], pair[0])))
        supported = ", ".join(f"{names.get(code, code)} {weight}/{IMPORTANCE[-1]}" for code, weight in wanted)
        unwanted = ", ".join(sorted(names.get(code, code) for code in avoided))
        parts = [
            _("supports %(values)s") % {"values": supported} if supported else "",
            _("avoids %(practices)s") % {"practices": unwanted} if unwanted else "",
        ]
        return "; ".join(filter(None, parts)) or _("Nothing chosen")

    @cached_property
    def _names(self) -> dict[str, str]:
        return {one.code: said(one.name) for one in every_topic()}
