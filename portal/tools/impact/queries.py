"""Who was asked and what they said; what an account holds with its scores, and what could stand in its place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from json import loads
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.broker.holdings.queries import Held, last_held
from accounts.broker.instruments.rules import Asset
from accounts.broker.rates.queries import rates
from accounts.ground.access.authority import Function
from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import account_for, answer, refusal, scope
from accounts.ground.tree.models import Account, Kind, Status
from portal.tools.impact import rules
from portal.tools.impact.models import (
    ImpactAnswer,
    ImpactInvitation,
    ImpactTopic,
    InvitationState,
    TopicKind,
)
from portal.tools.impact.rules import Part, Portfolio, Rated, Wishes

PROPOSED = 3
# The importances in one list and the values in another; a security without any of them has no score.
_BETTER = """
SELECT asset, id, symbol, name, score FROM (
    SELECT s.asset, s.id, s.symbol, s.name, one.score,
           row_number() OVER (PARTITION BY s.asset ORDER BY one.score DESC, s.symbol, s.id) AS place
      FROM tools_impactsecurity s
     CROSS JOIN LATERAL (
           SELECT sum(w.weight * (s.scores ->> w.code)::numeric) / sum(w.weight) AS score
             FROM unnest(%(codes)s::text[], %(weights)s::int[]) AS w (code, weight) WHERE s.scores ? w.code) one
     WHERE s.release_id = %(release)s AND s.asset = ANY (%(assets)s) AND one.score IS NOT NULL
       AND NOT s.flags ?| %(avoided)s AND s.id <> ALL (%(held)s)) ranked
 WHERE place <= %(most)s ORDER BY asset, place
"""
# The file that holds on a day, with what it says of some contracts: by contract, else by the ISIN of the contract.
_RATED = """
SELECT r.day, r.provider, r.id, w.conid, s.id, s.scores, s.flags
  FROM (SELECT id, day, provider FROM tools_impactrelease WHERE day <= %(day)s
         ORDER BY day DESC, loaded_at DESC, id LIMIT 1) r
  LEFT JOIN (unnest(%(conids)s::bigint[]) AS w (conid) LEFT JOIN broker_instrument i ON i.conid = w.conid)
    ON true
  LEFT JOIN tools_impactsecurity s
    ON s.release_id = r.id AND (s.conid = w.conid OR s.isin <> '' AND s.isin = i.isin)
 ORDER BY s.conid IS NOT DISTINCT FROM w.conid
"""


@dataclass(frozen=True)
class Standing:
    """One account: the last invitation and the last answer, and the state that follows from them."""

    account: Account
    invitation: ImpactInvitation | None
    answer: ImpactAnswer | None
    at: datetime

    @property
    def state(self) -> str:
        """`none`, or the state of what happened last; what nobody answered in time has expired before the night."""
        asked, said = self.invitation, self.answer
        if asked is None or (said is not None and said.answered_at >= asked.sent_at):
            return InvitationState.ANSWERED if said is not None else "none"
        if asked.state == InvitationState.INVITED and asked.expires_at <= self.at:
            return InvitationState.EXPIRED
        return asked.state

    @property
    def waits(self) -> bool:
        """Whether the client can still answer the invitation."""
        return self.invitation is not None and self.state == InvitationState.INVITED

    @property
    def may_answer(self) -> bool:
        """Whether the client may say what it wants: once asked, and again whenever it has said something."""
        return self.account.status == Status.OPEN and (self.waits or self.answer is not None)


@dataclass(frozen=True)
class Alternative:
    """A security of the same class with a better score and without a conflict, and the portfolio after the swap."""

    symbol: str
    name: str
    score: Decimal
    after: Portfolio | None


@dataclass(frozen=True)
class Holding:
    """One position: its worth in the account's currency (None without a rate), score, conflicts and alternatives."""

    position: Held
    worth: Decimal | None
    is_long: bool
    score: Decimal | None
    conflicts: tuple[str, ...]
    alternatives: tuple[Alternative, ...] = ()

    @property
    def is_low(self) -> bool:
        return rules.is_low(self.score)

    @property
    def asset_words(self) -> str:
        """The asset class as other pages name it."""
        asset = self.position.asset
        return str(Asset(asset).label) if asset in Asset.values else asset


@dataclass(frozen=True)
class Release:
    """The file whose scores hold."""

    day: date
    provider: str
    key: UUID


@dataclass(frozen=True)
class Sheet:
    """The holdings of a day under a client's wishes, and what they come to together."""

    day: date | None
    release: Release | None
    holdings: tuple[Holding, ...]
    portfolio: Portfolio
    has_values: bool = True

    @property
    def in_conflict(self) -> list[Holding]:
        return [one for one in self.holdings if one.conflicts]

    @property
    def without_rate(self) -> list[str]:
        """Currencies that could not be converted."""
        return sorted({one.position.currency for one in self.holdings if one.is_long and one.worth is None})


def clients(who: Who, text: str = "", right: str = "report") -> "QuerySet[Account]":
    """Open client accounts of one's own practice: no level above asks for its second level's clients."""
    rows = scope(who, Account, right).filter(practice_id=who.practice_id, kind=Kind.CLIENT, status=Status.OPEN)
    return rows.filter(Q(number__istartswith=text) | Q(title__icontains=text)) if text else rows


def own_account(who: Who, number: str, right: str = "report") -> Account | None:
    """An account of one's own practice; None for every other one, seen or not."""
    found = account_for(who, number)
    if found.practice_id != who.practice_id:
        return None
    if not answer(who, Function(right), found).allowed:
        raise refusal(who, right, found)
    return found


