"""Making, changing and ending webhooks, and delivering what is due to them."""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Min, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.desk.hooks.models import PING, Hook, HookDelivery, HookKind
from accounts.desk.hooks.queries import deliveries, hooks
from accounts.desk.hooks.rules import (
    BOTH_SECRETS,
    MOST_FAILURES,
    MOST_HOOKS,
    PURPOSE,
    WAITS,
    HookProblem,
    parts_of,
    signature,
)
from accounts.desk.hooks.sending import Answer, post, resolve, trusted
from accounts.ground.access.context import Who, acting, as_role, current_alias, cursor, enter
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.access.middleware import spend
from accounts.ground.access.scope import NotAllowed
from accounts.ground.notifications.actions import News, notify_many
from accounts.ground.notifications.models import NotificationKind
from accounts.ground.outbox.actions import owe_people
from accounts.ground.people.models import Seat
from accounts.ground.sealing import Lost, seal, unseal

STOPPED = gettext_noop("A webhook was stopped: its address did not answer")
STOPPED_SUBJECT = gettext_lazy("A webhook was stopped")
STOPPED_TEXT = gettext_lazy(
    "The webhook “%(name)s” was stopped, because its address did not answer many times in a row."
)
LEFT_NEWS = gettext_noop("A webhook was stopped: who made it may no longer keep webhooks")
# Why it stopped, as its page says it in the reader's language.
BY_HAND, LEFT = gettext_noop("Stopped by hand"), gettext_noop("Who made it may no longer keep webhooks")
GONE = 410
# What people send by hand, of all webhooks of a practice.
TRIES_AN_HOUR = 60
# A pass ends before the next one begins, and leaves workers to everybody else.
SECONDS_A_PASS = 30
SECONDS_A_TURN = 10
MOST_A_TURN = 100
# Longer than one try can take, looking up the name and connecting included.
HELD = timedelta(minutes=2)
FORGOTTEN_AT_ONCE = 5000
# A day that has more to forget goes on in the next one.
MOST_PASSES = 200


def make(*, who: Who, name: str, url: str, kinds: Iterable[str], at: datetime) -> tuple[Hook, str]:
    """A webhook of the practice, and its secret, which is told this once."""
    _check_own(who)
    name, chosen = name.replace("\0", "").strip()[:60], [kind for kind in HookKind.values if kind in set(kinds)]
    if not name or not chosen:
        raise HookProblem(_("Give it a name and choose what it tells."))
    scheme, host, port, _path = parts_of(url, trusted())
    resolve(host, port, scheme)
    # Counted one by one, so that two at once are not both the last.
    one_at_a_time(f"hooks {who.practice_id}")
    if hooks(who).count() >= MOST_HOOKS:
        raise HookProblem(_("There are ten webhooks already; remove one first."))
    secret = f"whs_{secrets.token_urlsafe(32)}"
    hook = Hook.unscoped.create(
        firm_id=who.firm_id,
        practice_id=who.practice_id,
        name=name,
        url=url,
        kinds=chosen,
        secret=seal(secret, PURPOSE),
        made_by=who.user_id,
        made_at=at,
    )
    return hook, secret


def rotate(*, who: Who, hook: Hook, at: datetime) -> str:
    """Another secret, told this once; the one before signs beside it for a day, so that nothing is lost meanwhile.

    Asked for again within that day, the older one stays beside it: the program has that one, if any.
    """
    _check_own(who)
    secret = f"whs_{secrets.token_urlsafe(32)}"
    locked = hooks(who).select_for_update().get(pk=hook.pk)
    changed: dict[str, object] = {"secret": seal(secret, PURPOSE)}
    if locked.previous_until is None or locked.previous_until <= at:
        changed |= {"previous_secret": locked.secret, "previous_until": at + BOTH_SECRETS}
    hooks(who).filter(pk=hook.pk).update(**changed)  # type: ignore[arg-type]
    return secret


def switch(*, who: Who, hook: Hook, on: bool, at: datetime) -> None:
    """Stop it, or let it go on: what waits is tried from now on."""
    _check_own(who)
    if on:
        # Whoever lets it go on answers for it from now on.
        again = {"stopped_at": None, "stopped_why": "", "failures": 0, "made_by": who.user_id}
        hooks(who).filter(pk=hook.pk).update(**again)
        return
    hooks(who).filter(pk=hook.pk, stopped_at=None).update(stopped_at=at, stopped_why=BY_HAND)


def hooks_of(seat: Seat) -> "QuerySet[Hook]":
    """Those that somebody has made at a seat and that are written to."""
    own = {"firm_id": seat.firm_id, "practice_id": seat.practice_id, "made_by": seat.user_id}
    return Hook.unscoped.filter(**own, removed_at=None, stopped_at=None).order_by("made_at")


