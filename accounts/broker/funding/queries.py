"""Money in and out as a person may see and ask for it: what is free, what is under way, banks, and why something is not
offered."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.broker.funding.models import (
    UNDER_WAY,
    FundingKind,
    FundingMethod,
    FundingRequest,
    FundingStatus,
    PositionKind,
    PositionMethod,
    SavedBank,
)
from accounts.broker.funding.rules import FUND_THE_MASTER
from accounts.ground.access.authority import Function
from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import NotAllowed, account_for, answer, scope
from accounts.ground.days.queries import calendar
from accounts.ground.people.models import ClientRight
from accounts.ground.stepup.limits import window
from accounts.ground.tree.models import Account, Kind, Status


@dataclass(frozen=True)
class Free:
    """What an account has free in a currency: the broker's last settled cash, with postings that the broker has not
    booked yet, less what is promised away. `as_of` is None where no statement has told anything."""

    currency: str
    as_of: date | None
    settled: Decimal
    pending: Decimal
    promised: Decimal

    @property
    def taken(self) -> Decimal:
        """What is promised away, as it changes the sum."""
        return Decimal(0) if not self.promised else -self.promised

    @property
    def amount(self) -> Decimal:
        """Never below nothing."""
        return max(self.settled + self.pending - self.promised, Decimal(0))


@dataclass(frozen=True)
class Withdrawn:
    """What a person has withdrawn before, in US dollars."""

    today: Decimal
    five_days: Decimal
    by_ach: Decimal


def to_fund(who: Who, number: str) -> Account:
    """An account for who may move its money. Hidden and missing answer alike; a sub account names its master."""
    account = account_for(who, number)
    if account.kind == Kind.STL_SUB:
        raise NotAllowed("fund", _(FUND_THE_MASTER))
    return account_for(who, number, "fund")


def free_cash(account: Account, currency: str, *, day: date) -> Free:
    """What may leave an account of the person's own; asked again under the lock before anything is promised."""
    with cursor() as cur:
        cur.execute(
            "SELECT as_of, settled, pending, promised FROM broker_free_cash(%s, %s, %s)", [account.pk, day, currency]
        )
        as_of, settled, pending, promised = cur.fetchone() or (None, Decimal(0), Decimal(0), Decimal(0))
    # A reimbursement is no cash before the broker has booked it; what it will take for fees is none already.
    return Free(currency, as_of, settled, min(pending, Decimal(0)), promised)


def withdrawn(day: date) -> Withdrawn:
    """What the signed-in person has withdrawn on a business day and in the five that end with it, in all seats."""
    first, _last = window(day, calendar())
    with cursor() as cur:
        cur.execute("SELECT a_day, window_sum, by_ach FROM broker_withdrawn(%s, %s)", [day, first])
        return Withdrawn(*cur.fetchone())


def requests_of(who: Who) -> "QuerySet[FundingRequest]":
    """Every request that a person may read, the latest first."""
    rows = scope(who, FundingRequest).select_related("account", "counter", "bank", "line", "moved")
    return rows.order_by("-asked_at", "pk")


def under_way(who: Who, account: Account | None = None) -> "QuerySet[FundingRequest]":
    """What has not ended."""
    rows = requests_of(who).filter(status__in=UNDER_WAY)
    return rows.filter(account_id=account.pk) if account else rows


def without_positions(rows: "QuerySet[FundingRequest]") -> "QuerySet[FundingRequest]":
    """Those that move money or save where it goes; of a saved broker too."""
    return rows.exclude(kind__in=PositionKind.values)


