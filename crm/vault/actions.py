"""Setting up a storage password, changing it, and getting back in by the recovery code or the practice's sheets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.debug import sensitive_variables

from accounts.ground.access.context import Who
from accounts.ground.access.scope import NotAllowed, scope
from accounts.ground.outbox.actions import owe_person
from accounts.ground.people import attempts
from accounts.ground.people.models import User
from accounts.ground.trail.actions import note_of_practice
from accounts.ground.writing import told_in
from crm.vault.engine import paper, people, ring
from crm.vault.engine.encoding import Unopened
from crm.vault.engine.keys import FLOOR, Cost
from crm.vault.engine.people import Own
from crm.vault.engine.stored import StoredMember
from crm.vault.engine.turns import Busy
from crm.vault.epochs import begin_epoch, belonging, enrol, held, open_ring
from crm.vault.models import Epoch, Member, MemberState, Vault
from crm.vault.pepper import note_use, peppers
from crm.vault.queries import own_member
from crm.vault.rules import IN_ALL, TooBusy, VaultProblem, check_password, damaged, member_seat, wait_words
from portal.lib.exchange import exchange_day

# A vault that nobody has finished setting up can be begun again by a colleague after this time, by its founder at once.
UNFINISHED = timedelta(days=1)


@dataclass(frozen=True)
class Papers:
    """What is shown once: the person's recovery code, and at founding the sheets of the practice."""

    code: str
    sheets: Sequence[str] = ()


def usual_cost() -> Cost:
    """What guessing a storage password costs here; the settings cannot go below the floor."""
    return Cost(max(FLOOR.memory, settings.VAULT_MEMORY_MIB * 1024), FLOOR.passes, FLOOR.lanes)


@sensitive_variables()
def set_up(*, who: Who, user: User, password: str, again: str, at: datetime) -> Papers:
    """A storage password for oneself; the first one founds the vault. It counts once the code is retyped.

    Until then it can be begun again: papers that nobody has kept are no papers.
    """
    who = member_seat(who, in_part=True)
    _check_form(user, password, again)
    try:
        with transaction.atomic():
            return _set_up(who, user, password, at)
    except IntegrityError:
        raise VaultProblem(_("This was just done in another window. Look there, or begin again.")) from None


def _set_up(who: Who, user: User, password: str, at: datetime) -> Papers:
    mine, vault = own_member(who), (held(who) if who.manages else None) or scope(who, Vault).first()
    if mine is not None and mine.state != MemberState.MAKING:
        raise VaultProblem(_("You have a storage password already."))
    if mine is not None and mine.joined_at is not None:
        raise VaultProblem(_("Retype your recovery code, or have a new one shown."))
    _unlike_sign_in(user, password, at)
    if vault is None or not _is_founded(who, vault):
        return _found(who, user, vault, mine, password, at)
    if mine is not None:
        _give_up(mine, at)
    stored = vault.stored()
    bare, own = people.make(
        vault=stored.id, practice=stored.practice, member=uuid4(), user=user.pk, root_public=stored.root_public
    )
    return Papers(_keep_new(who, vault, bare, own, password, at))


def _is_founded(who: Who, vault: Vault) -> bool:
    """Whether anybody has ever retyped a code: before that nothing was written, and nothing is lost."""
    return scope(who, Member).filter(vault=vault, joined_at__isnull=False).exists()


def _found(who: Who, user: User, vault: Vault | None, mine: Member | None, password: str, at: datetime) -> Papers:
    """A new vault, also in the place of one that nobody has finished: there the founder, or others after a day."""
    if not who.manages:
        raise NotAllowed("manage_users", _("Whoever manages the users of the practice sets up its client book first."))
    if vault is not None and mine is None and vault.founded_at > at - UNFINISHED:
        raise VaultProblem(_("A colleague is setting up the client book. When that is finished you can join."))
    stored, root, on_paper = ring.found_vault(vault=vault.pk if vault else uuid4(), practice=who.practice_id or 0)
    for left in scope(who, Member).filter(vault_id=stored.id).exclude(state=MemberState.LEFT):
        _give_up(left, at)
    is_new, vault = vault is None, vault or Vault(id=stored.id, firm_id=who.firm_id, practice_id=who.practice_id)
    vault.take(stored)
    vault.founded_at, vault.founded_by = at, user
    vault.save(force_insert=is_new)
    bare, own = people.make(
        vault=stored.id,
        practice=stored.practice,
        member=uuid4(),
        user=user.pk,
        root_public=stored.root_public,
        root=root,
    )
    code = _keep_new(who, vault, people.bound(bare, root, not_before=int(at.timestamp())), own, password, at)
    _note(who, gettext_noop("Client book set up"), at)
    return Papers(code, [paper.written(one) for one in paper.split(on_paper).values()])