def end_with(*, who: Who, seat: Seat, at: datetime) -> None:
    """Nothing is told any more to the addresses of somebody who leaves; a colleague may let them go on."""
    hooks_of(seat).update(stopped_at=at, stopped_why=LEFT)


def remove(*, who: Who, hook: Hook, at: datetime) -> None:
    """Nothing goes there any more; what went stays in the books."""
    _check_own(who)
    hooks(who).filter(pk=hook.pk).update(removed_at=at, stopped_at=at, secret="", previous_secret="")


def ping(*, who: Who, hook: Hook, at: datetime) -> HookDelivery:
    """A message that says nothing, to see whether anybody listens."""
    _check_own(who)
    body = json.dumps({"kind": PING, "at": at.isoformat()}, separators=(",", ":"))
    return _again(hook, PING, body, at)


def replay(*, who: Who, hook: Hook, delivery: HookDelivery, at: datetime) -> HookDelivery:
    """The same message once more, under a number of its own and signed at the new moment."""
    _check_own(who)
    found = deliveries(hook, who).get(pk=delivery.pk)
    return _again(hook, found.kind, found.body, at, replays=found.pk)


def _again(hook: Hook, kind: str, body: str, at: datetime, **more: object) -> HookDelivery:
    if hook.stopped_at is not None:
        raise HookProblem(_("It is stopped; let it go on first."))
    if spend(f"webhooks/{hook.practice_id}", most=TRIES_AN_HOUR, at=at):
        raise HookProblem(_("Too many tries within this hour; go on later."))
    own = {"firm_id": hook.firm_id, "practice_id": hook.practice_id, "hook_id": hook.pk}
    return HookDelivery.unscoped.create(**own, kind=kind, body=body, made_at=at, due_at=at, **more)


def _check_own(who: Who) -> None:
    if who.behind is not None:
        raise NotAllowed("manage_users", _("You look as another user; what you may not do yourself stays closed."))


def deliver_due(*, at: datetime) -> int:
    """Try what is due at a moment; how many arrived. Any number of workers may do it at once.

    Each practice has its turn, those first who took least of this hour's time: who listens slowly, or is told much,
    waits for the others, and not they for it. A worker that is killed in the middle has recorded nothing: the message
    is sent again after a while, under the same number.
    """
    clock, arrived = _Clock(at), 0
    for practice, taken in _turns(at):
        began = clock.seconds
        if began >= SECONDS_A_PASS:
            break
        arrived += _turn(practice, clock)
        cache.set(_name_of(practice, at), taken + clock.seconds - began, 3600)
    return arrived


def forget_old(*, at: datetime) -> int:
    """Forget what was made more than ninety days ago, whatever became of it; how many messages are gone."""
    gone = 0
    for _pass in range(MOST_PASSES):
        with transaction.atomic(using=current_alias.get()), cursor() as cur:
            cur.execute("SELECT desk_forget_deliveries(%s, %s)", [at, FORGOTTEN_AT_ONCE])
            count = cur.fetchone()[0]
        gone += count
        if count < FORGOTTEN_AT_ONCE:
            break
    return gone


@dataclass(frozen=True)
class _Clock:
    """The moments of a pass, which began at `at`: what is sent later is signed and kept as of later."""

    at: datetime
    began: float = field(default_factory=lambda: monotonic())

    @property
    def seconds(self) -> float:
        return monotonic() - self.began

    @property
    def now(self) -> datetime:
        return self.at + timedelta(seconds=self.seconds)


def _turns(at: datetime) -> list[tuple[int, float]]:
    """The practices that anything is due to, with the seconds that they took of this hour, the least first."""
    with as_role("night"):
        waiting = HookDelivery.unscoped.filter(delivered_at=None, given_up_at=None)
        # Nobody will ever ask for what waits for an address that was removed.
        waiting.filter(hook__removed_at__isnull=False).update(given_up_at=at)
        due = waiting.filter(due_at__lte=at, hook__stopped_at=None).values("practice_id").annotate(first=Min("due_at"))
        practices = list(due.order_by("first").values_list("practice_id", flat=True))
    taken = cache.get_many([_name_of(one, at) for one in practices])
    return sorted(((one, taken.get(_name_of(one, at), 0)) for one in practices), key=lambda one: one[1])


def _name_of(practice: int, at: datetime) -> str:
    return f"hooks/taken/{practice}/{int(at.timestamp()) // 3600}"


