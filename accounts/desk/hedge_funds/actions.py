"""Writing a client's answer down, asking for an investment, signing, sending and ending it. Nothing here makes a
holding or moves money."""

from datetime import date, datetime
from decimal import Decimal

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from accounts.desk.hedge_funds import rules
from accounts.desk.hedge_funds.models import ALIVE, Answer, FundRequest, FundRequestState, HedgeFund, InvestorAnswer
from accounts.desk.hedge_funds.queries import answers
from accounts.desk.hedge_funds.rules import LIFETIME, FundConflict, FundProblem
from accounts.desk.hedge_funds.telling import OWNER, people_of, tell
from accounts.ground.access.context import Who, as_role, current_alias
from accounts.ground.access.scope import NotAllowed, scope
from accounts.ground.people.models import ClientRight
from accounts.ground.requests import actions as waiting
from accounts.ground.requests.models import Request, RequestKind, RequestStatus
from accounts.ground.signatures.rules import Hand, name_problem
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account, Practice, Status
from accounts.ground.writing import told_in
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

TITLE = gettext_noop("Investment in a hedge fund")
ENDED_AS = {
    FundRequestState.CONFIRMED: RequestStatus.APPROVED,
    FundRequestState.REFUSED: RequestStatus.REJECTED,
    FundRequestState.DECLINED: RequestStatus.REJECTED,
    FundRequestState.CANCELLED: RequestStatus.CANCELLED,
    FundRequestState.EXPIRED: RequestStatus.EXPIRED,
}


def answer(*, who: Who, account: Account, given: str, day: date, at: datetime) -> InvestorAnswer:
    """Write down what the client has answered on a day; the caller has the right `manage` on its own client."""
    _own(who, account)
    if given not in Answer.values:
        raise FundProblem(_("Choose one of the answers."))
    if not rules.EARLIEST <= day <= exchange_day(at):
        raise FundProblem(_("The day has not come yet, or is too long ago."))
    with transaction.atomic(using=current_alias.get()):
        made = InvestorAnswer.unscoped.create(
            **_place(account), answer=given, answered_on=day, written_by=who.user_id, written_at=at
        )
        _note(account, gettext_noop("Answer as an investor"), given, who.user_id, at)
    return made


def ask(*, who: Who, account: Account, fund: HedgeFund, amount: Decimal, at: datetime) -> FundRequest:
    """Put an investment before the client, in the client's language; the caller has the right `fund`."""
    _own(who, account)
    held = answers(who, account).first()
    rules.check_wanted(account, fund, amount, held.answer if held else None)
    assert held is not None
    language = scope(who, ClientRight).filter(account=account).order_by("pk")
    code = language.values_list("party__language", flat=True).first() or "en"
    advisor, day = Practice.unscoped.get(pk=account.practice_id).name, exchange_day(at)
    with told_in(code):
        text = rules.write(fund, rules.Asked(account, advisor, amount, held, day, exchange_day(at + LIFETIME)))
    try:
        with transaction.atomic(using=current_alias.get()):
            made = FundRequest.unscoped.create(
                **_place(account),
                fund=fund,
                amount=amount,
                currency=fund.currency,
                language=code,
                document=text,
                document_hash=rules.hash_of(text),
                asked_by=who.user_id,
                asked_at=at,
                expires_at=at + LIFETIME,
            )
            if not people_of(made, OWNER):
                raise FundProblem(_("The owner has no sign-in and could not sign. Invite the owner first."))
            waiting.ask(
                account=account,
                kind=RequestKind.CLIENT_APPROVAL,
                title=TITLE,
                natural_key=key_of(made),
                day=day,
                status=RequestStatus.AWAITING_CLIENT,
                detail={"fund_request": str(made.pk)},
            )
            tell(made)
    except DatabaseError as problem:
        raise _refused(problem) from problem
    return made


def sign(*, who: Who, found: FundRequest, hand: Hand, seen: str, at: datetime) -> FundRequest:
    """The client signs exactly the text that was read; it waits for the back office then."""
    wrong = name_problem(hand.name)
    if wrong is not None:
        raise FundProblem(_(wrong.msgid) % wrong.params)
    try:
        with transaction.atomic(using=current_alias.get()):
            held = _locked(found, FundRequestState.WAITING)
            if held.expires_at <= at:
                raise FundConflict(_("This was not answered in time."))
            if seen != held.document_hash:
                raise FundConflict(_("You have read another text; open this one and read it first."))
            if held.practice_id != held.account.practice_id or held.account.status != Status.OPEN:
                raise FundConflict(_("The account has another advisor now, or is not open any more."))
            held.state, held.signed_by, held.signed_at = FundRequestState.SIGNED, who.user_id, at
            held.signed_name, held.signed_address = hand.name.strip(), hand.address[:45]
            held.signed_agent, held.signed_session = hand.agent[:400], hand.session
            signed = ("signed_by", "signed_at", "signed_name", "signed_address", "signed_agent", "signed_session")
            held.save(update_fields=["state", *signed])
            Request.unscoped.filter(
                firm_id=held.firm_id, kind=RequestKind.CLIENT_APPROVAL, natural_key=key_of(held), finished_at=None
            ).update(status=RequestStatus.AWAITING_BROKER)
            _note(held.account, TITLE, held.state, who.user_id, at)
            tell(held)
    except DatabaseError as problem:
        raise _refused(problem) from problem
    return held


