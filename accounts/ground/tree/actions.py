"""Building and changing the tree: firms, practices, accounts and their status."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.ground.access.context import current_alias
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.requests.actions import end_requests
from accounts.ground.requests.models import RequestKind, RequestStatus
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import LIVING, MONEY_MANAGER, Account, Firm, Kind, Margin, Practice, Status
from accounts.ground.tree.rules import (
    CLIENTS_OF_NON_PROFESSIONAL,
    StatusProblem,
    TreeProblem,
    check_advisor,
    check_own,
    check_reset,
    check_transition,
    clean_number,
    is_money_manager,
    level_of,
    sort_key,
)
from portal.lib.words import gettext_noop

# How the pending item of an application ends with the account's status.
ENDS_APPLICATION: dict[str, str] = {
    Status.OPEN: RequestStatus.APPROVED,
    Status.REJECTED: RequestStatus.REJECTED,
    Status.ABANDONED: RequestStatus.CANCELLED,
}


def create_firm(
    *,
    name: str,
    number: str,
    base_currency: str,
    day: date,
    is_professional: bool = True,
    is_registered: bool = True,
    is_organisation: bool = True,
    born_on: date | None = None,
) -> Account:
    """A new tenant: the firm, its top practice and its master account, which is returned."""
    check_advisor(born_on=born_on, is_organisation=is_organisation, day=day)
    with transaction.atomic(using=current_alias.get()):
        firm = Firm.unscoped.create(
            name=name, base_currency=base_currency, is_professional=is_professional, is_registered=is_registered
        )
        practice = Practice.unscoped.create(firm=firm, level=1, name=name, is_registered=is_registered)
        return _master(practice, None, number=number, title=name, base_currency=base_currency, born_on=born_on, day=day)


def create_second_level(
    *,
    top: Account,
    name: str,
    number: str,
    base_currency: str,
    day: date,
    is_registered: bool = True,
    is_organisation: bool = True,
    born_on: date | None = None,
) -> Account:
    """A second-level advisor below a registered, professional top level; returns its master account."""
    with transaction.atomic(using=current_alias.get()):
        check_tiers(top)
        check_advisor(born_on=born_on, is_organisation=is_organisation, day=day)
        practice = Practice.unscoped.create(firm_id=top.firm_id, level=2, name=name, is_registered=is_registered)
        return _master(practice, top, number=number, title=name, base_currency=base_currency, born_on=born_on, day=day)


def check_tiers(top: Account) -> None:
    """Whether second-level advisors may stand below an account; the answer holds until the transaction ends."""
    level_of(Kind.SECOND_MASTER, top.kind)
    if not (top.firm.is_registered and top.firm.is_professional):
        raise TreeProblem(_("Only a registered advisor can have second-level advisors"))
    one_at_a_time(f"shape {top.firm_id}")
    if _money_managers(top.firm_id).exists():
        raise TreeProblem(_("A firm with a money-manager account cannot have second-level advisors"))


def create_money_manager(
    *,
    top: Account,
    name: str,
    number: str,
    base_currency: str,
    day: date,
    is_organisation: bool = True,
    born_on: date | None = None,
) -> Account:
    """A money manager below an advisor without second-level advisors; returns the account its fees are paid to."""
    level_of(Kind.MONEY_MANAGER, top.kind)
    if not clean_number(number).lstrip("D").startswith("A"):
        raise TreeProblem(_("A money manager's account number begins with A"))
    with transaction.atomic(using=current_alias.get()):
        if not top.firm.is_professional:
            raise TreeProblem(_("Only a professional advisor can have money managers"))
        _check_single_tier(top.firm_id)
        check_advisor(born_on=born_on, is_organisation=is_organisation, day=day)
        practice = Practice.unscoped.create(firm_id=top.firm_id, level=2, name=name)
        return _master(
            practice,
            top,
            kind=Kind.MONEY_MANAGER,
            number=number,
            title=name,
            base_currency=base_currency,
            born_on=born_on,
            day=day,
        )


def _master(
    practice: Practice,
    parent: Account | None,
    *,
    number: str,
    title: str,
    base_currency: str,
    born_on: date | None,
    day: date,
    kind: Kind | None = None,
) -> Account:
    kind = kind or (Kind.SECOND_MASTER if parent else Kind.TOP_MASTER)
    return _create(
        firm_id=practice.firm_id,
        practice=practice,
        parent=parent,
        parent_kind=parent.kind if parent else None,
        kind=kind,
        level=level_of(kind, parent.kind if parent else None),
        number=clean_number(number),
        title=title,
        sort_key=sort_key(title),
        base_currency=base_currency,
        holder_born_on=born_on,
        status=Status.OPEN,
        opened_on=day,
    )


def _create(**fields: object) -> Account:
    """The row, unless its number is somebody's already; the rest of the transaction survives the refusal."""
    try:
        with transaction.atomic(using=current_alias.get()):
            return Account.unscoped.create(**fields)
    except IntegrityError as problem:
        if "account_number_once" not in str(problem):
            raise
        raise NumberTaken(_("There is an account with this number already.")) from problem


class NumberTaken(TreeProblem):
    """The number belongs to another account, here or at another firm."""


