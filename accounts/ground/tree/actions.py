"""Building and changing the tree: firms, practices, accounts and their status."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.ground.access.context import current_alias
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account, Firm, Kind, Margin, Practice, Status
from accounts.ground.tree.rules import (
    CLIENTS_OF_NON_PROFESSIONAL,
    TreeProblem,
    check_reset,
    check_transition,
    clean_number,
    level_of,
    sort_key,
)


def create_firm(
    *, name: str, number: str, base_currency: str, day: date, is_professional: bool = True, is_registered: bool = True
) -> Account:
    """A new tenant: the firm, its top practice and its master account, which is returned."""
    with transaction.atomic(using=current_alias.get()):
        firm = Firm.unscoped.create(
            name=name, base_currency=base_currency, is_professional=is_professional, is_registered=is_registered
        )
        practice = Practice.unscoped.create(firm=firm, level=1, name=name, is_registered=is_registered)
        return _master(practice, None, number=number, title=name, base_currency=base_currency, day=day)


def create_second_level(
    *, top: Account, name: str, number: str, base_currency: str, day: date, is_registered: bool = True
) -> Account:
    """A second-level advisor below a registered top level; returns its master account."""
    level_of(Kind.SECOND_MASTER, top.kind)
    if not top.firm.is_registered:
        raise TreeProblem(_("Only a registered advisor can have second-level advisors"))
    with transaction.atomic(using=current_alias.get()):
        practice = Practice.unscoped.create(firm=top.firm, level=2, name=name, is_registered=is_registered)
        return _master(practice, top, number=number, title=name, base_currency=base_currency, day=day)


def _master(practice: Practice, parent: Account | None, *, number: str, title: str, base_currency: str, day: date):
    kind = Kind.SECOND_MASTER if parent else Kind.TOP_MASTER
    return Account.unscoped.create(
        firm=practice.firm,
        practice=practice,
        parent=parent,
        parent_kind=parent.kind if parent else None,
        kind=kind,
        level=level_of(kind, parent.kind if parent else None),
        number=clean_number(number),
        title=title,
        sort_key=sort_key(title),
        base_currency=base_currency,
        status=Status.OPEN,
        opened_on=day,
    )


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
) -> Account:
    """A client, STL master or STL sub account below `parent`, with its application started on `day`."""
    level = level_of(kind, parent.kind)
    if kind == Kind.CLIENT:
        _check_client_limit(parent)
    with transaction.atomic(using=current_alias.get()):
        account = Account.unscoped.create(
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
            application_started_on=day,
        )
        record(account=account, kind="application", title=_("Application started"), day=day)
    return account


def _check_client_limit(parent: Account) -> None:
    """A friends-and-family advisor has at most fifteen clients."""
    if parent.firm.is_professional:
        return
    living = Account.unscoped.filter(
        firm_id=parent.firm_id, kind=Kind.CLIENT, status__in=[Status.NEW, Status.PENDING, Status.OPEN]
    )
    if living.count() >= CLIENTS_OF_NON_PROFESSIONAL:
        raise TreeProblem(
            _("A non-professional advisor can have at most %(limit)d clients") % {"limit": CLIENTS_OF_NON_PROFESSIONAL}
        )


def change_status(*, account: Account, status: str, day: date) -> Account:
    """Move an account to another status if the table of transitions has it; dates follow the status."""
    with transaction.atomic(using=current_alias.get()):
        account = Account.unscoped.select_for_update().get(pk=account.pk)
        check_transition(account.status, status)
        if (account.status, status) == (Status.ABANDONED, Status.NEW):
            check_reset(account.application_started_on or day, day)
        account.status = status
        if status == Status.OPEN:
            account.opened_on = account.opened_on or day
            account.closed_on = None
        if status == Status.CLOSED:
            account.closed_on = day
        account.save(update_fields=["status", "opened_on", "closed_on"])
        record(account=account, kind="status", title=_("Account status changed"), status=status, day=day)
    return account


def open_account(*, account: Account, day: date) -> Account:
    """From a new application straight to an open account, for accounts the broker has opened already."""
    account = change_status(account=account, status=Status.PENDING, day=day)
    return change_status(account=account, status=Status.OPEN, day=day)