def _keep_new(who: Who, vault: Vault, bare: StoredMember, own: Own, password: str, at: datetime) -> str:
    """Wrap and store fresh keys; the recovery code as it is shown."""
    code = paper.new_code()
    ready = _wrapped(people.wrapped_by_code(bare, own, code), own, password, at)
    row = Member(
        id=ready.id,
        firm_id=who.firm_id,
        practice_id=who.practice_id,
        vault=vault,
        user_id=who.user_id,
        state=MemberState.MAKING,
        holds_root=bool(own.root),
        created_at=at,
    )
    row.take(ready)
    row.save(force_insert=True)
    return paper.written(code)


@sensitive_variables()
def confirm_code(*, who: Who, code: str, at: datetime) -> Member:
    """The retyped recovery code opens the keys, so it was written down. The founder's begins the first epoch."""
    who = member_seat(who, in_part=True)
    vault = held(who) if who.manages else None
    member = _mine(who, MemberState.MAKING)
    try:
        own = people.opened_by_code(member.stored(), paper.read(code))
    except Unopened:
        raise VaultProblem(_("That is not the code that was shown. Look at each letter.")) from None
    if vault is not None and own.root and not _is_founded(who, vault):
        try:
            begin_epoch(who, vault, own, member, [member], at)
        except Unopened:
            raise damaged() from None
    member.state = MemberState.MEMBER if member.binding else MemberState.WAITING
    member.joined_at = at if member.binding else None
    member.save(update_fields=["state", "joined_at"])
    return member


@sensitive_variables()
def open_own(who: Who, password: str, at: datetime, *states: str) -> tuple[Member, Own, bytes]:
    """One's keys by the storage password; each wrong one is counted. Guesses at once are taken one after the other."""
    states = states or (MemberState.MEMBER,)
    mine = own_member(member_seat(who, in_part=True))
    if mine is None or mine.state not in states:
        raise VaultProblem(_("You have no storage password yet."))
    member = Member.unscoped.select_for_update().get(pk=mine.pk)
    if member.state not in states:
        raise VaultProblem(_("You have no storage password yet."))
    if words := wait_words(member.wrong_at, member.wrong, at):
        raise VaultProblem(words)
    stored = member.stored()
    try:
        key = people.password_key(stored, password=password, peppers=peppers())
        own = people.opened(stored, key)
    except Busy:
        raise TooBusy from None
    except Unopened:
        member.wrong = min(member.wrong + 1, IN_ALL)
        member.wrong_at = [*member.wrong_at, at][-20:]
        member.save(update_fields=["wrong", "wrong_at"])
        raise VaultProblem(_("That is not your storage password."), counted=True) from None
    if member.wrong or member.wrong_at:
        member.wrong, member.wrong_at = 0, []
        member.save(update_fields=["wrong", "wrong_at"])
    return member, own, key


@sensitive_variables()
def change_password(*, who: Who, user: User, old: str, password: str, again: str, at: datetime) -> None:
    """Another storage password; the recovery code stays good, and every unlocked browser is locked."""
    _check_form(user, password, again)
    if old == password:
        raise VaultProblem(_("That is your present storage password."))
    member, own, _key = open_own(who, old, at)
    _unlike_sign_in(user, password, at)
    _save(member, _wrapped(member.stored(), own, password, at))
    _tell(user, gettext_noop("Your storage password was changed"), at)


@sensitive_variables()
def new_code(*, who: Who, password: str, at: datetime) -> Papers:
    """Another recovery code; the old one opens nothing any more. It counts once it is retyped."""
    member, own, _key = open_own(who, password, at, MemberState.MEMBER, MemberState.WAITING, MemberState.MAKING)
    return Papers(_fresh_code(member, member.stored(), own))


@sensitive_variables()
def recover(*, who: Who, user: User, code: str, password: str, again: str, at: datetime) -> Papers:
    """A new storage password by the recovery code, which is replaced by a new one."""
    _check_form(user, password, again)
    member = _mine(who, MemberState.MEMBER, MemberState.WAITING)
    stored = member.stored()
    try:
        own = people.opened_by_code(stored, paper.read(code))
    except Unopened:
        raise VaultProblem(_("That code does not open your keys. Look at each letter.")) from None
    _unlike_sign_in(user, password, at)
    if member.state == MemberState.MEMBER:
        # What the code opens is as old as the code: the newest epoch comes from what the root signed since.
        own = replace(own, epoch=open_ring(who, member, own).newest)
    member.wrong, member.wrong_at = 0, []
    papers = Papers(_fresh_code(member, _wrapped(stored, own, password, at), own))
    _note(who, gettext_noop("Storage password recovered by code"), at)
    _tell(user, gettext_noop("Your storage password was replaced by the recovery code"), at)
    return papers


