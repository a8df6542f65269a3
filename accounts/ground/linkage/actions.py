"""Asking for a link, and the asked advisor's answer; `moving` carries out what was accepted."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who, as_role, current_alias
from accounts.ground.linkage.models import ALIVE, Linkage, LinkState
from accounts.ground.linkage.queries import named_master
from accounts.ground.linkage.rules import LinkProblem, check_may_join, check_may_leave, effective_at
from accounts.ground.linkage.telling import tell
from accounts.ground.tree.models import LIVING, Account, Kind

# How long an advisor may think it over.
LIFETIME = timedelta(days=30)


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
            link = Linkage.unscoped.create(
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
            tell(link)
            return link
    except IntegrityError as problem:
        if "one_living_link_an_account" not in str(problem):
            raise
        raise LinkConflict(_("A link of this account is under way already")) from problem


def decide(*, link: Linkage, accept: bool, by: int, at: datetime) -> Linkage:
    """The asked advisor accepts or rejects, once."""
    link = _locked(link)
    if link.state != LinkState.ASKED:
        raise LinkConflict(_("This request has been answered already"))
    if link.asked_at + LIFETIME <= at:
        raise LinkConflict(_("This request was not answered in time"))
    link.state = LinkState.ACCEPTED if accept else LinkState.REJECTED
    link.decided_at, link.decided_by = at, by
    link.effective_at = effective_at(at) if accept else None
    link.save(update_fields=["state", "decided_at", "decided_by", "effective_at"])
    tell(link)
    return link


def cancel(*, link: Linkage, by: int, at: datetime) -> Linkage:
    """Who asked takes the wish back, while it has not been carried out."""
    link = _locked(link)
    if link.state not in ALIVE:
        raise LinkConflict(_("This request has ended already"))
    link.state, link.decided_at, link.decided_by = LinkState.CANCELLED, at, by
    link.save(update_fields=["state", "decided_at", "decided_by"])
    tell(link)
    return link


def lapse_due(*, at: datetime) -> int:
    """End wishes that nobody has answered, each in a transaction of its own; how many there were."""
    ended = 0
    with as_role("office"):
        while _lapse_next(at):
            ended += 1
    return ended


def _lapse_next(at: datetime) -> bool:
    with transaction.atomic(using="office"):
        due = Linkage.unscoped.select_for_update(skip_locked=True).filter(state=LinkState.ASKED)
        link = due.filter(asked_at__lte=at - LIFETIME).order_by("asked_at", "pk").first()
        if link is None:
            return False
        link.state, link.decided_at = LinkState.EXPIRED, at
        link.save(update_fields=["state", "decided_at"])
        tell(link)
        return True


def _locked(link: Linkage) -> Linkage:
    return Linkage.unscoped.select_for_update().get(pk=link.pk)