def decline(*, who: Who, found: FundRequest, at: datetime) -> FundRequest:
    """The client does not want it."""
    return _end(who.user_id, found, FundRequestState.DECLINED, at, FundRequestState.WAITING)


def cancel(*, who: Who, found: FundRequest, at: datetime) -> FundRequest:
    """The practice that asked takes it back, while it is not sent."""
    if found.practice_id != who.practice_id:
        raise NotAllowed("fund", _("Only the practice that asked takes it back."))
    return _end(who.user_id, found, FundRequestState.CANCELLED, at, *ALIVE)


def confirm(*, who: Who, found: FundRequest, at: datetime) -> FundRequest:
    """The back office has sent a signed request to the fund."""
    _office(who)
    return _end(who.user_id, found, FundRequestState.CONFIRMED, at, FundRequestState.SIGNED)


def refuse(*, who: Who, found: FundRequest, reason: str, at: datetime) -> FundRequest:
    """The fund does not take it, or the back office does not send it; both sides read why."""
    _office(who)
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise FundProblem(_("Say why; advisor and client read it."))
    return _end(who.user_id, found, FundRequestState.REFUSED, at, FundRequestState.SIGNED, reason=reason)


def lapse_due(*, at: datetime) -> int:
    """End what no client has answered, each in a transaction of its own; how many there were."""
    ended = 0
    with as_role("office"):
        while _lapse_next(at):
            ended += 1
    return ended


def key_of(found: FundRequest) -> str:
    """Under which it stands on the lists."""
    return f"fund request {found.pk}"


def _lapse_next(at: datetime) -> bool:
    with transaction.atomic(using="office"):
        due = FundRequest.unscoped.select_for_update(skip_locked=True).filter(state=FundRequestState.WAITING)
        found = due.filter(expires_at__lte=at).order_by("expires_at", "pk").first()
        if found is not None:
            _end(None, found, FundRequestState.EXPIRED, at, FundRequestState.WAITING)
        return found is not None


def _end(
    by: int | None, found: FundRequest, state: FundRequestState, at: datetime, *since: str, reason: str = ""
) -> FundRequest:
    with transaction.atomic(using=current_alias.get()):
        held = _locked(found, *since)
        held.state, held.ended_by, held.ended_at = state, by, at
        if reason:
            held.reason = reason
        held.save(update_fields=["state", "ended_by", "ended_at", *(["reason"] if reason else [])])
        waiting.finish_by_key(
            firms=[held.firm_id],
            kind=RequestKind.CLIENT_APPROVAL,
            natural_key=key_of(held),
            status=ENDED_AS[state],
            at=at,
        )
        _note(held.account, TITLE, state, by, at)
        tell(held)
    return held


def _locked(found: FundRequest, *since: str) -> FundRequest:
    rows = FundRequest.unscoped.select_for_update(of=("self",)).select_related("account", "fund")
    # The database lets nobody hold a row that has ended, so it is not even found.
    held = rows.filter(pk=found.pk).first()
    if held is None or held.state not in since:
        raise FundConflict(_("This has been answered already."))
    return held


def _own(who: Who, account: Account) -> None:
    """Only the account's own practice knows its client; the level above does not speak for it."""
    if account.practice_id != who.practice_id:
        raise NotAllowed("manage", _("The account's own advisor writes this down and asks."))


def _office(who: Who) -> None:
    if who.role != "office":
        raise NotAllowed("office")


def _place(account: Account) -> dict[str, object]:
    return {"firm_id": account.firm_id, "practice_id": account.practice_id, "account": account}


def _note(account: Account, title: str, status: str, by: int | None, at: datetime) -> None:
    record(account=account, kind="hedge_fund", title=title, status=status, day=exchange_day(at), by=by)


def _refused(problem: DatabaseError) -> Exception:
    said = str(problem)
    if "fundrequest_one_a_fund" in said:
        return FundConflict(_("A request for this fund waits already."))
    if "does not qualify" in said:
        return FundConflict(_("By what was written down the client does not qualify for this fund."))
    return problem
