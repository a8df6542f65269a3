"""Reading caps, limits and invoices: set-based, so that ten thousand rows of a file cost as many queries as one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.assignments.queries import accepted
from accounts.ground.days.queries import calendar
from accounts.ground.tree.models import Account, Status
from fees.engine.agreement import CapKind
from fees.engine.invoice_cap import available
from fees.invoicing.models import Invoice, InvoiceCap
from fees.invoicing.rules import CapTerms, Values, counted_period, in_transition, limit, looked_back_on
from fees.sending.models import State
from portal.lib.business_days import Calendar
from portal.lib.periods import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What one client may still be invoiced for a day, and what it was made from."""

    cap: InvoiceCap
    terms: CapTerms
    values: Values
    looked_back: Period
    counted: Period
    is_transition: bool
    limit: Decimal
    used: Decimal

    @property
    def available(self) -> Decimal:
        return available(self.limit, self.used)


def caps_in_force(who: Who, day: date) -> QuerySet[InvoiceCap]:
    """The signed caps that apply on a day, of accounts and payees this person may see."""
    in_force = Q(ends=None) | Q(ends__gt=day)
    return scope(who, InvoiceCap).filter(in_force, starts__lte=day).select_related("account", "practice")


def limit_for(who: Who, account: Account, day: date, without: Collection[str] = (), manager: str = "") -> Limit | None:
    """What the person's own practice, or the account's money manager of that number, may invoice one account for; None
    where the client has signed nothing."""
    if manager:
        assigned = accepted([account.pk]).get(account.pk)
        if assigned is None or assigned.number != manager:
            return None
        who = replace(who, payee_id=assigned.practice_id)
    caps = caps_in_force(who, day).filter(account=account, practice_id=who.payee)
    return limits(list(caps), day=day, without=without).get(account.pk)


def limits(
    caps: Collection[InvoiceCap], *, day: date, without: Collection[str] = (), days: Calendar | None = None
) -> dict[int, Limit]:
    """The limit of each cap on a day by account; `without` are invoices that do not count, being changed."""
    days = days or calendar()
    terms = {cap.account_id: terms_of(cap) for cap in caps}
    values = _values(terms, day, days)
    used = _used(caps, terms, day, without)
    return {
        cap.account_id: Limit(
            cap=cap,
            terms=terms[cap.account_id],
            values=values[cap.account_id],
            looked_back=looked_back_on(terms[cap.account_id], day),
            counted=counted_period(terms[cap.account_id], day),
            is_transition=in_transition(terms[cap.account_id], day),
            limit=limit(terms[cap.account_id], values[cap.account_id], day),
            used=used.get(cap.account_id, Decimal(0)),
        )
        for cap in caps
    }


def terms_of(cap: InvoiceCap) -> CapTerms:
    """A stored cap as the rules read it."""
    account = cap.account
    opened = account.opened_on or cap.starts
    return CapTerms(
        kind=CapKind(cap.kind),
        rate=cap.rate,
        amount=cap.amount,
        currency=account.base_currency,
        since=max(opened, account.funded_on or opened),
    )


def daily_rows(account: Account, period: Period) -> list[tuple[date, Decimal]]:
    """The values behind a limit, day by day."""
    with cursor() as cur:
        cur.execute(
            "SELECT nav_date, nlv FROM fees_base"
            " WHERE account_id = %s AND nav_date >= %s AND nav_date < %s ORDER BY nav_date",
            [account.pk, period.starts, period.ends],
        )
        return cur.fetchall()


def invoices(who: Who) -> QuerySet[Invoice]:
    """Every invoice this person may see, newest first."""
    rows = scope(who, Invoice).select_related("account", "practice", "submitted_by")
    return rows.order_by("-business_day", "-submitted_at", "pk")


def pending(who: Who) -> QuerySet[Invoice]:
    return invoices(who).filter(state=State.PENDING)


