"""Funds of the programme, who qualifies for them, and requests as a person may see and use them."""

from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404

from accounts.desk.hedge_funds.models import ACCREDITED, QUALIFIED, FundRequest, HedgeFund, Investor, InvestorAnswer
from accounts.ground.access.context import Who
from accounts.ground.access.scope import account_for, scope
from accounts.ground.tree.models import HOLDING_KINDS, Account, Status

LONGEST_SEARCH = 80
MOST_CHOICES = 200


def advising(who: Who) -> Who:
    """The programme is the advisors'; for whoever owns an account there is no such page."""
    if not who.is_advisor:
        raise Http404
    return who


def offered(*, text: str = "", investor: str = "") -> "QuerySet[HedgeFund]":
    """Funds that take new investments."""
    rows = HedgeFund.unscoped.filter(is_offered=True)
    if investor in Investor.values:
        rows = rows.filter(investor=investor)
    text = text.replace("\0", "").strip()[:LONGEST_SEARCH]
    return (rows.filter(name__icontains=text) | rows.filter(strategy__icontains=text)) if text else rows


def fund_for(code: str) -> HedgeFund:
    """One fund, also one that takes nothing new."""
    found = HedgeFund.unscoped.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def holding_account(who: Who, number: str, right: str = "view") -> Account:
    """An account that could invest; of a master of advisors there is no such page."""
    account = account_for(who, number)
    if not account.is_holding:
        raise Http404
    return account if right == "view" else account_for(who, number, right)


def answers(who: Who, account: Account) -> "QuerySet[InvestorAnswer]":
    """What was answered, the latest, which holds, first."""
    return scope(who, InvestorAnswer).filter(account_id=account.pk).order_by("-written_at", "-pk")


def qualifying(who: Who, fund: HedgeFund) -> "QuerySet[Account]":
    """Accounts for which the person may ask the fund: by their latest answer, the first of them by number."""
    latest = InvestorAnswer.unscoped.filter(account_id=OuterRef("pk")).order_by("-written_at", "-pk")
    enough = QUALIFIED if fund.investor == Investor.QUALIFIED else (*ACCREDITED, *QUALIFIED)
    rows = scope(who, Account, "fund").filter(kind__in=HOLDING_KINDS, status=Status.OPEN)
    rows = rows.annotate(standing=Subquery(latest.values("answer")[:1])).filter(standing__in=enough)
    return rows.order_by("sort_key", "pk")[:MOST_CHOICES]


def requests(who: Who) -> "QuerySet[FundRequest]":
    """What was asked for, with fund and account."""
    return scope(who, FundRequest).select_related("fund", "account").order_by("-asked_at", "pk")


def request_for(who: Who, pk: UUID, right: str = "view") -> FundRequest:
    """One of them, by who may use `right` on its account; hidden and missing answer alike."""
    found = scope(who, FundRequest).filter(pk=pk).select_related("fund", "account", "practice").first()
    if found is None:
        raise Http404
    account_for(who, found.account.number, right)
    return found
