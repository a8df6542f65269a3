"""The last night in one sentence, for the morning."""

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from accounts.ground.amounts import money_words
from accounts.ground.runs.models import Run, RunStage, Seal
from accounts.ground.tree.models import Firm
from portal.office.queries import sums_of


def digest_of(run: Run) -> str:
    """What it billed, held, posted and sealed; its page is the proof. Before anything is sealed there is none."""
    seals = Seal.unscoped.filter(run=run).aggregate(
        firms=Count("pk"), billed=Sum("billed"), zero=Sum("zero"), held=Sum("held")
    )
    if not seals["firms"]:
        return ""
    stage = RunStage.unscoped.filter(run=run, name="reconcile").first()
    return _(
        "The night of %(day)s: billed %(billed)s, nothing to pay %(zero)s, held %(held)s; posted %(posted)s;"
        " firms sealed: %(firms)s of %(all)s."
    ) % {
        **seals,
        "day": run.day.isoformat(),
        "posted": _money(sums_of(stage.figures) if stage else {}),
        "all": Firm.unscoped.count(),
    }


def _money(sums: Mapping[str, Decimal]) -> str:
    return ", ".join(money_words(total, currency) for currency, total in sorted(sums.items())) or "0"