def _turn(practice: int, clock: _Clock) -> int:
    """Some messages of one practice, the oldest first. While the network is waited for, no row is locked."""
    arrived, began = 0, clock.seconds
    kept: dict[UUID, bool] = {}
    for _try in range(MOST_A_TURN):
        if clock.seconds - began >= SECONDS_A_TURN:
            break
        with as_role("night"), transaction.atomic(using=current_alias.get()):
            row = _claim(practice, clock)
        if row is None:
            break
        if row.hook_id not in kept:
            kept[row.hook_id] = _may_keep(row.hook)
        if not kept[row.hook_id]:
            with as_role("night"), transaction.atomic(using=current_alias.get()):
                _stop(row.hook, LEFT, LEFT_NEWS, clock.now)
            continue
        answer = _sent(row.hook, row, clock.now)
        with as_role("night"), transaction.atomic(using=current_alias.get()):
            _keep(row, answer, clock.now)
            stopped = _count(row.hook, answer, clock.now)
        for hook in stopped:
            _mail(hook, clock.now)
        arrived += answer.has_arrived
    return arrived


def _claim(practice: int, clock: _Clock) -> HookDelivery | None:
    """The next message with its hook; for a while no other worker takes it."""
    due = HookDelivery.unscoped.filter(practice_id=practice, delivered_at=None, given_up_at=None, due_at__lte=clock.at)
    rows = due.filter(hook__stopped_at=None).select_related("hook").order_by("due_at", "pk")
    row = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if row is not None:
        HookDelivery.unscoped.filter(pk=row.pk).update(due_at=clock.now + HELD)
    return row


def _may_keep(hook: Hook) -> bool:
    """Whether who made it, or let it go on last, still passes the door of webhooks; asked as pages ask."""
    with acting(hook.made_by) as who:
        if who is None:
            return False
        seats = Seat.unscoped.filter(user_id=hook.made_by, practice_id=hook.practice_id, is_active=True)
        sat = [enter(hook.made_by, seat_id=pk) for pk in list(seats.values_list("pk", flat=True))]
        return any(one and one.is_advisor and not one.is_narrowed and one.has("manage_users") for one in sat)


def _keep(row: HookDelivery, answer: Answer, at: datetime) -> None:
    """How it went, and when it is tried again if it did not arrive."""
    tried = row.attempts + 1
    kept = {"attempts": tried, "status": answer.status, "answer": answer.text[:500]}
    rows = HookDelivery.unscoped.filter(pk=row.pk, delivered_at=None)
    if answer.has_arrived:
        rows.update(**kept, delivered_at=at)
    elif tried > len(WAITS) or answer.status == GONE:
        rows.update(**kept, given_up_at=at)
    else:
        rows.update(**kept, due_at=at + WAITS[tried - 1])


def _sent(hook: Hook, row: HookDelivery, at: datetime) -> Answer:
    try:
        known = [unseal(hook.secret, PURPOSE)]
        if hook.previous_secret and hook.previous_until and at < hook.previous_until:
            known.append(unseal(hook.previous_secret, PURPOSE))
    except Lost as problem:
        return Answer(None, str(problem))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Advisor-Portal",
        "Portal-Event": row.kind,
        "Portal-Delivery": str(row.pk),
        "Portal-Signature": signature(row.body, int(at.timestamp()), known),
    }
    return post(hook.url, row.body, headers)


def _count(hook: Hook, answer: Answer, at: datetime) -> list[Hook]:
    """Whoever does not answer for long, or says that nobody is there, is written to no more; the practice is told.

    The hook, if that has just happened.
    """
    rows = Hook.unscoped.filter(pk=hook.pk)
    # Two workers may count at once.
    rows.filter(stopped_at=None).update(failures=0 if answer.has_arrived else F("failures") + 1)
    failures = rows.values_list("failures", flat=True).get()
    if answer.has_arrived or (failures < MOST_FAILURES and answer.status != GONE):
        return []
    why = f"{answer.status or ''} {answer.text}".strip()[:200]
    return [hook] if _stop(hook, why, STOPPED, at) else []


def _stop(hook: Hook, why: str, title: str, at: datetime) -> bool:
    """Write to it no more and tell the practice; whether that has just happened."""
    if not Hook.unscoped.filter(pk=hook.pk, stopped_at=None).update(stopped_at=at, stopped_why=why):
        return False
    news = [News(hook.firm_id, hook.practice_id, None, f"webhook {hook.pk} {at.isoformat()}")]
    notify_many(news=news, kind=NotificationKind.MESSAGE, title=title, day=at.date())
    return True


def _mail(hook: Hook, at: datetime) -> None:
    """To whoever made it; the bell has told the practice already."""
    owe_people(
        users=[hook.made_by],
        subject=STOPPED_SUBJECT,
        text=STOPPED_TEXT,
        said={"name": hook.name},
        path=f"/settings/webhooks/{hook.pk}/",
        natural_key=f"webhook {hook.pk} {at.isoformat()}",
        firm_id=hook.firm_id,
    )
