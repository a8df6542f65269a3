"""Asking for mailboxes, changing and ending them, and how the back office moves them on. Asking charges at once: the
row of the charge is written with the request, and the next night moves its money.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.desk.mailboxes import telling
from accounts.desk.mailboxes.addressing import Address, clean_address
from accounts.desk.mailboxes.models import Mailbox, MailboxCharge
from accounts.desk.mailboxes.queries import charged_to, is_open, keeper, live_keys, mailboxes, rates
from accounts.desk.mailboxes.rules import (
    CURRENCY,
    MOST_AT_ONCE,
    NEXT,
    Due,
    Item,
    MailboxConflict,
    MailboxProblem,
    State,
    clean_name,
    due,
    dues,
    year_of,
)
from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.access.scope import NotAllowed
from accounts.ground.amounts import money_words
from accounts.ground.ledger.keys import uuid_of
from accounts.ground.tree.models import Account
from portal.lib.exchange import exchange_day

LONGEST_REASON = 300


@dataclass(frozen=True)
class Wish:
    """One mailbox as it was typed."""

    address: str
    name: str
    archive: bool


@dataclass(frozen=True)
class Line:
    """What becomes of a wish: the address in its one form and the charges, or why not."""

    wish: Wish
    address: Address | None = None
    name: str = ""
    problem: str = ""
    dues: list[Due] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """What it is charged at once."""
        return sum((one.amount for one in self.dues), Decimal("0.00"))


def review(who: Who, wishes: Sequence[Wish], day: date) -> list[Line]:
    """Each wish with what it costs or what is wrong with it; nothing is kept."""
    if not wishes:
        raise MailboxProblem(_("Enter at least one address."))
    if len(wishes) > MOST_AT_ONCE:
        raise MailboxProblem(_("At most %(most)s mailboxes can be asked for at once.") % {"most": MOST_AT_ONCE})
    known, lines = rates(), []
    for wish in wishes:
        try:
            address, name = clean_address(wish.address), clean_name(wish.name)
        except MailboxProblem as problem:
            lines.append(Line(wish, problem=str(problem)))
        else:
            lines.append(Line(wish, address, name, dues=dues(known, day, with_archive=wish.archive)))
    taken = live_keys(who, [one.address.key for one in lines if one.address])
    for place, line in enumerate(lines):
        if line.address is None:
            continue
        if line.address.key in taken:
            lines[place] = Line(line.wish, problem=_("There is a mailbox or a request for this address already."))
        taken.add(line.address.key)
    return lines


def request(
    *, who: Who, wishes: Sequence[Wish], accepts: bool, total: Decimal, batch: UUID, at: datetime
) -> list[Mailbox]:
    """Ask for all of them or for none, and charge `total`, which was accepted, or nothing; the same batch a second time
    gives what the first has made."""
    _check_own(who)
    account = charged_to(who)
    if not accepts:
        raise MailboxProblem(_("Accept the charges first."))
    if not is_open(account):
        raise MailboxProblem(_("The master account is not open, so nothing can be charged to it."))
    with transaction.atomic(using=current_alias.get()):
        one_at_a_time(f"mailboxes {who.practice_id}")
        if made := list(mailboxes(who).filter(batch=batch).order_by("address")):
            return made
        lines = review(who, wishes, exchange_day(at))
        if wrong := [one for one in lines if one.problem]:
            raise MailboxConflict(f"{wrong[0].wish.address}: {wrong[0].problem}")
        _check_accepted(total, sum((one.total for one in lines), Decimal("0.00")))
        return [_ask(who, account, line, batch, at) for line in lines if line.address is not None]


def rename(*, who: Who, mailbox: Mailbox, name: str) -> Mailbox:
    """Another name that readers of mail see."""
    _check_own(who)
    return _change(who, mailbox, {"name": clean_name(name)})


def archive(*, who: Who, mailbox: Mailbox, on: bool, charge: Decimal, at: datetime) -> Mailbox:
    """Have copies kept, which is charged once a year of the provider's, or no more, which gives nothing back. `charge`
    is what was said to be charged now."""
    _check_own(who)
    if on and not is_open(charged_to(who)):
        raise MailboxConflict(_("The master account is not open, so nothing can be charged to it."))
    with transaction.atomic(using=current_alias.get()):
        one_at_a_time(f"mailboxes {who.practice_id}")
        was = mailboxes(who).get(pk=mailbox.pk).is_archived
        found = _change(who, mailbox, {"is_archived": on})
        if on == was:
            return found
        owed = archive_due(found, exchange_day(at)) if on else None
        _check_accepted(charge if on else Decimal(0), owed.amount if owed else Decimal("0.00"))
        if owed:
            _charge(found, owed, at)
        if found.is_at_provider:
            telling.provider(found, at=at)
    return found


def archive_due(mailbox: Mailbox, day: date) -> Due | None:
    """What switching the archive on would cost on a day; nothing where the year is paid for."""
    paid = MailboxCharge.unscoped.filter(
        mailbox_id=mailbox.pk, item=Item.ARCHIVE, year_starts=year_of(day), reverses=None
    )
    return None if paid.exists() else due(rates(), Item.ARCHIVE, day)


def cancel(*, who: Who, mailbox: Mailbox, at: datetime) -> Mailbox:
    """End it at once; nothing is given back."""
    _check_own(who)
    with transaction.atomic(using=current_alias.get()):
        one_at_a_time(f"mailboxes {who.practice_id}")
        mailbox.refresh_from_db()
        was_there = mailbox.is_at_provider
        found = _change(who, mailbox, {"state": State.CANCELLED, "state_at": at})
        telling.ended(found, by=who.user_id, at=at)
        if was_there:
            telling.provider(found, at=at)
    return found


def advance(*, who: Who, mailbox: Mailbox, to: State, at: datetime, reason: str = "") -> Mailbox:
    """The back office moves it on; refusing a request gives back what it was charged."""
    if who.role != "office":
        raise NotAllowed("view")
    reason = " ".join(reason.split())
    if to == State.REJECTED and not 0 < len(reason) <= LONGEST_REASON:
        raise MailboxProblem(_("Say why, in at most %(most)s characters.") % {"most": LONGEST_REASON})
    before = [state for state, after in NEXT.items() if to in after]
    rows = Mailbox.unscoped.filter(pk=mailbox.pk, state__in=before)
    try:
        with transaction.atomic(using=current_alias.get()):
            if not rows.update(state=to, state_at=at, reason=reason):
                raise MailboxConflict(_("%(address)s cannot become that now.") % {"address": mailbox.address})
            mailbox.refresh_from_db()
            if to == State.REJECTED:
                _give_back(mailbox, at)
            telling.moved(mailbox, by=who.user_id, at=at)
    except IntegrityError as problem:
        if "mailbox_of_one_practice" not in str(problem):
            raise
        raise MailboxConflict(_("Another practice has a mailbox at that address.")) from problem
    return mailbox


def provider_told(*, who: Who, mailbox: Mailbox, at: datetime) -> None:
    """The back office has told the provider what the practice changed."""
    if who.role != "office":
        raise NotAllowed("view")
    if not telling.was_told(mailbox, at=at):
        raise MailboxConflict(_("Nothing of %(address)s waits for the provider.") % {"address": mailbox.address})


def _check_accepted(said: Decimal, owed: Decimal) -> None:
    """What is charged is what was read: between the two a month may have ended, or a price begun."""
    if said != owed:
        raise MailboxConflict(
            _("What is charged now is %(amount)s. Read it and accept it again.")
            % {"amount": money_words(owed, CURRENCY)}
        )


def _check_own(who: Who) -> None:
    keeper(who)
    if who.behind is not None:
        raise NotAllowed("view", _("You look as another user; what you may not do yourself stays closed."))


def _ask(who: Who, account: Account, line: Line, batch: UUID, at: datetime) -> Mailbox:
    assert line.address is not None
    made = Mailbox.unscoped.create(
        firm_id=account.firm_id,
        practice_id=account.practice_id,
        account=account,
        batch=batch,
        address=line.address.text,
        key=line.address.key,
        domain=line.address.domain,
        name=line.name,
        is_archived=line.wish.archive,
        state_at=at,
        requested_by=who.user_id,
        requested_at=at,
    )
    for one in line.dues:
        _charge(made, one, at)
    telling.asked(made, account, by=who.user_id, at=at)
    return made


def charge_id(mailbox: UUID, item: str, year_starts: date) -> UUID:
    """It follows from what is charged, so that nothing is charged twice."""
    return uuid_of("mailbox", str(mailbox), str(item), year_starts.isoformat())


def _charge(mailbox: Mailbox, owed: Due, at: datetime) -> None:
    if not owed.amount:
        return
    MailboxCharge.unscoped.create(
        id=charge_id(mailbox.pk, owed.item, owed.year_starts),
        **_place(mailbox),
        item=owed.item,
        year_starts=owed.year_starts,
        months=owed.months,
        rate=owed.rate,
        amount=owed.amount,
        charged_on=exchange_day(at),
        charged_at=at,
    )


def _give_back(mailbox: Mailbox, at: datetime) -> None:
    """Each charge of a refused request the other way round, but what was written off before. Of what the broker rejects
    and no statement shows, nothing goes back: the night writes that off, too."""
    same = ("item", "year_starts", "months", "rate", "amount")
    backs = [
        MailboxCharge(
            id=uuid_of("mailbox back", str(one.pk)),
            **_place(mailbox),
            reverses=one,
            charged_on=exchange_day(at),
            charged_at=at,
            **{name: getattr(one, name) for name in same},
        )
        for one in MailboxCharge.unscoped.filter(mailbox=mailbox, reverses=None, reversal=None)
    ]
    # A night at the same moment may have written one of them off: then its row stands for this one.
    MailboxCharge.unscoped.bulk_create(backs, ignore_conflicts=True)


def _place(mailbox: Mailbox) -> dict[str, object]:
    return {
        "firm_id": mailbox.firm_id,
        "practice_id": mailbox.practice_id,
        "account_id": mailbox.account_id,
        "mailbox": mailbox,
    }


def _change(who: Who, mailbox: Mailbox, fields: dict[str, object]) -> Mailbox:
    """Change a living one of the practice; who ended it in the meantime was first."""
    living = mailboxes(who).filter(pk=mailbox.pk, state__in=list(NEXT))
    if not living.order_by().update(**fields):
        raise MailboxConflict(_("This mailbox has ended."))
    mailbox.refresh_from_db()
    return mailbox
