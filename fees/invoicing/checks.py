"""What must be true of invoices before a day is sealed: limits, and the business day they count for."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db.models import Max, Q

from accounts.broker.feed.models import NavDaily, NavHistory
from accounts.ground.ledger.checks import Break, breaks
from fees.invoicing.models import Invoice, InvoiceCap
from fees.invoicing.queries import Limit, limits
from fees.sending.models import State
from portal.lib.words import Sentence, gettext_noop

TRANSITION = Decimal("0.03")


def invoices_stay_within_their_limits(day: date) -> list[Break]:
    """I13, I14: what a payee has invoiced in a period is within what the client signed; a new client's within 3 %.

    Where a value was corrected since, the limit of that day cannot be worked out again and is not asked.
    """
    sent: dict[tuple[int, date], list[Invoice]] = defaultdict(list)
    for one in Invoice.unscoped.filter(processed_on=day, state=State.PROCESSED):
        sent[one.practice_id, one.business_day].append(one)
    over: dict[int, list[str]] = defaultdict(list)
    for (practice, counted), invoices in sorted(sent.items()):
        known = _limits(practice, counted, [one.account_id for one in invoices])
        for one in invoices:
            limit = known.get(one.account_id)
            if limit is None or (limit.available < 0 and not _is_excused(limit, one)):
                over[one.firm_id].append(str(one.pk))
    msgid = gettext_noop("%(count)s invoices are above what the client has signed; the first is %(sample)s.")
    return [
        Break("I13", firm, Sentence(msgid, {"count": len(found), "sample": min(found)}))
        for firm, found in sorted(over.items())
    ]


def invoices_count_for_their_business_day(day: date) -> list[Break]:
    """I26: an invoice was sent before the cut-off of the day that it counts for, and is paid on that day or later."""
    return breaks(
        "I26",
        gettext_noop("%(count)s invoices were paid for a day whose cut-off they had missed; the first is %(sample)s."),
        """
        SELECT firm_id, count(*), min(id::text) FROM fees_invoice
         WHERE processed_on = %(day)s
           AND (business_day > processed_on
                OR submitted_at >= (business_day + time '17:30') AT TIME ZONE 'America/New_York')
         GROUP BY firm_id
        """,
        day=day,
    )


def _limits(practice: int, day: date, accounts: list[int]) -> dict[int, Limit]:
    stood = Q(ends=None) | Q(ends__gte=day)
    caps = InvoiceCap.unscoped.filter(stood, practice_id=practice, account_id__in=accounts, starts__lte=day)
    newest = {cap.account_id: cap for cap in caps.select_related("account", "practice").order_by("version")}
    return limits(list(newest.values()), day=day)


def _is_excused(limit: Limit, one: Invoice) -> bool:
    if NavHistory.unscoped.filter(account_id=one.account_id, replaced_at__gt=one.submitted_at).exists():
        return True
    if not limit.is_transition:
        return False
    # The limit followed the value of the hour at which it was sent, not of the night.
    highest = NavDaily.unscoped.filter(account_id=one.account_id, nav_date__lte=one.business_day)
    return limit.used <= TRANSITION * (highest.aggregate(most=Max("nlv"))["most"] or 0)
