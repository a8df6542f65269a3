"""What must be true of fees on investments in hedge funds before a firm's day is sealed."""

from collections import defaultdict
from collections.abc import Iterator

from accounts.ground.ledger.checks import Break
from fees.engine.investments import MissingValuation, fee, text
from fees.engine.registry import FUND_CODES
from fees.funds.evidence import measured_again, valuations_then
from fees.posting.models import Charge
from fees.proofs.evidence import evidence_of
from portal.lib.words import Sentence, gettext_noop

AT_ONCE = 500


def fund_fees_come_out_again(run_id: int) -> list[Break]:
    """I33: each fee on investments is what the engine makes of what was agreed and of what was known of them."""
    wrong: dict[int, list[str]] = defaultdict(list)
    for charge in _differing(run_id):
        wrong[charge.firm_id].append(str(charge.pk))
    msgid = gettext_noop("%(count)s fees on hedge funds do not come out again; the first is %(sample)s.")
    return [
        Break("I33", firm, Sentence(msgid, {"count": len(names), "sample": min(names)}))
        for firm, names in sorted(wrong.items())
    ]


def _differing(run_id: int) -> Iterator[Charge]:
    rows = Charge.unscoped.filter(run_id=run_id, method__in=FUND_CODES, revision=0).order_by("pk")
    keys = list(rows.values_list("pk", flat=True))
    for first in range(0, len(keys), AT_ONCE):
        some = list(rows.select_related("account").filter(pk__in=keys[first : first + AT_ONCE]))
        known, told = evidence_of(some), valuations_then(some)
        for charge in some:
            try:
                investments = measured_again(charge, known[charge.pk], told[charge.pk])
            except MissingValuation:
                investments = None
            if (
                investments is None
                or charge.inputs != text(investments)
                or (charge.exact, charge.amount) != fee(investments, charge.currency)
            ):
                yield charge