def request_for(who: Who, pk: UUID) -> FundingRequest:
    """One of them; hidden and missing answer alike."""
    found: Any = requests_of(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def banks_of(who: Who) -> "QuerySet[SavedBank]":
    """Saved bank instructions that are not deleted, each with the status of the request that added it."""
    added = FundingRequest.unscoped.filter(bank=OuterRef("pk"), kind=FundingKind.BANK)
    rows = scope(who, SavedBank).filter(deleted_at=None).select_related("account").order_by("account__number", "name")
    return rows.annotate(status=Subquery(added.values("status")[:1]), request=Subquery(added.values("pk")[:1])).exclude(
        status__in=[FundingStatus.CANCELLED, FundingStatus.REJECTED]
    )


def usable_banks(who: Who, account: Account) -> "QuerySet[SavedBank]":
    """Those of an account to which money may go."""
    return _usable(who, account).exclude(method__in=PositionMethod.values)


def usable_brokers(who: Who, account: Account) -> "QuerySet[SavedBank]":
    """Those brokers to which positions of an account may go, and from which they may come."""
    return _usable(who, account).filter(method__in=PositionMethod.values)


def _usable(who: Who, account: Account) -> "QuerySet[SavedBank]":
    added = FundingRequest.unscoped.filter(bank=OuterRef("pk"), kind=FundingKind.BANK, status=FundingStatus.APPROVED)
    rows = scope(who, SavedBank).filter(account_id=account.pk, deleted_at=None)
    return rows.filter(Exists(added)).order_by("name")


def without_payees(rows: "QuerySet[SavedBank]") -> "QuerySet[SavedBank]":
    """Banks alone."""
    return rows.exclude(method__in=[FundingMethod.BILLPAY, *PositionMethod.values])


def banks_and_brokers(rows: "QuerySet[SavedBank]") -> "QuerySet[SavedBank]":
    """All but payees."""
    return rows.exclude(method=FundingMethod.BILLPAY)


def payees(rows: "QuerySet[SavedBank]") -> "QuerySet[SavedBank]":
    """Those whose bills are paid."""
    return rows.filter(method=FundingMethod.BILLPAY)


def bank_for(who: Who, pk: UUID) -> SavedBank:
    """One saved bank that is not deleted; hidden and missing answer alike."""
    found: Any = scope(who, SavedBank).filter(pk=pk, deleted_at=None).select_related("account").first()
    if found is None:
        raise Http404
    return found


def counterparts(who: Who, account: Account) -> "QuerySet[Account]":
    """Accounts with which this one may exchange cash: an STL master's subs, or an owner's other accounts of its title.

    The action asks `rules.internal_problem` of the two again.
    """
    rows = scope(who, Account).filter(firm_id=account.firm_id, status=Status.OPEN).exclude(pk=account.pk)
    if account.kind == Kind.STL_MASTER:
        return rows.filter(stl_id=account.pk).order_by("number")
    if account.kind != Kind.CLIENT:
        return rows.none()
    rows = rows.filter(kind=Kind.CLIENT, practice_id=account.practice_id, title=account.title)
    owners = scope(who, ClientRight).filter(account_id=account.pk)
    shared = ClientRight.unscoped.filter(account=OuterRef("pk"), party__in=owners.values("party"))
    return rows.filter(Exists(shared)).order_by("number")


def has_one_owner(who: Who, one: Account, other: Account) -> bool:
    """Whether the same people, and nobody else, own both accounts."""
    rights = scope(who, ClientRight)
    owners = [set(rights.filter(account_id=account.pk).values_list("party", flat=True)) for account in (one, other)]
    return bool(owners[0]) and owners[0] == owners[1]


def why_not(who: Who, account: Account) -> object:
    """Why this person moves no money of an account that they see, in the words of the rule; "" where they do."""
    if account.kind == Kind.STL_SUB:
        return _(FUND_THE_MASTER)
    found = answer(who, Function.FUND, account)
    return "" if found.allowed else found.words


@dataclass(frozen=True)
class Steps:
    """What this person can do with a request now; what is somebody else's step is not offered."""

    cancels: bool
    consents: bool
    verifies: bool
    confirms: bool
    changes_amount: bool

    @classmethod
    def of(cls, who: Who, found: FundingRequest, *, at: datetime) -> "Steps":
        """Read from where it stands."""
        is_real = who.behind is None
        mine = who.is_owner or found.is_by_advisor
        waits_for_advisor = found.status == FundingStatus.PENDING_ADVISOR
        return cls(
            cancels=is_real and found.is_pending and mine,
            consents=is_real and waits_for_advisor and who.is_advisor and who.can("fund"),
            verifies=is_real
            and found.status == FundingStatus.PENDING_VERIFICATION
            and who.is_owner
            and who.can("sign"),
            confirms=is_real and found.status == FundingStatus.PENDING_CONFIRMATION and found.asked_by == who.user_id,
            changes_amount=is_real
            and mine
            and found.kind == FundingKind.DEPOSIT
            and found.method == "WIRE"
            and found.status == FundingStatus.PENDING,
        )


def names_somebody_else(found: FundingRequest) -> bool:
    """Whether money could go to others than the account's owner: to whom, the owner decides, whatever authority was
    given. A payee of bills always is somebody else."""
    if found.kind != FundingKind.BANK:
        return False
    assert found.bank is not None, "a bank that is added is one"
    if found.method == FundingMethod.BILLPAY:
        return True
    with cursor() as cur:
        cur.execute("SELECT broker_names_agree(%s, %s)", [found.bank.holder, found.account.title])
        return not cur.fetchone()[0]
