"""Corporate actions as people say them: what happened, to which company, how many of one's clients it touches."""

import re
from collections.abc import Sequence

from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext

from accounts.broker.activity.models import CorporateAction
from accounts.broker.corporate.actions import KEY as ELECTION
from accounts.broker.corporate.actions import WITHDRAWN
from accounts.broker.corporate.words import kind_words
from accounts.broker.holdings.models import Instrument
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.notifications.models import Notification, NotificationKind

KEY = "corporate:"
_RATIO = re.compile(r"(\d+(?:\.\d+)?) FOR (\d+(?:\.\d+)?)", re.IGNORECASE)


def tell(who: Who, rows: Sequence[Notification]) -> Sequence[Notification]:
    """The news, each with its `words`; one query for all corporate actions among them."""
    keys = [row.natural_key.removeprefix(KEY) for row in rows if row.kind == NotificationKind.CORPORATE_ACTION]
    known = {key: (kind, name, text, clients) for key, kind, name, text, clients in _actions(who, keys)} if keys else {}
    for row in rows:
        facts = known.get(row.natural_key.removeprefix(KEY))
        row.words = sentence(*facts) if facts else ""  # type: ignore[attr-defined]
        row.leads_to = _page(row.natural_key, told=facts is not None)  # type: ignore[attr-defined]
    return rows


def _page(key: str, *, told: bool) -> str:
    """The page of the action that a piece of news is about."""
    if key.startswith(ELECTION):
        return reverse("trading:announcement", args=[key.removeprefix(ELECTION).removesuffix(WITHDRAWN)])
    if told:
        return f"{reverse('trading:corporate_action')}?{urlencode({'of': key.removeprefix(KEY)})}"
    return ""


def sentence(kind: str, name: str, text: str, clients: int) -> str:
    """Such as: Split 3:1, Opaline Software, 4 clients."""
    ratio = _RATIO.search(text)
    what = kind_words(kind)
    if ratio and kind in ("FS", "RS"):
        what = f"{what} {ratio[1]}:{ratio[2]}"
    number = ngettext("%(clients)s client", "%(clients)s clients", clients) % {"clients": clients}
    return ", ".join(part for part in (what, name.title() if name.isupper() else name, number) if part)


def _actions(who: Who, keys: Sequence[str]) -> list[tuple[str, str, str, str, int]]:
    name = Instrument.unscoped.filter(conid=OuterRef("conid")).values("description")[:1]
    rows = scope(who, CorporateAction).filter(action_id__in=keys)
    if who.practice_id:
        rows = rows.filter(account__practice_id=who.practice_id)
    found = rows.order_by().values_list("action_id", "kind", Subquery(name), "description", "symbol")
    return [
        (key, kind, security or symbol, text, clients)
        for key, kind, security, text, symbol, clients in found.annotate(Count("account_id", distinct=True))
    ]
