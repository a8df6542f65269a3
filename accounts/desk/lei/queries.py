"""Which accounts have to elect, and what stands for them."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from accounts.broker.products.models import ProductApproval
from accounts.desk.lei.models import LeiElection
from accounts.desk.lei.rules import OF_ONE_PERSON, OVER_THE_COUNTER, REPORTING_COMPANY
from accounts.ground.access.context import Who
from accounts.ground.access.scope import account_for, scope
from accounts.ground.tree.models import HOLDING_KINDS, Account, Status

if TYPE_CHECKING:
    from collections.abc import Iterable


def subject(rows: "QuerySet[Account]") -> "QuerySet[Account]":
    """Of these accounts those that report: of the one company, of no single person, open, allowed such derivatives."""
    one_person = Q(customer_type="")
    for kind in OF_ONE_PERSON:
        one_person |= Q(customer_type__istartswith=kind)
    allowed = ProductApproval.unscoped.filter(
        account_id=OuterRef("pk"), product__in=OVER_THE_COUNTER, removed_at__isnull=True
    )
    rows = rows.filter(entity=REPORTING_COMPANY, kind__in=HOLDING_KINDS, status=Status.OPEN)
    return rows.exclude(one_person).filter(Exists(allowed))


def electing_account(who: Who, number: str, right: str = "view") -> Account:
    """An account that reports, or has elected while it did; of every other there is no such page."""
    account = account_for(who, number)
    if not subject(Account.unscoped.filter(pk=account.pk)).exists() and latest(who, account) is None:
        raise Http404
    return account if right == "view" else account_for(who, number, right)


def latest(who: Who, account: Account) -> LeiElection | None:
    """What stands, None before anything was elected."""
    return elections(who, account).first()


def elections(who: Who, account: Account) -> "QuerySet[LeiElection]":
    """All that was elected, the latest first."""
    return scope(who, LeiElection).filter(account_id=account.pk).order_by("-elected_at", "-pk")


def to_ask(who: Who) -> Account | None:
    """An account of the person's own for which nothing was elected yet; who signs in is asked about it once."""
    elected = LeiElection.unscoped.filter(account_id=OuterRef("pk"))
    return subject(scope(who, Account, "sign")).exclude(Exists(elected)).order_by("pk").first()


def subjects_among(accounts: "Iterable[Account]") -> set[int]:
    """Keys of those that report, of accounts which came through the scope."""
    rows = Account.unscoped.filter(pk__in=[one.pk for one in accounts])
    return set(subject(rows).values_list("pk", flat=True))
