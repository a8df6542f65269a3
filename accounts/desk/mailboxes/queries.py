"""The mailboxes of one's own practice, what they cost, and whose mail is archived."""

from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.desk.mailboxes.addressing import clean_address
from accounts.desk.mailboxes.models import Mailbox, MailboxCharge, MailboxRate
from accounts.desk.mailboxes.rules import ENDED, MailboxProblem, Rate, State
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.ledger.models import Transfer
from accounts.ground.tree.models import Account, Kind, Status

# What a user must have been given to ask for a mailbox and to change one: its price leaves the master account.
NEEDS = "configuration"


def keeper(who: Who | None) -> Who:
    """The seat of an advisor who works with all accounts of a practice; for everybody else there are no mailboxes."""
    if who is None or not who.is_advisor or who.is_narrowed or who.practice_id is None:
        raise Http404
    return who


def reader(who: Who | None) -> Who:
    """The seat of an advisor; whose accounts were chosen one by one is shown that there is nothing for them here."""
    if who is None or not who.is_advisor:
        raise Http404
    return who


def mailboxes(who: Who) -> "QuerySet[Mailbox]":
    """The practice's own, the latest first; also where the firm above asks, only its own."""
    rows = scope(reader(who), Mailbox).filter(practice_id=who.practice_id)
    return (rows.none() if who.is_narrowed else rows).order_by("-requested_at", "-pk")


def may_ask(who: Who) -> bool:
    """Whether somebody may ask for mailboxes and change them."""
    return who.has(NEEDS) and not who.is_narrowed


def mailbox_of(who: Who, pk: UUID) -> Mailbox:
    """One of them."""
    found = mailboxes(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def charges(who: Who, mailbox: Mailbox) -> "QuerySet[MailboxCharge]":
    """What a mailbox was charged, the latest first."""
    return scope(who, MailboxCharge).filter(mailbox_id=mailbox.pk).order_by("-charged_at", "item", "pk")


def charged_to(who: Who) -> Account:
    """The master account that pays for the practice's mailboxes."""
    rows = scope(keeper(who), Account).filter(practice_id=who.practice_id)
    found = rows.filter(kind__in=(Kind.TOP_MASTER, Kind.SECOND_MASTER)).first()
    if found is None:
        raise Http404
    return found


def is_open(account: Account) -> bool:
    """Whether the account can pay."""
    return account.status == Status.OPEN


def rates() -> list[Rate]:
    """Every price there is, the same for everybody."""
    return [Rate(*row) for row in MailboxRate.unscoped.values_list("item", "starts", "amount")]


def spent(who: Who) -> Decimal:
    """What all mailboxes of the practice have cost."""
    rows = scope(keeper(who), MailboxCharge).filter(practice_id=who.practice_id)
    return sum((one.charged for one in rows.only("amount", "reverses_id")), Decimal("0.00"))


def given_back(movement: UUID) -> Decimal:
    """How much of the movement of a charge has gone back already, for the back office; then it is not written off."""
    source = Transfer.unscoped.filter(pk=movement).values("source")
    back = MailboxCharge.unscoped.filter(reverses__in=source, is_written_off=False).exclude(moved_on=None).first()
    return back.amount if back else Decimal("0.00")


def active(who: Who) -> "QuerySet[Mailbox]":
    """Those whose mail the practice reads and writes; an ended one is not among them from that moment."""
    return mailboxes(who).filter(state=State.ACTIVE)


def archived(who: Who, address: str) -> bool:
    """Whether mail of an address of the practice is kept: its mailbox is active and the archive is switched on."""
    try:
        key = clean_address(address).key
    except MailboxProblem:
        return False
    return active(who).filter(key=key, is_archived=True).exists()


def live_keys(who: Who, keys: list[str]) -> set[str]:
    """Those of some addresses that have a mailbox of the practice already."""
    return set(mailboxes(who).filter(key__in=keys).exclude(state__in=ENDED).values_list("key", flat=True))
