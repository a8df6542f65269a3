"""Asking clients what they value, sending it again, taking it back, and writing down what they said."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.context import Who, as_role, current_alias, cursor
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.access.scope import NotAllowed
from accounts.ground.outbox.actions import owe_people
from accounts.ground.requests import actions as requests
from accounts.ground.requests.models import RequestKind, RequestStatus
from accounts.ground.tree.models import Account, Kind, Status
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop
from portal.tools.impact import rules
from portal.tools.impact.models import AnswerSource, ImpactAnswer, ImpactInvitation, InvitationState
from portal.tools.impact.queries import standing, topics, wishes_of
from portal.tools.impact.rules import LIFETIME, Wishes

OWNER, PRACTICE = "owner", "practice"
TITLE = gettext_noop("Impact preferences")
# Two clicks on "send again" are one mail.
SHORTLY = timedelta(minutes=1)
ENDED_AS = {
    InvitationState.ANSWERED: RequestStatus.APPROVED,
    InvitationState.EXPIRED: RequestStatus.EXPIRED,
    InvitationState.WITHDRAWN: RequestStatus.CANCELLED,
}
LETTERS = {
    OWNER: (
        gettext_lazy("Your advisor asks what you value"),
        gettext_lazy(
            "Say for account %(number)s which values your investments should support and which practices they should"
            " avoid. The page opens after you have signed in, until %(day)s."
        ),
    ),
    PRACTICE: (
        gettext_lazy("A client has said what to support and to avoid"),
        gettext_lazy("The impact preferences of account %(number)s are there."),
    ),
}


class ImpactProblem(ValueError):
    """It cannot be done; the message says why."""


class ImpactConflict(ImpactProblem):
    """It stands where this cannot be done any more."""


class AnswerProblem(ValueError):
    """What was chosen cannot be; `problems` says why, by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


def invite(*, who: Who, account: Account, at: datetime) -> ImpactInvitation:
    """Ask the client of an account of one's own practice; one invitation waits at a time."""
    _check_own(who, account)
    if not people_of(account, OWNER, who.user_id):
        raise ImpactProblem(_("The owner has no sign-in and could not answer. Write the answer down for the client."))
    try:
        with transaction.atomic(using=current_alias.get()):
            # The night has not come yet to what the client did not answer in time.
            for late in _held(account).filter(expires_at__lte=at):
                _end(late, InvitationState.EXPIRED, None, at)
            made = ImpactInvitation.unscoped.create(
                firm_id=account.firm_id,
                account=account,
                sent_by=who.user_id,
                sent_at=at,
                expires_at=at + LIFETIME,
            )
    except IntegrityError as problem:
        if "impactinvitation_one_waits" not in str(problem):
            raise
        raise ImpactConflict(_("An invitation waits for the client already; send it again.")) from problem
    requests.ask(
        account=account,
        kind=RequestKind.CLIENT_APPROVAL,
        title=TITLE,
        natural_key=key_of(made),
        day=exchange_day(at),
        status=RequestStatus.AWAITING_CLIENT,
        detail={"impact": account.number},
    )
    _tell_owner(made)
    return made


def resend(*, who: Who, account: Account, at: datetime) -> ImpactInvitation:
    """Send the invitation that waits again; it lives anew."""
    _check_own(who, account)
    with transaction.atomic(using=current_alias.get()):
        held = _waiting(account, at)
        if held is None:
            raise ImpactConflict(_("No invitation waits for the client."))
        if at - held.sent_at < SHORTLY:
            return held
        held.times, held.sent_by, held.sent_at, held.expires_at = held.times + 1, who.user_id, at, at + LIFETIME
        held.save(update_fields=["times", "sent_by", "sent_at", "expires_at"])
        _tell_owner(held)
    return held


def withdraw(*, who: Who, account: Account, at: datetime) -> ImpactInvitation:
    """Take the invitation that waits back."""
    _check_own(who, account, is_asking=False)
    with transaction.atomic(using=current_alias.get()):
        held = _waiting(account, at)
        if held is None:
            raise ImpactConflict(_("No invitation waits for the client."))
        _end(held, InvitationState.WITHDRAWN, who.user_id, at)
    return held


