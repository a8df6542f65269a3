"""The report of margin groups: what each is worth on the last sealed day, from the broker's own balances."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q

from accounts.broker.margin.rules import NAMES, WHY, GroupKind
from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account, Kind, Status
from portal.lib.money import round_display

# The accounts come through the scope, as a list of keys; sums are in the firm's currency at the broker's rates.
# Cash counts the broker's own total in base currency; lots are never added to their summary.
_SUMS = """
    WITH mine AS (
        SELECT a.id, a.firm_id, a.practice_id, a.base_currency, f.base_currency AS firm_currency, p.level AS level,
               CASE WHEN a.kind IN ('stl_master', 'stl_sub') THEN 'stl' WHEN p.level = 2 THEN 'second_level'
                    WHEN a.kind = 'top_master' THEN 'top_master' ELSE 'clients' END AS kind,
               CASE WHEN a.kind IN ('stl_master', 'stl_sub') THEN coalesce(a.stl_id, a.id) END AS stl,
               a.kind = ANY (%(holding)s) AND a.status = 'O' AS has_value
          FROM accounts_account a JOIN accounts_firm f ON f.id = a.firm_id
          JOIN accounts_practice p ON p.id = a.practice_id
         WHERE a.id = ANY (%(accounts)s)
    ), valued AS (
        SELECT m.*, n.nlv, c.ending AS cash, h.held AS held,
               CASE WHEN m.base_currency = m.firm_currency THEN 1 ELSE x.rate END AS rate
          FROM mine m
          LEFT JOIN broker_navdaily n ON n.account_id = m.id AND n.nav_date = %(day)s
          LEFT JOIN broker_cashbalance c ON c.account_id = m.id AND c.day = %(day)s AND c.is_total
          LEFT JOIN LATERAL (
               SELECT sum(p.value * coalesce(p.rate, CASE WHEN p.currency = m.base_currency THEN 1 END)) AS held
                 FROM broker_position p WHERE p.account_id = m.id AND p.day = %(day)s AND p.level = 'SUMMARY'
          ) h ON true
          LEFT JOIN broker_fxrate x ON x.day = %(day)s AND x.from_currency = m.base_currency
                                   AND x.to_currency = m.firm_currency
    )
    SELECT kind, practice_id, stl, firm_currency, count(*), count(*) FILTER (WHERE has_value),
           count(*) FILTER (WHERE has_value AND (nlv IS NULL OR rate IS NULL)),
           sum(nlv * rate), sum(cash * rate), sum(held * rate)
      FROM valued GROUP BY kind, practice_id, stl, firm_currency
"""

ORDER = [GroupKind.TOP_MASTER, GroupKind.CLIENTS, GroupKind.STL, GroupKind.SECOND_LEVEL]


@dataclass(frozen=True)
class GroupTotal:
    """One line of the report; sums are in the firm's currency and leave out accounts without a value."""

    kind: GroupKind
    name: str
    number: str
    why: str
    currency: str
    accounts: int
    valued: int
    missing: int
    nlv: Decimal | None
    cash: Decimal | None
    positions: Decimal | None

    @property
    def group_name(self) -> str:
        """The kind of group in words."""
        return str(NAMES[self.kind])


def visible(who: Who) -> Any:
    """The accounts a person may have reports on, that are open or pending; masters among them."""
    return scope(who, Account, "report").exclude(
        status__in=[Status.CLOSED, Status.ABANDONED, Status.REJECTED, Status.NEW]
    )


def totals(who: Who, day: date | None) -> list[GroupTotal]:
    """Every group one sees anything of, as far as one sees it."""
    rows = visible(who)
    keys = list(rows.values_list("pk", flat=True))
    named = _names(who)
    asked = {"accounts": keys, "day": day, "holding": [Kind.CLIENT, Kind.STL_MASTER, Kind.STL_SUB]}
    with cursor() as cur:
        cur.execute(_SUMS, asked)
        found = cur.fetchall()
    lines = []
    for kind, practice, stl, currency, accounts, valued, missing, *sums in found:
        number, title = named.get(("stl", stl) if stl else ("practice", practice), ("", ""))
        nlv, cash, held = (None if one is None else round_display(one) for one in sums)
        why = str(WHY[GroupKind(kind)])
        lines.append(
            GroupTotal(GroupKind(kind), title, number, why, currency, accounts, valued, missing, nlv, cash, held)
        )
    return sorted(lines, key=lambda one: (ORDER.index(one.kind), one.name, one.number))


def _names(who: Who) -> dict[tuple[str, int], tuple[str, str]]:
    """Numbers and titles of the accounts that name groups, where the person sees them."""
    rows = scope(who, Account).filter(Q(kind__in=[Kind.TOP_MASTER, Kind.SECOND_MASTER, Kind.STL_MASTER]))
    return {
        ("stl" if kind == Kind.STL_MASTER else "practice", pk if kind == Kind.STL_MASTER else practice): (number, title)
        for pk, practice, kind, number, title in rows.values_list("pk", "practice_id", "kind", "number", "title")
    }


def beside(who: Who, account: Account) -> Any:
    """The accounts of the same group, as far as the person sees them."""
    rows = visible(who).select_related("practice")
    if account.kind in (Kind.STL_MASTER, Kind.STL_SUB):
        master = account.stl_id or account.pk
        return rows.filter(Q(pk=master) | Q(stl_id=master)).order_by("level", "sort_key", "pk")
    if account.practice.level == 2:
        return rows.filter(practice_id=account.practice_id).order_by("level", "sort_key", "pk")
    if account.kind == Kind.TOP_MASTER:
        return rows.filter(pk=account.pk)
    same = rows.filter(practice_id=account.practice_id, kind=F("kind")).filter(kind=Kind.CLIENT)
    return same.order_by("sort_key", "pk")
