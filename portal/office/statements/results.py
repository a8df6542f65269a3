"""What an import did to each account, worked out from its report and from what it replaced."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.broker.feed import rules
from accounts.broker.feed.models import NavHistory, StatementFile
from accounts.broker.feed.report import Report
from accounts.ground.tree.models import Account

MOST = 1_000
# In this order they are shown: what somebody has to look at comes first.
HELD, REFUSED, UNCHECKED, CORRECTED, LOADED = "held", "refused", "unchecked", "corrected", "loaded"


def per_account(report: Report, *, at: datetime) -> list[dict[str, Any]]:
    """One entry an account and outcome, the first thousand of them."""
    entries: list[dict[str, Any]] = []
    for one in report.held.entries:
        reason = rules.REASONS.get(str(one["reason"]), str(one["reason"]))
        entries.append(_entry(HELD, one, reason=reason, detail=one["detail"]))
    entries += [_entry(REFUSED, one, reason=one["reason"]) for one in report.rejected.entries]
    unchecked = [_entry(UNCHECKED, one, reason=one.get("reason", "")) for one in report.not_reconcilable.entries]
    corrected = _corrected(report, at)
    loaded = sorted(report.accounts)[:MOST]
    numbers = dict(Account.unscoped.filter(pk__in=[*corrected, *loaded]).values_list("pk", "number"))
    entries += unchecked
    entries += [
        {"result": CORRECTED, "account": numbers.get(pk, ""), "values": count} for pk, count in corrected.items()
    ]
    entries += [
        {"result": LOADED, "account": numbers.get(pk, "")} for pk in loaded if pk not in corrected and pk in numbers
    ]
    return entries[:MOST]


def _entry(result: str, one: dict[str, object], **more: object) -> dict[str, Any]:
    where = {"account": one.get("account", ""), "file": one.get("file", ""), "row": one.get("row", "")}
    return {"result": result, **where, **more}


def _corrected(report: Report, at: datetime) -> dict[int, int]:
    """Accounts in which this import has replaced values, with how many."""
    if not report.total("changed"):
        return {}
    names = [one["sha256"] for one in report.files]
    rows = NavHistory.unscoped.filter(
        account_id__in=report.accounts, replaced_by__sha256__in=names, replaced_at__gte=at
    )
    return dict(Counter(rows.values_list("account_id", flat=True)).most_common(MOST))


def seen_before() -> set[str]:
    """Contents that were here before this import; asked first, because the import itself makes them known."""
    return set(StatementFile.unscoped.exclude(state="refused").values_list("sha256", flat=True))


def files_of(report: Report, known: Iterable[str]) -> list[dict[str, Any]]:
    """The files with what became of them; one whose content was here before says so."""
    before = set(known)
    return [{**one, "again": one.get("sha256") in before} for one in report.files]
