"""Making, changing and ending webhooks, and delivering what is due to them."""

import json
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
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
from accounts.ground.access.context import Who, as_role, current_alias
from accounts.ground.access.scope import NotAllowed
from accounts.ground.notifications.actions import News, notify_many
from accounts.ground.notifications.models import NotificationKind
from accounts.ground.outbox.actions import owe_people
from accounts.ground.sealing import Lost, seal, unseal

STOPPED = gettext_noop("A webhook was stopped: its address did not answer")
STOPPED_SUBJECT = gettext_lazy("A webhook was stopped")
STOPPED_TEXT = gettext_lazy(
    "The webhook “%(name)s” was stopped, because its address did not answer many times in a row."
)
GONE = 410


def make(*, who: Who, name: str, url: str, kinds: Iterable[str], at: datetime) -> tuple[Hook, str]:
    """A webhook of the practice, and its secret, which is told this once."""
    _check_own(who)
    name, chosen = name.replace("\0", "").strip()[:60], [kind for kind in HookKind.values if kind in set(kinds)]
    if not name or not chosen:
        raise HookProblem(_("Give it a name and choose what it tells."))
    _scheme, host, port, _path = parts_of(url, trusted())
    resolve(host, port)
    # Counted one by one, so that two at once are not both the last.
    if len(hooks(who).select_for_update()) >= MOST_HOOKS:
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
    """Another secret, told this once; the one before signs beside it for a day, so that nothing is lost meanwhile."""
    _check_own(who)
    secret = f"whs_{secrets.token_urlsafe(32)}"
    locked = hooks(who).select_for_update().get(pk=hook.pk)
    hooks(who).filter(pk=hook.pk).update(
        secret=seal(secret, PURPOSE), previous_secret=locked.secret, previous_until=at + BOTH_SECRETS
    )
    return secret


def switch(*, who: Who, hook: Hook, on: bool, at: datetime) -> None:
    """Stop it, or let it go on: what waits is tried from now on."""
    _check_own(who)
    if on:
        hooks(who).filter(pk=hook.pk).update(stopped_at=None, stopped_why="", failures=0)
        return
    hooks(who).filter(pk=hook.pk, stopped_at=None).update(stopped_at=at, stopped_why=_("Stopped by hand"))


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
    own = {"firm_id": hook.firm_id, "practice_id": hook.practice_id, "hook_id": hook.pk}
    return HookDelivery.unscoped.create(**own, kind=kind, body=body, made_at=at, due_at=at, **more)


def _check_own(who: Who) -> None:
    if who.behind is not None:
        raise NotAllowed("manage_users", _("You look as another user; what you may not do yourself stays closed."))


def deliver_due(*, at: datetime, most: int = 100) -> int:
    """Try what is due, one after the other; how many arrived. Any number of workers may do it at once.

    A worker that is killed in the middle has recorded nothing: the message is sent again, under the same number.
    """
    arrived, stopped = 0, []
    with as_role("night"):
        for _try in range(most):
            with transaction.atomic(using=current_alias.get()):
                row = _next(at)
                if row is None:
                    break
                hook = Hook.unscoped.get(pk=row.hook_id)
                answer = _sent(hook, row, at)
                _keep(row, answer, at)
                stopped += _count(hook, answer, at)
            arrived += answer.has_arrived
    for hook in stopped:
        _mail(hook, at)
    return arrived


def _next(at: datetime) -> HookDelivery | None:
    waiting = HookDelivery.unscoped.filter(delivered_at=None, given_up_at=None, due_at__lte=at, hook__stopped_at=None)
    return waiting.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",)).first()


def _keep(row: HookDelivery, answer: Answer, at: datetime) -> None:
    """How it went, and when it is tried again if it did not arrive."""
    tried = row.attempts + 1
    kept = {"attempts": tried, "status": answer.status, "answer": answer.text[:500]}
    rows = HookDelivery.unscoped.filter(pk=row.pk)
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
    rows = Hook.unscoped.filter(pk=hook.pk, stopped_at=None)
    failures = 0 if answer.has_arrived else hook.failures + 1
    if failures < MOST_FAILURES and answer.status != GONE:
        rows.update(failures=failures)
        return []
    why = f"{answer.status or ''} {answer.text}".strip()[:200]
    if not rows.update(failures=failures, stopped_at=at, stopped_why=why):
        return []
    news = [News(hook.firm_id, hook.practice_id, None, f"webhook {hook.pk} {at.isoformat()}")]
    notify_many(news=news, kind=NotificationKind.MESSAGE, title=STOPPED, day=at.date())
    return [hook]


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
