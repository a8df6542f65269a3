"""Corporate actions as people say them: what happened, to which company, how many of one's clients it touches."""

import re
from collections.abc import Sequence

from django.db.models import Count, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.broker.activity.models import CorporateAction
from accounts.broker.holdings.models import Instrument
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.notifications.models import Notification, NotificationKind

KEY = "corporate:"
_RATIO = re.compile(r"(\d+(?:\.\d+)?) FOR (\d+(?:\.\d+)?)", re.IGNORECASE)

# The broker's codes that come with a change of a holding.
KINDS = {
    "FS": gettext_lazy("Split"),
    "RS": gettext_lazy("Reverse split"),
    "SD": gettext_lazy("Stock dividend"),
    "SO": gettext_lazy("Spin-off"),
    "TC": gettext_lazy("Merger"),
    "TO": gettext_lazy("Tender offer"),
    "RI": gettext_lazy("Rights issue"),
    "IC": gettext_lazy("Change of name or number"),
    "DW": gettext_lazy("Delisting"),
}


def tell(who: Who, rows: Sequence[Notification]) -> Sequence[Notification]:
    """The news, each with its `words`; one query for all corporate actions among them."""
    keys = [row.natural_key.removeprefix(KEY) for row in rows if row.kind == NotificationKind.CORPORATE_ACTION]
    known = {key: (kind, name, text, clients) for key, kind, name, text, clients in _actions(who, keys)} if keys else {}
    for row in rows:
        facts = known.get(row.natural_key.removeprefix(KEY))
        row.words = sentence(*facts) if facts else ""  # type: ignore[attr-defined]
    return rows


def sentence(kind: str, name: str, text: str, clients: int) -> str:
    """Such as: Split 3:1, Opaline Software, 4 clients."""
    ratio = _RATIO.search(text)
    what = str(KINDS.get(kind, _("Corporate action")))
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
