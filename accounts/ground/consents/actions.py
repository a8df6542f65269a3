"""Asking a client to agree to a change, agreeing, declining, taking back; what was agreed is carried out at once."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.context import Who, as_role, current_alias, enter
from accounts.ground.access.scope import scope
from accounts.ground.applications.actions import change as change_status
from accounts.ground.consents import rules
from accounts.ground.consents.models import Consent, ConsentKind, ConsentState
from accounts.ground.consents.queries import authority, closings_asked_by
from accounts.ground.consents.rules import LIFETIME, ConsentProblem
from accounts.ground.consents.telling import OWNER, people_of, tell
from accounts.ground.people.models import ClientRight, Seat
from accounts.ground.requests import actions as requests
from accounts.ground.requests.models import RequestKind, RequestStatus
from accounts.ground.signatures.rules import Hand, name_problem
from accounts.ground.trail.actions import record
from accounts.ground.tree.actions import check_closing
from accounts.ground.tree.by_hand import check_by_hand
from accounts.ground.tree.models import Account, Practice, Status
from accounts.ground.writing import told_in
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

TITLES = {
    ConsentKind.STREAMLINED: gettext_noop("Streamlined authority of the advisor"),
    ConsentKind.CLOSE: gettext_noop("Closing of the account"),
}
# Nobody could ever answer, so nothing is asked.
NOBODY = {
    ConsentKind.STREAMLINED: gettext_lazy("The owner has no sign-in and could not agree. Invite the owner first."),
    ConsentKind.CLOSE: gettext_lazy(
        "The owner has no sign-in and could not agree. Invite the owner, or ask the back office to close the account."
    ),
}
ENDED_AS = {
    ConsentState.AGREED: RequestStatus.APPROVED,
    ConsentState.DECLINED: RequestStatus.REJECTED,
    ConsentState.CANCELLED: RequestStatus.CANCELLED,
    ConsentState.EXPIRED: RequestStatus.EXPIRED,
}


class ConsentConflict(ConsentProblem):
    """It stands where this cannot be done any more."""


def ask(*, who: Who, account: Account, kind: str, at: datetime) -> Consent:
    """Put a change before the client, in the client's language. The caller has the right `manage` on the account."""
    rules.check_wanted(account, kind)
    if kind == ConsentKind.STREAMLINED and authority(who, account):
        raise ConsentConflict(_("The client has agreed to this already."))
    rights = scope(who, ClientRight).filter(account=account).order_by("pk")
    language = rights.values_list("party__language", flat=True).first() or "en"
    day, advisor = exchange_day(at), Practice.unscoped.get(pk=account.practice_id).name
    with told_in(language):
        text = rules.write(account, advisor, kind, day, exchange_day(at + LIFETIME))
    try:
        with transaction.atomic(using=current_alias.get()):
            made = Consent.unscoped.create(
                firm_id=account.firm_id,
                practice_id=account.practice_id,
                account=account,
                kind=kind,
                language=language,
                document=text,
                document_hash=rules.hash_of(text),
                asked_by=who.user_id,
                asked_seat=who.seat_id,
                asked_at=at,
                expires_at=at + LIFETIME,
            )
            if not people_of(made, OWNER):
                raise ConsentProblem(NOBODY[ConsentKind(kind)])
            requests.ask(
                account=account,
                kind=RequestKind.CLIENT_APPROVAL,
                title=TITLES[ConsentKind(kind)],
                natural_key=key_of(made),
                day=day,
                status=RequestStatus.AWAITING_CLIENT,
                detail={"consent": str(made.pk)},
            )
            tell(made)
    except IntegrityError as problem:
        if "consent_one_waits" not in str(problem):
            raise
        raise ConsentConflict(_("This waits for the client already.")) from problem
    return made


def change_or_ask(*, who: Who, account: Account, status: str, at: datetime) -> Consent | None:
    """Another status; a client's open account is closed only once the client agrees, and what waits is returned."""
    if status == Status.CLOSED and account.status == Status.OPEN and account.kind in rules.OWNED:
        check_closing(account)
        return ask(who=who, account=account, kind=ConsentKind.CLOSE, at=at)
    check_by_hand(account, status)
    change_status(account=account, status=status, day=exchange_day(at))
    return None


def agree(*, who: Who, consent: Consent, hand: Hand, seen: str, at: datetime) -> Consent:
    """The client agrees to exactly the text that was read, and the change takes effect in the asker's name.

    Raises ConsentProblem where the asker may not do it any more; nothing has changed then.
    """
    with transaction.atomic(using=current_alias.get()):
        held = _waiting(consent, at)
        if seen != held.document_hash:
            raise ConsentConflict(_("You have read another text; open this one and read it first."))
        wrong = name_problem(hand.name)
        if wrong is not None:
            raise ConsentProblem(_(wrong.msgid) % wrong.params)
        if held.practice_id != held.account.practice_id:
            raise ConsentConflict(_("The account has another advisor now."))
        if held.account.status != Status.OPEN:
            raise ConsentConflict(_("The account is not open any more."))
        held.signed_name, held.signed_address = hand.name.strip(), hand.address[:45]
        held.signed_agent, held.signed_session = hand.agent[:400], hand.session
        _end(held, ConsentState.AGREED, who.user_id, at)
        if held.kind == ConsentKind.CLOSE:
            _close(who, held, hand.address, at)
        tell(held)
    return held