@sensitive_variables()
def recover_by_sheets(
    *, who: Who, user: User, sheets: tuple[str, str], password: str, again: str, at: datetime
) -> Papers:
    """New keys for a manager of users by two of the practice's three sheets; every member is told by mail."""
    if not member_seat(who).manages:
        raise NotAllowed("manage_users", _("The sheets are used by whoever manages the users of the practice."))
    _check_form(user, password, again)
    vault = held(who)
    if vault is None:
        raise VaultProblem(_("There is no client book to open."))
    stored = vault.stored()
    try:
        secret = paper.join(*(paper.read(one, length=33) for one in sheets))
        epochs = [one.stored() for one in scope(who, Epoch).filter(vault=vault)]
        keys, root = ring.open_by_paper(stored, secret, epochs)
    except Unopened:
        raise VaultProblem(_("These two sheets do not open the client book. Look at each letter.")) from None
    _unlike_sign_in(user, password, at)
    mine = own_member(who)
    staying = belonging(who, vault, but=mine)
    if mine is not None:
        _give_up(mine, at)
    bare, own = people.make(
        vault=stored.id,
        practice=stored.practice,
        member=uuid4(),
        user=user.pk,
        root_public=stored.root_public,
        root=root,
    )
    own = replace(own, epoch=keys.newest + 1)
    code = _keep_new(who, vault, people.bound(bare, root, not_before=int(at.timestamp())), own, password, at)
    member = own_member(who)
    assert member is not None, "just made"
    try:
        enrol(who, member, member, own, keys)
        # The keys that were given up belong to no epoch any more.
        begin_epoch(who, vault, own, member, [*staying, member], at)
    except Unopened:
        raise damaged() from None
    _note(who, gettext_noop("Client book opened with the practice's sheets"), at)
    for one in scope(who, Member).filter(vault=vault).select_related("user").exclude(state=MemberState.LEFT):
        _tell(one.user, gettext_noop("The client book was opened with your practice's sheets"), at)
    return Papers(code)


def _check_form(user: User, password: str, again: str) -> None:
    check_password(password, again, near=(user.username, user.first_name, user.last_name))


def _unlike_sign_in(user: User, password: str, at: datetime) -> None:
    """Refuse the password of the sign-in. Asking is a guess of it, so it waits like one after a few."""
    place = {"address": "", "device": "storage password"}
    if not attempts.may_try(user.username, at=at, **place):
        raise VaultProblem(_("Too many tries. Wait a few minutes."))
    attempts.failed(user.username, at=at, **place)
    if user.check_password(password):
        raise VaultProblem(_("It must differ from the password that you sign in with."))


def _wrapped(stored: StoredMember, own: Own, password: str, at: datetime) -> StoredMember:
    note_use(at)
    try:
        return people.wrapped(stored, own, password=password, cost=usual_cost(), peppers=peppers())
    except Busy:
        raise TooBusy from None


def _fresh_code(member: Member, stored: StoredMember, own: Own) -> str:
    code = paper.new_code()
    member.state = MemberState.MAKING
    _save(member, people.wrapped_by_code(stored, own, code), "state", "wrong", "wrong_at")
    return paper.written(code)


def _save(member: Member, stored: StoredMember, *more: str) -> None:
    member.take(stored)
    fields = ("memory", "passes", "lanes", "salt", "pepper", "blob", "recovery_salt", "recovery_blob")
    member.save(update_fields=[*fields, *more])


def _mine(who: Who, *states: str) -> Member:
    mine = own_member(member_seat(who, in_part=True))
    member = Member.unscoped.select_for_update().get(pk=mine.pk) if mine else None
    if member is None or member.state not in states:
        raise VaultProblem(_("You have no storage password yet."))
    return member


def _give_up(member: Member, at: datetime) -> None:
    """Keys that nobody will open again make room for new ones."""
    member.state, member.left_at = MemberState.LEFT, at
    member.save(update_fields=["state", "left_at"])


def _note(who: Who, title: str, at: datetime) -> None:
    note_of_practice(who=who, kind="vault", title=title, day=exchange_day(at), data={})


def _tell(user: User, subject: str, at: datetime) -> None:
    """A mail about one's own keys; it says that, and nothing of what they open."""
    with told_in(user.language):
        body = _("If that was not you, tell whoever manages the users of your practice at once.")
        owe_person(user_id=user.pk, subject=_(subject), body=body, natural_key=f"vault {user.pk} {at.isoformat()}")
