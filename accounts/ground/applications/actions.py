"""Starting an application: the account, and the item that waits until it is approved or deleted."""

from datetime import date

from django.db import transaction

from accounts.ground.access.context import current_alias
from accounts.ground.requests.actions import ask
from accounts.ground.requests.models import RequestKind, RequestStatus
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Account, Margin, Status
from accounts.ground.tree.rules import check_holder
from portal.lib.words import gettext_noop

WAITS = gettext_noop("The application has been started and is not complete")


def start(
    *,
    parent: Account,
    kind: str,
    number: str,
    title: str,
    base_currency: str,
    day: date,
    alias: str = "",
    customer_type: str = "",
    margin_kind: str = Margin.MARGIN,
    is_own: bool = False,
    holder_born_on: date | None = None,
) -> Account:
    """A new account below `parent`, not yet open, with its pending item."""
    check_holder(customer_type=customer_type, born_on=holder_born_on, margin_kind=margin_kind, day=day)
    return begin(
        parent=parent,
        kind=kind,
        number=number,
        title=title,
        base_currency=base_currency,
        day=day,
        alias=alias,
        customer_type=customer_type,
        margin_kind=margin_kind,
        is_own=is_own,
        holder_born_on=holder_born_on,
    )


def begin(
    *,
    parent: Account,
    kind: str,
    number: str,
    title: str,
    base_currency: str,
    day: date,
    alias: str = "",
    customer_type: str = "",
    margin_kind: str = Margin.MARGIN,
    is_own: bool = False,
    holder_born_on: date | None = None,
) -> Account:
    """The same before anybody has said how old the holder is: the holder says so in the application itself."""
    with transaction.atomic(using=current_alias.get()):
        account = tree.create_account(
            parent=parent,
            kind=kind,
            number=number,
            title=title,
            base_currency=base_currency,
            day=day,
            alias=alias,
            customer_type=customer_type,
            margin_kind=margin_kind,
            is_own=is_own,
            holder_born_on=holder_born_on,
        )
        _wait(account, day)
    return account


def change(*, account: Account, status: str, day: date) -> Account:
    """Another status; an application that is started again waits again."""
    with transaction.atomic(using=current_alias.get()):
        account = tree.change_status(account=account, status=status, day=day)
        if status == Status.NEW:
            _wait(account, day)
    return account


def _wait(account: Account, day: date) -> None:
    ask(
        account=account,
        kind=RequestKind.APPLICATION,
        title=WAITS,
        natural_key=f"application {account.number}",
        day=day,
        status=RequestStatus.INCOMPLETE,
    )
