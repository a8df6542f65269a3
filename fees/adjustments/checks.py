"""What must be true of adjustments before a firm's day is sealed."""

from collections import defaultdict
from collections.abc import Iterator

from accounts.ground.ledger.checks import Break
from fees.adjustments.night import WAITS, worked_out
from fees.adjustments.queries import billed, revisions_of
from fees.posting.models import Charge
from portal.lib.words import Sentence, gettext_noop

AT_ONCE = 500


def adjustments_make_their_fees_right(run_id: int) -> list[Break]:
    """I29: a charge and its adjustments together are what the engine makes of the period."""
    wrong: dict[int, list[str]] = defaultdict(list)
    rows = Charge.unscoped.filter(run_id=run_id, revision__gt=0).order_by("account_id", "pk")
    for some in _slices(list(rows)):
        known = revisions_of(some)
        for last in some:
            found = [one for one in known[last.pk] if one.revision <= last.revision]
            try:
                right = worked_out(found[0], revision=last.revision, at=last.created_at).fee
            except WAITS:
                right = None
            if billed(found) != right:
                wrong[last.firm_id].append(str(last.pk))
    msgid = gettext_noop("%(count)s adjustments do not make their fees right; the first is %(sample)s.")
    return [
        Break("I29", firm, Sentence(msgid, {"count": len(names), "sample": min(names)}))
        for firm, names in sorted(wrong.items())
    ]


def _slices(rows: list[Charge]) -> Iterator[list[Charge]]:
    for place in range(0, len(rows), AT_ONCE):
        yield rows[place : place + AT_ONCE]