def every_topic() -> list[ImpactTopic]:
    """The whole list in its order, also what is offered no more."""
    return list(ImpactTopic.unscoped.order_by("place", "code"))


def offered(every: Iterable[ImpactTopic]) -> dict[str, list[ImpactTopic]]:
    """What clients choose from, by kind."""
    now = [one for one in every if one.is_offered]
    return {kind: [one for one in now if one.kind == kind] for kind in TopicKind.values}


def topics() -> dict[str, list[ImpactTopic]]:
    """What clients choose from, by kind, in the order of the list."""
    return offered(every_topic())


def standings(who: Who, accounts: Sequence[Account], at: datetime) -> list[Standing]:
    """Where each account stands; as many questions for fifty as for one."""
    keys = [one.pk for one in accounts]
    asked = scope(who, ImpactInvitation).filter(account_id__in=keys).order_by("account_id", "-sent_at", "pk")
    said = scope(who, ImpactAnswer).filter(account_id__in=keys).order_by("account_id", "-answered_at", "pk")
    invited = {one.account_id: one for one in asked.distinct("account_id")}
    answered = {one.account_id: one for one in said.distinct("account_id")}
    return [Standing(one, invited.get(one.pk), answered.get(one.pk), at) for one in accounts]


def standing(who: Who, account: Account, at: datetime) -> Standing:
    """Where one account stands."""
    return standings(who, [account], at)[0]


def wishes_of(answer: ImpactAnswer | None) -> Wishes:
    """What an answer says; nothing where there is none."""
    return Wishes(answer.values, frozenset(answer.avoided)) if answer else Wishes()


def sheet(account: Account, wishes: Wishes, today: date) -> Sheet:
    """What the account held at its last statement, scored by the file that holds today."""
    day, positions = last_held(account_id=account.pk)
    release, known = _rated([one.conid for one in positions if one.conid is not None], today)
    worths = _worths(account, positions, day)
    found = [_holding(one, known.get(one.conid), worths[place], wishes) for place, one in enumerate(positions)]
    places = [place for place, one in enumerate(found) if one.is_long and one.worth is not None]
    parts = [Part(found[place].worth or Decimal(0), found[place].score) for place in places]
    asks = [one for one in found if one.is_long and (one.conflicts or one.is_low)]
    better = _better(release, wishes, {one.position.asset for one in asks}, [one.key for one in known.values()])
    shown = tuple(
        _with_alternatives(one, better, parts, places.index(place) if place in places else None) if one in asks else one
        for place, one in enumerate(found)
    )
    return Sheet(day, release, shown, rules.portfolio(parts), has_values=bool(wishes.values))


def _rated(conids: Sequence[int], today: date) -> "tuple[Release | None, dict[int | None, Rated]]":
    """The file that holds, and what it says of the contracts that it knows."""
    with cursor() as cur:
        cur.execute(_RATED, {"conids": list(conids), "day": today})
        rows = cur.fetchall()
    release = Release(*rows[0][:3]) if rows else None
    found: dict[int | None, Rated] = {
        conid: Rated(key, {code: Decimal(text) for code, text in loads(scores).items()}, frozenset(loads(flags)))
        for _day, _provider, _release, conid, key, scores, flags in rows
        if key is not None
    }
    return release, found


def _holding(one: Held, rated: Rated | None, worth: Decimal | None, wishes: Wishes) -> Holding:
    return Holding(
        position=one,
        worth=worth,
        is_long=one.quantity > 0,
        score=rules.score_of(wishes, rated.scores) if rated else None,
        conflicts=rules.conflicts(wishes, rated.flags) if rated else (),
    )


def _worths(account: Account, positions: Sequence[Held], day: date | None) -> list[Decimal | None]:
    """Each value in the account's currency; None where there is no value or no rate of the day."""
    base = account.base_currency
    others = {one.currency for one in positions if one.currency != base}
    asked = rates((one, base, day) for one in others) if day is not None else {}
    known = {currency: rate for (currency, _base, _day), rate in asked.items()}
    found: list[Decimal | None] = []
    for one in positions:
        rate = Decimal(1) if one.currency == base else known.get(one.currency)
        found.append(None if one.value is None or rate is None else one.value * rate)
    return found


def _better(
    release: Release | None, wishes: Wishes, assets: Iterable[str], own: Sequence[int]
) -> dict[str, list[tuple[str, str, Decimal]]]:
    """The best securities of each asset class that are in no conflict and not held, best first."""
    wanted = sorted(set(assets))
    if release is None or not wanted or not wishes.values:
        return {}
    given = {"codes": list(wishes.values), "weights": list(wishes.values.values()), "avoided": sorted(wishes.avoided)}
    found: dict[str, list[tuple[str, str, Decimal]]] = {}
    with cursor() as cur:
        cur.execute(_BETTER, {**given, "release": release.key, "assets": wanted, "held": list(own), "most": PROPOSED})
        for asset, _key, symbol, name, score in cur.fetchall():
            found.setdefault(asset, []).append((symbol, name, score))
    return found


def _with_alternatives(
    one: Holding, better: Mapping[str, list[tuple[str, str, Decimal]]], parts: Sequence[Part], place: int | None
) -> Holding:
    offered = tuple(
        Alternative(symbol, name, score, None if place is None else rules.swapped(parts, place, score))
        for symbol, name, score in better.get(one.position.asset, [])
        if one.score is None or score > one.score
    )
    return replace(one, alternatives=offered)
