"""The invoice document of a fee: facts, the calculation itself in sentences, and the line as statements have it.

It is written once, in the client's language, and kept; pages, print and PDF show what was kept.
"""

import json

from django.utils.translation import gettext as _

from accounts.ground.amounts import money_words
from accounts.ground.dates import day_text
from accounts.ground.writing import told_in
from fees.engine.registry import EVERY
from fees.proofs.queries import Proof
from fees.proofs.words import exact, method_title, tell
from portal.lib.fingerprint import digest

# A client on daily accruals over a quarter has some sixty of them.
MOST_DAYS = 400


def write(opened: Proof, *, language: str, brand: str) -> dict[str, object]:
    """The document of a posted charge that was opened up; on client documents a fee is negative."""
    charge = opened.charge
    with told_in(language):
        period = day_text(charge.starts)
        if charge.period_end_day != charge.starts:
            period += f" \N{EN DASH} {day_text(charge.period_end_day)}"
        amount = money_words(charge.taken, charge.currency)
        label = _(EVERY[charge.method].label)
        days = [[day_text(one.day), exact(one.base), exact(one.amount)] for one, _words in opened.days[:MOST_DAYS]]
        return {
            "title": _("Advisory Fee Invoice"),
            "period": period,
            "brand": brand,
            "said": _("%(amount)s was charged to your account for %(period)s.") % {"amount": amount, "period": period},
            "facts": [
                [_("Account"), charge.account.number],
                [_("Account title"), charge.account.title],
                [_("Investment advisor"), brand],
                [_("Base currency"), charge.account.base_currency],
                [_("Method"), method_title(charge.method)],
                [_("Charged on"), day_text(charge.posted_on)],
            ],
            "head": [_("Account"), _("Fee type"), _("Period"), _("Fee")],
            "row": [charge.account.number, label, period, money_words(-charge.taken, charge.currency)],
            "story_title": _("How it was worked out"),
            "story": [tell(sentence) for sentence in opened.story],
            "days_head": [_("Day"), _("Base of the fee"), _("Accrued")] if days else [],
            "days": days,
            "errors": _("Please report anything that looks wrong to your advisor as soon as you see it."),
            "fingerprint": charge.fingerprint,
        }


def hash_of(document: dict[str, object]) -> str:
    """What the kept copy is known by."""
    return digest(json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