def answer(
    *, who: Who, account: Account, wishes: Wishes, said_on: date, how: str, today: date, at: datetime
) -> ImpactAnswer:
    """Write down what a client wants: the client itself once it was asked, or its advisor for it.

    The same again changes nothing. An invitation that waits is answered by either.
    """
    if who.is_advisor:
        _check_own(who, account)
    elif account.status != Status.OPEN:
        raise ImpactConflict(_("The account is not open any more."))
    chosen = {kind: [one.code for one in every] for kind, every in topics().items()}
    values, practices = chosen["value"], chosen["practice"]
    problems = rules.check(wishes, values=values, practices=practices, said_on=said_on, today=today, how=how)
    if problems:
        raise AnswerProblem(problems)
    with transaction.atomic(using=current_alias.get()):
        one_at_a_time(f"impact of {account.pk}")
        held, last = _waiting(account, at), standing(who, account, at).answer
        source = AnswerSource.ADVISOR if who.is_advisor else AnswerSource.CLIENT
        if source == AnswerSource.CLIENT and held is None and last is None:
            raise ImpactConflict(_("Your advisor has not asked, or the question has ended. Write to your advisor."))
        if last is None or held is not None or not _is_same(last, wishes, source, said_on, how):
            last = ImpactAnswer.unscoped.create(
                firm_id=account.firm_id,
                account=account,
                values=dict(wishes.values),
                avoided=sorted(wishes.avoided),
                source=source,
                said_on=said_on,
                how=how,
                answered_by=who.user_id,
                answered_at=at,
            )
            if source == AnswerSource.CLIENT:
                _tell(account, PRACTICE, held.sent_by if held else 0, f"impact answer {last.pk}", {})
        if held is not None:
            _end(held, InvitationState.ANSWERED, who.user_id, at)
    return last


def lapse_due(*, at: datetime) -> int:
    """End what no client has answered, each in a transaction of its own; how many there were."""
    ended = 0
    with as_role("office"):
        while _lapse_next(at):
            ended += 1
    return ended


def key_of(invitation: ImpactInvitation) -> str:
    """Under which it stands on the lists."""
    return f"impact {invitation.pk}"


def people_of(account: Account, side: str, asker: int) -> list[int]:
    """The users on one side: who signs for the account, or who asked for the practice."""
    with cursor() as cur:
        cur.execute("SELECT user_id FROM tools_people_of_impact(%s, %s, %s)", [account.pk, side, asker])
        return [row[0] for row in cur.fetchall()]


def _check_own(who: Who, account: Account, *, is_asking: bool = True) -> None:
    if who.practice_id is None or account.practice_id != who.practice_id:
        raise NotAllowed("manage", _("The account's own practice asks its clients."))
    if account.kind != Kind.CLIENT:
        raise ImpactProblem(_("Only clients have impact preferences."))
    if is_asking and account.status != Status.OPEN:
        raise ImpactConflict(_("The account is not open any more."))


def _waiting(account: Account, at: datetime) -> ImpactInvitation | None:
    """The invitation that can still be answered, held; the database lets nobody hold one that has ended."""
    return _held(account).filter(expires_at__gt=at).first()


def _held(account: Account) -> "QuerySet[ImpactInvitation]":
    rows = ImpactInvitation.unscoped.select_for_update(of=("self",)).select_related("account")
    return rows.filter(account=account, state=InvitationState.INVITED)


def _lapse_next(at: datetime) -> bool:
    with transaction.atomic(using="office"):
        rows = ImpactInvitation.unscoped.select_for_update(skip_locked=True, of=("self",)).select_related("account")
        due = rows.filter(state=InvitationState.INVITED, expires_at__lte=at).order_by("expires_at", "pk").first()
        if due is None:
            return False
        _end(due, InvitationState.EXPIRED, None, at)
        return True


def _end(held: ImpactInvitation, state: InvitationState, by: int | None, at: datetime) -> None:
    held.state, held.ended_by, held.ended_at = state, by, at
    held.save(update_fields=["state", "ended_by", "ended_at"])
    requests.finish_by_key(
        firms=[held.firm_id],
        kind=RequestKind.CLIENT_APPROVAL,
        natural_key=key_of(held),
        status=ENDED_AS[state],
        at=at,
    )


def _is_same(last: ImpactAnswer, wishes: Wishes, source: str, said_on: date, how: str) -> bool:
    said = (last.source, last.said_on, last.how)
    return wishes_of(last) == wishes and said == (source, said_on, how)


def _tell_owner(held: ImpactInvitation) -> None:
    said: dict[str, object] = {"day": exchange_day(held.expires_at).isoformat()}
    _tell(held.account, OWNER, held.sent_by, f"{key_of(held)} {held.times}", said)


def _tell(account: Account, side: str, asker: int, key: str, said: dict[str, object]) -> None:
    subject, text = LETTERS[side]
    name = "tools:own_impact" if side == OWNER else "tools:esg_account"
    owe_people(
        users=people_of(account, side, asker),
        subject=subject,
        text=text,
        said={"number": account.number, **said},
        path=reverse(name, args=[account.number]),
        natural_key=key,
        firm_id=account.firm_id,
    )
