"""Asking for a link, and the asked advisor's answer; `moving` carries out what was accepted."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who, current_alias
from accounts.ground.linkage.models import ALIVE, Linkage, LinkState
from accounts.ground.linkage.queries import named_master
from accounts.ground.linkage.rules import LinkProblem, check_may_join, check_may_leave, effective_at
from accounts.ground.tree.models import LIVING, Account, Kind


class LinkConflict(LinkProblem):
    """The link stands where this cannot be done any more."""


def ask(*, who: Who, account: Account, master: str, title: str, at: datetime) -> Linkage:
    """Ask the advisor with this id and title to take the account; the database puts it on that advisor's list."""
    check_may_leave(account)
    if Account.unscoped.filter(parent=account, status__in=LIVING).exclude(kind=Kind.CLIENT).exists():
        raise LinkProblem(_("An advisor with advisors or STL accounts below it cannot be linked"))
    found = named_master(master, title)
    if found is None:
        raise LinkProblem(_("There is no advisor with this id and title"))
    check_may_join(account, found.kind, found.firm_id, found.practice_id)
    try:
        with transaction.atomic(using=current_alias.get()):
            return Linkage.unscoped.create(
                firm_id=account.firm_id,
                practice_id=account.practice_id,
                account=account,
                to_firm_id=found.firm_id,
                to_practice_id=found.practice_id,
                to_master_id=found.account_id,
                number=account.number,
                title=account.title,
                holder=account.customer_type,
                asked_at=at,
                asked_by=who.user_id,
            )
    except IntegrityError as problem:
        if "one_living_link_an_account" not in str(problem):
            raise
        raise LinkConflict(_("A link of this account is under way already")) from problem


def decide(*, link: Linkage, accept: bool, by: int, at: datetime) -> Linkage:
    """The asked advisor accepts or rejects, once."""
    link = _locked(link)
    if link.state != LinkState.ASKED:
        raise LinkConflict(_("This request has been answered already"))
    link.state = LinkState.ACCEPTED if accept else LinkState.REJECTED
    link.decided_at, link.decided_by = at, by
    link.effective_at = effective_at(at) if accept else None
    link.save(update_fields=["state", "decided_at", "decided_by", "effective_at"])
    return link


def cancel(*, link: Linkage, by: int, at: datetime) -> Linkage:
    """Who asked takes the wish back, while it has not been carried out."""
    link = _locked(link)
    if link.state not in ALIVE:
        raise LinkConflict(_("This request has ended already"))
    link.state, link.decided_at, link.decided_by = LinkState.CANCELLED, at, by
    link.save(update_fields=["state", "decided_at", "decided_by"])
    return link


def _locked(link: Linkage) -> Linkage:
    return Linkage.unscoped.select_for_update().get(pk=link.pk)