def may_be_invoiced(who: Who, day: date, most: int) -> list[Account]:
    """Accounts with a limit that was signed for the person's own practice, to choose from; the first so many."""
    caps = caps_in_force(who, day).filter(practice_id=who.practice_id, account__status=Status.OPEN)
    return [cap.account for cap in caps.order_by("account__sort_key", "account_id")[:most]]


def totals(rows: QuerySet[Invoice]) -> list[tuple[str, Decimal]]:
    """The sum of each currency."""
    return list(rows.order_by("currency").values_list("currency").annotate(total=Sum("amount")))


def taken_days(accounts: Collection[int], day: date, without: Collection[str] = ()) -> set[int]:
    """Accounts that have a live invoice for the day, also one of another payee, which nothing else tells."""
    with cursor() as cur:
        cur.execute("SELECT fees_invoiced_accounts(%s::bigint[], %s, %s::uuid[])", [list(accounts), day, list(without)])
        return {account for (account,) in cur.fetchall()}


def _values(terms: Mapping[int, CapTerms], day: date, days: Calendar) -> dict[int, Values]:
    """Sums and last values of the period before, by account; one query a period length."""
    found: dict[int, Values] = {}
    by_period: dict[Period, list[int]] = {}
    for account, one in terms.items():
        by_period.setdefault(looked_back_on(one, day), []).append(account)
    for period, accounts in by_period.items():
        business = days.between(*period)
        with cursor() as cur:
            cur.execute(
                """
                SELECT a.id, coalesce(p.total, 0), p.closing, latest.nlv
                  FROM unnest(%(accounts)s::bigint[]) a (id)
                  LEFT JOIN (SELECT account_id, sum(greatest(nlv, 0)) AS total,
                                    max(nlv) FILTER (WHERE nav_date = %(last)s) AS closing
                               FROM fees_base
                              WHERE nav_date = ANY(%(days)s::date[]) AND account_id = ANY(%(accounts)s::bigint[])
                              GROUP BY account_id) p ON p.account_id = a.id
                  LEFT JOIN LATERAL (SELECT nlv FROM fees_base n
                                      WHERE n.account_id = a.id AND n.nav_date <= %(day)s AND n.nav_date > %(since)s
                                      ORDER BY nav_date DESC LIMIT 1) latest ON true
                """,
                {
                    "accounts": accounts,
                    "days": business,
                    "last": business[-1] if business else None,
                    "day": day,
                    "since": period.starts,
                },
            )
            for account, total, closing, latest in cur.fetchall():
                found[account] = Values(total=total, closing=closing, business_days=len(business), latest=latest)
    return found


def _used(
    caps: Collection[InvoiceCap], terms: Mapping[int, CapTerms], day: date, without: Collection[str]
) -> dict[int, Decimal]:
    """What live invoices of the same payee have taken of each limit, less what was taken back of them."""
    rows = [(cap.account_id, cap.practice_id, *counted_period(terms[cap.account_id], day)) for cap in caps]
    if not rows:
        return {}
    accounts, payees, starts, ends = (list(column) for column in zip(*rows, strict=True))
    with cursor() as cur:
        cur.execute(
            """
            SELECT i.account_id, sum(i.amount - coalesce(back.amount, 0))
              FROM unnest(%(accounts)s::bigint[], %(payees)s::bigint[], %(starts)s::date[], %(ends)s::date[])
                   AS c (account_id, practice_id, starts, ends)
              JOIN fees_invoice i ON i.account_id = c.account_id AND i.practice_id = c.practice_id
                   AND i.business_day >= c.starts AND i.business_day < c.ends AND i.state IN ('pending', 'processed')
              LEFT JOIN accounts_transfer back ON back.source = i.id AND back.kind = 'reversal'
             WHERE i.id <> ALL(%(without)s::uuid[])
             GROUP BY i.account_id
            """,
            {
                "accounts": accounts,
                "payees": payees,
                "starts": starts,
                "ends": ends,
                "without": [str(one) for one in without],
            },
        )
        return dict(cur.fetchall())
