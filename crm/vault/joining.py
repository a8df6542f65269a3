"""Letting a colleague into the vault after six words were compared, and taking one out with a new data key."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.debug import sensitive_variables

from accounts.ground.access.context import Who
from accounts.ground.access.scope import NotAllowed, scope
from accounts.ground.trail.actions import note_of_practice
from crm.vault.actions import open_own
from crm.vault.engine import people
from crm.vault.engine.encoding import Unopened
from crm.vault.engine.people import Own
from crm.vault.epochs import begin_epoch, belonging, enrol, held, newest, open_ring
from crm.vault.models import Member, MemberState
from crm.vault.queries import words_of
from crm.vault.rules import VaultProblem, damaged, member_seat
from portal.lib.exchange import exchange_day


@sensitive_variables()
def admit(*, who: Who, member_id: UUID, words: str, password: str, at: datetime) -> Member:
    """Sign a colleague's keys and grant every data key. `words` are those that were compared, and no others will do."""
    mine, own, _key = _master(who, password, at)
    member = _other(who, member_id, MemberState.WAITING)
    stored = member.stored()
    if " ".join(words.split()) != words_of(own.root_public, stored):
        raise VaultProblem(_("The keys are not those that you have compared. Compare the six words once more."))
    keys = open_ring(who, mine, own)
    member.take(people.bound(stored, own.root, not_before=int(at.timestamp())))
    try:
        enrol(who, member, mine, own, keys)
    except Unopened:
        raise damaged() from None
    member.state, member.joined_at = MemberState.MEMBER, at
    member.save(update_fields=["state", "joined_at", "not_before", "binding"])
    _note(who, gettext_noop("A colleague was let into the client book"), at)
    return member


@sensitive_variables()
def take_out(*, who: Who, member_id: UUID, password: str, at: datetime) -> Member:
    """What the member was granted goes, unlocked browsers are locked, and what is written from now on has a new key."""
    mine, own, key = _master(who, password, at)
    member = _other(who, member_id, MemberState.WAITING, MemberState.MAKING, MemberState.MEMBER)
    keys = open_ring(who, mine, own)
    staying = belonging(who, mine.vault, but=member)
    was_inside = {one.stored().print for one in staying} != newest(who, mine.vault).prints
    member.state, member.left_at = MemberState.LEFT, at
    member.save(update_fields=["state", "left_at"])
    if was_inside:
        try:
            begin_epoch(who, mine.vault, own, mine, staying, at)
        except Unopened:
            raise damaged() from None
        # Remembered at once: a database without the new epoch is refused from now on.
        mine.take(people.rewrapped(mine.stored(), replace(own, epoch=keys.newest + 1), key))
        mine.save(update_fields=["blob"])
    _note(who, gettext_noop("A colleague left the client book"), at)
    return member


def _master(who: Who, password: str, at: datetime) -> tuple[Member, Own, bytes]:
    if not member_seat(who).manages:
        raise NotAllowed("manage_users", _("Whoever set up the client book lets colleagues in and takes them out."))
    held(who)
    member, own, key = open_own(who, password, at)
    if not own.root:
        raise NotAllowed("manage_users", _("Whoever set up the client book lets colleagues in and takes them out."))
    return member, own, key


def _other(who: Who, member_id: UUID, *states: str) -> Member:
    found = scope(who, Member).filter(pk=member_id).exclude(user_id=who.user_id).first()
    if found is None or found.state == MemberState.LEFT:
        raise Http404
    if found.state not in states:
        raise VaultProblem(_("This colleague is not waiting to be let in."))
    return found


def _note(who: Who, title: str, at: datetime) -> None:
    note_of_practice(who=who, kind="vault", title=title, day=exchange_day(at), data={})
