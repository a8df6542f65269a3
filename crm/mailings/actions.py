"""Sending one mail to several contacts, a message each, and hearing that somebody wants no more of them."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.desk.brand.queries import brand_at
from accounts.ground.access.context import current_alias, cursor
from accounts.ground.access.middleware import spend
from accounts.ground.access.scope import scope
from accounts.ground.outbox.actions import owe_many
from accounts.ground.outbox.models import TO_MANY, Channel, OutboxMessage
from accounts.ground.outbox.sealed import sealed
from accounts.ground.people.models import User
from accounts.ground.trail.actions import note_of_practice
from accounts.ground.tree.models import Practice
from crm.contacts.filters import book
from crm.contacts.models import Contact
from crm.locks import actions as locks
from crm.mail.queries import own
from crm.mailings.models import FAILED, UNSURE, Handover, Mailing
from crm.mailings.queries import QUEUED, Reached, fates_of, letter_of, reached, shown_of, still_going
from crm.mailings.rules import MOST, Letter, MailingProblem
from crm.mailings.stopping import address_for, contact_of
from crm.vault.sealed import Opened
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

MAILINGS_AN_HOUR = 10


def send(
    *,
    vault: Opened,
    key: UUID,
    contacts: "QuerySet[Contact]",
    letter: Letter,
    at: datetime,
    by_mailbox: bool = False,
) -> Mailing:
    """Owe a message to each of the contacts that a mail reaches; one key is sent once, however often it is asked for.

    Those that go `by_mailbox` wait until whoever wrote them hands them on. Raises MailingProblem.
    """
    known = scope(vault.who, Mailing).filter(pk=key).first()
    if known is not None:
        return known
    if by_mailbox and own(vault) is None:
        raise MailingProblem({"by": _("Connect your mailbox first; then you can write from here.")})
    found = reached(vault, contacts, letter)
    if len(found) > MOST:
        raise MailingProblem({"": _("A mail goes to 1,000 contacts at most; choose fewer.")})
    reaches = [one for one in found if one.outcome == QUEUED]
    if not reaches:
        raise MailingProblem({"": _("The mail would reach nobody.")})
    if spend(f"mailing/{vault.who.practice_id}", most=MAILINGS_AN_HOUR, at=at):
        raise MailingProblem({"": _("Too many mails to several in this hour. Try again later.")})
    mailing = Mailing(
        id=key,
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        user_id=vault.who.user_id,
        at=at,
        queued=len(reaches),
        skipped=len(found) - len(reaches),
        by_mailbox=by_mailbox,
    )
    report = [[str(one.contact.pk), one.contact.title, one.email, one.outcome] for one in found]
    mailing.put(vault, subject=letter.subject, body=letter.body, report=json.dumps(report, ensure_ascii=False))
    try:
        with transaction.atomic(using=current_alias.get()):
            mailing.save(force_insert=True)
    except IntegrityError:
        # Two clicks at the same moment: the other one sends it.
        return scope(vault.who, Mailing).get(pk=key)
    if by_mailbox:
        _lay_ready(mailing, {one.contact.pk: 1 for one in reaches})
    else:
        foot = foot_of(vault, at, is_own=False)
        owe_many([_message(mailing, one, letter, foot) for one in reaches])
    return mailing


def send_again(*, vault: Opened, mailing: Mailing, at: datetime, with_unsure: bool = False) -> int:
    """Owe it anew to whom it could not be delivered, at the address that they have now; how many.

    `with_unsure` sends it once more to those too of whom nobody knows whether they have it, and not to those whose
    message is perhaps being sent at this moment.

    Who is in the trash by now, or wants no such mails any more, is left out. The key of a message names its turn, so
    that two presses owe it once. Raises MailingProblem.
    """
    demand_own(vault, mailing)
    fates, meant = fates_of([mailing]).get(mailing.pk, {}), {FAILED, UNSURE} if with_unsure else {FAILED}
    failed = {contact: fate.turn for contact, fate in fates.items() if fate.outcome in meant}
    going = still_going(vault, mailing, at) & failed.keys() if with_unsure else set()
    failed = {contact: turn for contact, turn in failed.items() if contact not in going}
    letter = letter_of(vault, mailing)
    meant_for = failed.keys() & shown_of(vault, mailing).keys()
    found = reached(vault, book(vault).filter(pk__in=meant_for), letter) if meant_for and letter.body else []
    reaches = [one for one in found if one.outcome == QUEUED]
    if going and not reaches:
        words = _("Your mail server may still be taking these messages. Look again in five minutes.")
        raise MailingProblem({"": words})
    if not reaches:
        raise MailingProblem({"": _("The mail would reach nobody.")})
    if spend(f"mailing/{vault.who.practice_id}", most=MAILINGS_AN_HOUR, at=at):
        raise MailingProblem({"": _("Too many mails to several in this hour. Try again later.")})
    data = {"mailing": str(mailing.pk), "messages": len(reaches)}
    title = gettext_noop("A mail to several was sent again to whom it could not be delivered")
    with transaction.atomic(using=current_alias.get()):
        note_of_practice(who=vault.who, kind="mailing", title=title, day=exchange_day(at), data=data)
        turns = {one.contact.pk: failed[one.contact.pk] + 1 for one in reaches}
        if mailing.by_mailbox:
            _lay_ready(mailing, turns)
        else:
            foot = foot_of(vault, at, is_own=False)
            owe_many([_message(mailing, one, letter, foot, turn=turns[one.contact.pk]) for one in reaches])
    return len(reaches)


def demand_own(vault: Opened, mailing: Mailing) -> None:
    """What goes by a mailbox is gone on with by its person alone. Raises MailingProblem."""
    if mailing.by_mailbox and mailing.user_id != vault.who.user_id:
        raise MailingProblem({"": _("It goes out from the mailbox of a colleague, who alone can go on with it.")})


def choose(*, vault: Opened, contact: Contact, is_off: bool, at: datetime) -> None:
    """Say for somebody whether such mails go to them. Raises LockedBy."""
    locks.demand(contact.pk, vault=vault, at=at)
    contact.mails_off_at = at if is_off else None
    contact.save(update_fields=["mails_off_at"])


def stop(*, mark: str, at: datetime, is_sure: bool) -> bool:
    """Somebody wants no more such mails, and is sure or is only asked; whether the address is one of ours."""
    contact = contact_of(mark)
    if contact is None:
        return False
    with cursor() as cur:
        cur.execute("SELECT app_no_more_mails(%s, %s, %s)", [contact, at, is_sure])
        return bool(cur.fetchone()[0])


def foot_of(vault: Opened, at: datetime, *, is_own: bool) -> str:
    """Who has written, and where answers go where they do not go to the sender."""
    user = User.objects.get(pk=vault.who.user_id)
    practice = scope(vault.who, Practice).get(pk=vault.who.practice_id)
    brand = brand_at(at)
    name, place = user.get_full_name() or user.get_username(), brand.name if brand else practice.name
    lines = ["--", f"{name}, {place}"]
    if user.email and not is_own:
        lines.append(_("Answers go to %(email)s.") % {"email": user.email})
    return "\n".join(lines)


def body_of(told: Letter, contact: UUID, foot: str) -> str:
    """The whole text of a message, with how such mails stop."""
    return f"{told.body}\n\n{foot}\n{_('No more such mails: %(link)s') % {'link': address_for(contact)}}"


def _lay_ready(mailing: Mailing, turns: Mapping[UUID, int]) -> None:
    """To be handed on by the mailbox; the second press of a button adds none."""
    own = {"firm_id": mailing.firm_id, "practice_id": mailing.practice_id, "user_id": mailing.user_id}
    rows = [Handover(mailing=mailing, contact=contact, turn=turn, **own) for contact, turn in turns.items()]
    Handover.unscoped.bulk_create(rows, ignore_conflicts=True)


def _message(mailing: Mailing, one: Reached, letter: Letter, foot: str, turn: int = 1) -> OutboxMessage:
    told = letter.to(one.values)
    # Its text is sealed while it waits, shown to nobody in the back office, and forgotten when it has left.
    return OutboxMessage(
        channel=Channel.MAIL,
        recipient=one.email,
        body=sealed(told.subject, body_of(told, one.contact.pk, foot)),
        natural_key=f"{TO_MANY}{mailing.pk} {'' if turn == 1 else f'{turn} '}{one.contact.pk}",
        firm_id=mailing.firm_id,
        is_secret=True,
    )