def decline(*, who: Who, consent: Consent, at: datetime) -> Consent:
    """The client does not want it; nothing changes."""
    return _refused(who, consent, ConsentState.DECLINED, at)


def cancel(*, who: Who, consent: Consent, at: datetime) -> Consent:
    """The advisor takes the question back."""
    return _refused(who, consent, ConsentState.CANCELLED, at)


def end_authority(*, who: Who, account: Account, at: datetime) -> Consent:
    """Client or advisor end a streamlined authority, at once and without the other."""
    with transaction.atomic(using=current_alias.get()):
        held = authority(who, account)
        if held is None:
            raise ConsentConflict(_("There is no streamlined authority to end."))
        held.ended_at, held.ended_by = at, who.user_id
        held.save(update_fields=["ended_at", "ended_by"])
        _note(held, gettext_noop("Streamlined authority ended"), who.user_id, at)
        tell(held)
    return held


def end_for_move(*, account: Account, at: datetime) -> None:
    """What a former advisor was waiting for, or was allowed, ends when the account goes to another one."""
    for one in Consent.unscoped.filter(account=account, state=ConsentState.WAITING):
        _end(one, ConsentState.CANCELLED, None, at)
    living = Consent.unscoped.filter(account=account, state=ConsentState.AGREED, kind=ConsentKind.STREAMLINED)
    living.filter(ended_at=None).update(ended_at=at)


def end_for_closing(*, account: Account, at: datetime, by: int | None) -> None:
    """What still waits for the client of an account that is closed by now is withdrawn, and the client is told."""
    waiting = Consent.unscoped.select_for_update(of=("self",)).select_related("account")
    for one in waiting.filter(account=account, state=ConsentState.WAITING).order_by("pk"):
        _end(one, ConsentState.CANCELLED, by, at)
        tell(one)


def withdraw_closings(*, who: Who, seat: Seat, at: datetime) -> None:
    """Take back what could only be carried out in the name of somebody who leaves; the client is told."""
    for one in closings_asked_by(seat).select_for_update(of=("self",)).select_related("account"):
        # The night has not come yet to what the client did not answer in time.
        is_late = one.expires_at <= at
        _end(one, ConsentState.EXPIRED if is_late else ConsentState.CANCELLED, None if is_late else who.user_id, at)
        tell(one)


def lapse_due(*, at: datetime) -> int:
    """End what no client has answered, each in a transaction of its own; how many there were."""
    ended = 0
    with as_role("office"):
        while _lapse_next(at):
            ended += 1
    return ended


def key_of(consent: Consent) -> str:
    """Under which it stands on the lists."""
    return f"consent {consent.pk}"


def _lapse_next(at: datetime) -> bool:
    with transaction.atomic(using="office"):
        due = Consent.unscoped.select_for_update(skip_locked=True, of=("self",)).filter(state=ConsentState.WAITING)
        found = due.select_related("account").filter(expires_at__lte=at).order_by("expires_at", "pk").first()
        if found is None:
            return False
        _end(found, ConsentState.EXPIRED, None, at)
        tell(found)
        return True


def _refused(who: Who, consent: Consent, state: ConsentState, at: datetime) -> Consent:
    with transaction.atomic(using=current_alias.get()):
        held = _waiting(consent, at)
        _end(held, state, who.user_id, at)
        tell(held)
    return held


def _waiting(consent: Consent, at: datetime) -> Consent:
    rows = Consent.unscoped.select_for_update(of=("self",)).select_related("account")
    # The database lets nobody hold a row that has ended, so it is not even found.
    held = rows.filter(pk=consent.pk).first()
    if held is None or held.state != ConsentState.WAITING:
        raise ConsentConflict(_("This has been answered already."))
    if held.expires_at <= at:
        raise ConsentConflict(_("This was not answered in time."))
    return held


def _end(held: Consent, state: ConsentState, by: int | None, at: datetime) -> None:
    held.state, held.decided_by, held.decided_at = state, by, at
    signed = ["signed_name", "signed_address", "signed_agent", "signed_session"]
    held.save(update_fields=["state", "decided_by", "decided_at", *(signed if state == ConsentState.AGREED else [])])
    requests.finish_by_key(
        firms=[held.firm_id],
        kind=RequestKind.CLIENT_APPROVAL,
        natural_key=key_of(held),
        status=ENDED_AS[state],
        at=at,
    )
    _note(held, TITLES[ConsentKind(held.kind)], by, at)


def _note(held: Consent, title: str, by: int | None, at: datetime) -> None:
    record(
        account=held.account,
        kind="consent",
        title=title,
        status=held.state,
        data={"consent": str(held.pk)},
        day=exchange_day(at),
        by=by,
    )


def _close(who: Who, held: Consent, address: str, at: datetime) -> None:
    """In the name, and with the rights, that the one who asked has now; then back to the client."""
    asker = enter(held.asked_by, seat_id=held.asked_seat)
    try:
        if asker is None or not scope(asker, Account, "manage").filter(pk=held.account_id).exists():
            raise ConsentProblem(_("Whoever asked for this may not do it any more; ask your advisor."))
        change_status(account=held.account, status=Status.CLOSED, day=exchange_day(at))
        end_for_closing(account=held.account, at=at, by=held.asked_by)
    finally:
        enter(who.user_id, seat_id=who.seat_id, address=address)