def create_account(
    *,
    parent: Account,
    kind: str,
    number: str,
    title: str,
    base_currency: str,
    day: date,
    alias: str = "",
    customer_type: str = "",
    account_type: str = "",
    margin_kind: str = Margin.MARGIN,
    entity: str = "",
    is_own: bool = False,
    holder_born_on: date | None = None,
) -> Account:
    """A client, STL master or STL sub account below `parent`, with its application started on `day`."""
    level = level_of(kind, parent.kind)
    if kind == Kind.MONEY_MANAGER:
        raise TreeProblem(_("This kind of account cannot stand there"))
    if parent.status == Status.CLOSED:
        raise TreeProblem(_("Nothing new stands below a closed account"))
    if kind == Kind.STL_SUB and base_currency != parent.base_currency:
        raise TreeProblem(_("A sub account has the base currency of its STL master"))
    if is_own:
        check_own(kind, customer_type)
    with transaction.atomic(using=current_alias.get()):
        check_room(parent, kind, is_own=is_own)
        if is_money_manager(account_type):
            _check_single_tier(parent.firm_id)
        account = _create(
            firm_id=parent.firm_id,
            practice_id=parent.practice_id,
            parent=parent,
            parent_kind=parent.kind,
            stl=parent if kind == Kind.STL_SUB else None,
            kind=kind,
            level=level,
            number=clean_number(number),
            title=title,
            alias=alias,
            sort_key=sort_key(title),
            base_currency=base_currency,
            customer_type=customer_type,
            account_type=account_type,
            margin_kind=margin_kind,
            entity=entity,
            is_own=is_own,
            holder_born_on=holder_born_on,
            application_started_on=day,
        )
        record(account=account, kind="application", title=gettext_noop("Application started"), day=day)
    return account


def check_room(parent: Account, kind: str, *, is_own: bool) -> None:
    """A friends-and-family advisor has at most fifteen clients, and every advisor one account of its own.

    Whoever counts holds the lock until its row is written, so that two at once are not both the fifteenth.
    """
    if kind != Kind.CLIENT or (parent.firm.is_professional and not is_own):
        return
    one_at_a_time(f"clients {parent.practice_id}")
    living = Account.unscoped.filter(practice_id=parent.practice_id, kind=Kind.CLIENT, status__in=LIVING)
    if not parent.firm.is_professional and living.count() >= CLIENTS_OF_NON_PROFESSIONAL:
        raise TreeProblem(
            _("A non-professional advisor can have at most %(limit)d clients") % {"limit": CLIENTS_OF_NON_PROFESSIONAL}
        )
    if is_own and living.filter(is_own=True).exists():
        raise TreeProblem(_("An advisor can have one trading account of its own"))


def _check_shape(parent: Account, kind: str) -> None:
    """A firm has second-level advisors or money managers, also where one of them lives again."""
    if kind == Kind.MONEY_MANAGER:
        _check_single_tier(parent.firm_id)
    if kind == Kind.SECOND_MASTER:
        check_tiers(parent)


def _check_single_tier(firm_id: int) -> None:
    one_at_a_time(f"shape {firm_id}")
    if Account.unscoped.filter(firm_id=firm_id, kind=Kind.SECOND_MASTER).exists():
        raise TreeProblem(_("A money-manager account cannot join a tree with second-level advisors"))


def _money_managers(firm_id: int):
    told = Q(account_type__iexact=MONEY_MANAGER, kind=Kind.CLIENT) | Q(kind=Kind.MONEY_MANAGER)
    return Account.unscoped.filter(told, firm_id=firm_id, status__in=LIVING)


def change_status(*, account: Account, status: str, day: date) -> Account:
    """Move an account to another status if the table of transitions has it; dates follow the status."""
    with transaction.atomic(using=current_alias.get()):
        account = (
            Account.unscoped.select_for_update(of=("self",), no_key=True).select_related("firm").get(pk=account.pk)
        )
        if account.moved_on:
            raise StatusProblem(_("This account went on under another firm; the record stays closed"))
        check_transition(account.status, status)
        if (account.status, status) == (Status.ABANDONED, Status.NEW):
            check_reset(account.application_started_on or day, day)
        if account.parent and account.status not in LIVING and status in LIVING:
            check_room(account.parent, account.kind, is_own=account.is_own)
            _check_shape(account.parent, account.kind)
        if status == Status.CLOSED:
            _check_nothing_below(account)
        account.status = status
        if status == Status.OPEN:
            account.opened_on = account.opened_on or day
            account.closed_on = None
        if status == Status.CLOSED:
            account.closed_on = day
        account.save(update_fields=["status", "opened_on", "closed_on"])
        record(account=account, kind="status", title=gettext_noop("Account status changed"), status=status, day=day)
        if status in ENDS_APPLICATION:
            end_requests(account=account, kind=RequestKind.APPLICATION, status=ENDS_APPLICATION[status], day=day)
    return account


def check_closing(account: Account) -> None:
    """Raises StatusProblem where an account could not be closed now."""
    check_transition(account.status, Status.CLOSED)
    _check_nothing_below(account)


def _check_nothing_below(account: Account) -> None:
    """A master closes after what stands below it."""
    if Account.unscoped.filter(parent=account, status__in=LIVING).exists():
        raise StatusProblem(_("Close the accounts below it first"))


def delete_application(*, account: Account, day: date) -> Account:
    """Give an application up, at once; what has been an account is not deleted."""
    if not account.is_application:
        raise StatusProblem(_("Only an application that is new or pending can be deleted"))
    return change_status(account=account, status=Status.ABANDONED, day=day)


def open_account(*, account: Account, day: date) -> Account:
    """From a new application straight to an open account, for accounts the broker has opened already."""
    account = change_status(account=account, status=Status.PENDING, day=day)
    return change_status(account=account, status=Status.OPEN, day=day)
