"""Who takes part in class action recovery, and what was recovered."""

from decimal import Decimal

from django.db.models import Case, F, QuerySet, Sum, When
from django.http import Http404

from accounts.broker.products.queries import approvals, by_node
from accounts.desk.recoveries.models import Recovery, RecoveryElection, RecoveryKind
from accounts.desk.recoveries.rules import eligibility_problem
from accounts.desk.recoveries.tying import with_lines
from accounts.ground.access.context import Who
from accounts.ground.access.scope import account_for, scope
from accounts.ground.tree.models import Account


def holding_account(who: Who, number: str, right: str = "view") -> Account:
    """An account that could take part; of a master of advisors there is no such page."""
    account = account_for(who, number)
    if not account.is_holding:
        raise Http404
    return account if right == "view" else account_for(who, number, right)


def steps(who: Who, account: Account) -> "QuerySet[RecoveryElection]":
    """Enrolling and leaving, the latest first."""
    return scope(who, RecoveryElection).filter(account_id=account.pk).order_by("-elected_at", "-pk")


def recoveries(who: Who, account: Account) -> "QuerySet[Recovery]":
    """What was recovered, the latest first, with the day of the statement that shows it."""
    rows = with_lines(scope(who, Recovery).filter(account_id=account.pk))
    return rows.order_by("-paid_on", "-written_at", "-pk")


def totals(who: Who, account: Account) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    """Currency, recovered, fees, paid out: what was taken back taken off."""
    signed = {
        name: Sum(Case(When(kind=RecoveryKind.REVERSAL, then=-F(name)), default=F(name)))
        for name in ("gross", "fee", "net")
    }
    rows = scope(who, Recovery).filter(account_id=account.pk).values("currency")
    sums = rows.annotate(**{f"{name}_sum": one for name, one in signed.items()}).order_by("currency")
    return [(row["currency"], row["gross_sum"], row["fee_sum"], row["net_sum"]) for row in sums]


def problem_of(account: Account) -> str:
    """Why the account, which came through the scope, cannot take part; "" where it can."""
    return eligibility_problem(account, by_node(approvals(account)).get(account.pk, set()))
