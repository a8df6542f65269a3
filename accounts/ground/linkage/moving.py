"""Carrying an accepted link out.

Inside a firm the account changes its advisor. Between firms it goes on as a new record; the old one stays closed with
everything that hangs on it: no row ever changes the firm it belongs to.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from accounts.ground.linkage.models import Linkage
from accounts.ground.linkage.rules import LinkProblem, check_may_join, check_may_leave
from accounts.ground.people.actions import end_seat
from accounts.ground.people.models import ClientRight, Party, Role, Seat, Standing
from accounts.ground.requests.models import FINAL, Request, RequestKind, RequestStatus
from accounts.ground.runs.models import Hold
from accounts.ground.trail.actions import record
from accounts.ground.tree.actions import check_room, check_tiers
from accounts.ground.tree.models import LIVING, Account, Kind, Practice, Status
from accounts.ground.tree.rules import level_of
from portal.lib.exchange import EXCHANGE_ZONE
from portal.lib.words import gettext_noop

# What waits for the broker goes with the account, and what the owners are asked; what the former advisor has asked for
# ends with it.
GOES_ALONG = (RequestKind.STATEMENT, RequestKind.INQUIRY)


@dataclass(frozen=True)
class Move:
    """What a move changed: the record before and after, the former payee, and the first day of the new side."""

    before: Account
    after: Account
    former_practice: int
    first_day: date


def carry_out(*, link: Linkage, first_day: date, at: datetime) -> list[Move]:
    """Move the account, or the advisor with every client; the caller holds the transaction and ends the link.

    Raises LinkProblem or TreeProblem when the rules refuse by now what they allowed when it was asked.
    """
    account = Account.unscoped.select_for_update(of=("self",)).select_related("firm").get(pk=link.account_id)
    master = Account.unscoped.select_for_update(of=("self",)).select_related("firm").get(pk=link.to_master_id)
    if account.practice_id != link.practice_id:
        raise LinkProblem(_("The account stands with another advisor by now"))
    if master.status != Status.OPEN:
        raise LinkProblem(_("The advisor's master account is not open"))
    check_may_leave(account)
    check_may_join(account, master.kind, master.firm_id, master.practice_id)
    if account.kind != Kind.CLIENT:
        moves = _advisor(account, master, first_day, at)
    else:
        check_room(master, Kind.CLIENT, is_own=False)
        same = account.firm_id == master.firm_id
        moves = [_within(account, master, first_day) if same else _across(account, master, first_day, at, {})]
    for move in moves:
        _tell(move, link, at)
    return moves


def _within(account: Account, master: Account, first_day: date) -> Move:
    """Another advisor of the same firm: practice, parent and level change, and what is open goes along or ends."""
    former = account.practice_id
    Account.unscoped.filter(pk=account.pk).update(
        practice_id=master.practice_id,
        parent_id=master.pk,
        parent_kind=master.kind,
        level=level_of(Kind.CLIENT, master.kind),
    )
    account.refresh_from_db()
    _settle_requests(account, first_day)
    Hold.unscoped.filter(account=account, resolved_at__isnull=True).update(practice_id=master.practice_id)
    for right in ClientRight.unscoped.filter(account=account).select_related("party"):
        others = ClientRight.unscoped.filter(party=right.party).exclude(account__practice_id=master.practice_id)
        if not others.exists():
            Party.unscoped.filter(pk=right.party_id).update(practice_id=master.practice_id)
    return Move(account, account, former, first_day)


def _across(account: Account, parent: Account, first_day: date, at: datetime, known: dict[int, Party]) -> Move:
    """Another firm: the record closes where it stands, and a new one opens there, without a past."""
    kept = {"status": account.status, "opened_on": first_day, "funded_on": account.funded_on and first_day}
    _settle_requests(account, first_day, all_end=True)
    Account.unscoped.filter(pk=account.pk).update(
        status=Status.CLOSED, closed_on=first_day, moved_on=first_day, opened_on=account.opened_on or first_day
    )
    if kept["status"] != Status.OPEN:
        kept["opened_on"] = None
    fields = ("kind", "number", "title", "alias", "sort_key", "base_currency", "account_type", "customer_type")
    after = Account.unscoped.create(
        firm_id=parent.firm_id,
        practice_id=parent.practice_id,
        parent=parent,
        parent_kind=parent.kind,
        level=level_of(account.kind, parent.kind),
        margin_kind=account.margin_kind,
        entity=account.entity,
        holder_born_on=account.holder_born_on,
        application_started_on=account.application_started_on,
        **{name: getattr(account, name) for name in fields},
        **kept,
    )
    account.refresh_from_db()
    for right in ClientRight.unscoped.filter(account=account).select_related("party"):
        party = known.get(right.party_id) or _party_again(right.party, parent)
        known[right.party_id] = party
        ClientRight.unscoped.create(firm_id=after.firm_id, party=party, account=after, may_sign=right.may_sign)
        _seats_again(right.party, party, at)
    return Move(account, after, account.practice_id, first_day)


def _advisor(master: Account, top: Account, first_day: date, at: datetime) -> list[Move]:
    """An advisor with every client: a practice of its own below the new top level."""
    below = Account.unscoped.filter(parent=master, status__in=LIVING)
    if below.exclude(kind=Kind.CLIENT).exists():
        raise LinkProblem(_("An advisor with advisors or STL accounts below it cannot be linked"))
    check_tiers(top)
    old = Practice.unscoped.get(pk=master.practice_id)
    practice = Practice.unscoped.create(
        firm_id=top.firm_id,
        level=2,
        name=old.name,
        is_registered=old.is_registered,
        is_commodity_registered=old.is_commodity_registered,
    )
    number = master.number
    Account.unscoped.filter(pk=master.pk).update(status=Status.CLOSED, closed_on=first_day, moved_on=first_day)
    master.refresh_from_db()
    after = Account.unscoped.create(
        firm_id=top.firm_id,
        practice=practice,
        parent=top,
        parent_kind=top.kind,
        kind=Kind.SECOND_MASTER,
        level=level_of(Kind.SECOND_MASTER, top.kind),
        number=number,
        title=master.title,
        alias=master.alias,
        sort_key=master.sort_key,
        base_currency=master.base_currency,
        account_type=master.account_type,
        customer_type=master.customer_type,
        entity=master.entity,
        holder_born_on=master.holder_born_on,
        status=Status.OPEN,
        opened_on=first_day,
    )
    _settle_requests(master, first_day, all_end=True)
    moves = [Move(master, after, old.pk, first_day)]
    known: dict[int, Party] = {}
    for client in below.select_related("firm").order_by("pk"):
        moves.append(_across(client, after, first_day, at, known))
    for seat in Seat.unscoped.filter(practice=old, is_active=True):
        if seat.standing == Standing.PRIMARY:
            Seat.unscoped.get_or_create(
                user_id=seat.user_id, role=Role.SECOND, firm_id=top.firm_id, practice=practice, party=None, account=None
            )
        end_seat(seat=seat, at=at)
    return moves


def _party_again(party: Party, parent: Account) -> Party:
    """The same person, known to the new practice; the former one keeps what it knew."""
    fields = ("legal_name", "is_organisation", "residence", "born_on", "email", "language")
    return Party.unscoped.create(
        firm_id=parent.firm_id,
        practice_id=parent.practice_id,
        **{name: getattr(party, name) for name in fields},
    )


def _seats_again(before: Party, after: Party, at: datetime) -> None:
    """The holder goes on with a seat at the new firm; what others were given there, attorneys and second users, is
    theirs to give again. A seat at the former firm ends when nothing of it lives."""
    lives = ClientRight.unscoped.filter(party=before, account__status__in=LIVING).exists()
    for seat in Seat.unscoped.filter(party=before, is_active=True):
        if seat.standing == Standing.PRIMARY:
            Seat.unscoped.get_or_create(
                user_id=seat.user_id, role=Role.CLIENT, firm_id=after.firm_id, party=after, practice=None, account=None
            )
        if not lives:
            end_seat(seat=seat, at=at)


def _settle_requests(account: Account, day: date, *, all_end: bool = False) -> None:
    """What waits about the account: it goes along with it, or ends."""
    waiting = Request.unscoped.filter(account=account).exclude(status__in=FINAL)
    if not all_end:
        waiting.filter(kind__in=GOES_ALONG).update(practice_id=account.practice_id)
        waiting = waiting.exclude(kind__in=GOES_ALONG)
    at = datetime.combine(day, time(0), EXCHANGE_ZONE)
    waiting.update(status=RequestStatus.CANCELLED, finished_at=at)


def _tell(move: Move, link: Linkage, at: datetime) -> None:
    """Both sides read in their activity what happened."""
    key = f"link {link.pk} {move.before.number}"
    day = move.first_day
    if move.before.pk != move.after.pk:
        record(account=move.before, kind="moved", title=gettext_noop("Account moved to another advisor"), day=day,
               natural_key=f"{key} left", by=link.decided_by)  # fmt: skip
    record(
        account=move.after,
        kind="linked",
        title=gettext_noop("Account linked"),
        day=day,
        natural_key=key,
        by=link.decided_by,
    )
