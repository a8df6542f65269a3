"""The seal: a firm's day is closed with a digest chained to the day before, or refused while an invariant fails."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from accounts.ground.access.context import cursor
from accounts.ground.ledger.checks import Break, named
from accounts.ground.requests.actions import ask_firms, finish_by_key
from accounts.ground.requests.models import RequestKind, RequestStatus
from accounts.ground.runs.models import Run, Seal
from accounts.ground.runs.results import StageResult
from accounts.ground.tree.models import Firm
from fees.accrual.statements import PLANNING
from fees.posting.checks import Night, look
from fees.posting.contents import Contents, contents, kept
from fees.posting.reconcile import told
from fees.schedules.queries import night_barrier
from portal.lib.fingerprint import fingerprint
from portal.lib.words import Sentence, english, gettext_noop

# What a seal stands for, in the order in which it is chained; their digests are in `figures`.
PARTS = ("accruals", "charges", "transfers", "instructions", "holds", "decisions")

PAUSED = "The night was paused before its day was sealed."
REFUSED_TITLE = gettext_noop("The day could not be sealed: the books do not agree")


def seal_stage(run: Run, day: date) -> StageResult:
    """Seal every firm whose invariants hold, asked again in this transaction; a break stops only its own firm."""
    night = Night(run.pk, day)
    # A decision that is being made is in this seal, or belongs to the next night.
    night_barrier(alone=True)
    if _is_paused(run):
        return StageResult(problem=PAUSED)
    with cursor() as cur:
        cur.execute(PLANNING)
    firms = list(Firm.unscoped.order_by("id").values_list("id", flat=True))
    sealed = set(Seal.unscoped.filter(day=day).values_list("firm_id", flat=True))
    before = _last_seals(day)
    found = look(night) + named(days_are_chained, days_are_chained(day, before))
    broken = {one.firm_id for one in found}
    sound = [firm for firm in firms if firm not in broken and firm not in sealed] if None not in broken else []
    for firm, one in contents(night, sound).items():
        _seal(run, day, firm, one, before.get(firm))
    refused = [firm for firm in firms if firm not in sealed and firm not in sound]
    _tell(day, refused, found)
    _untell(day, sound, run.at)
    figures: dict[str, object] = {"sealed": len(sealed) + len(sound), "refused": len(refused)}
    if found:
        figures["breaks"] = [told(one) for one in found]
    return StageResult(rows=len(sound), figures=figures, problem=_problem(found) if refused else "")


def _is_paused(run: Run) -> bool:
    """Asked again here: whoever pauses holds the barrier, and was perhaps what this stage has waited for."""
    return Run.unscoped.filter(pk=run.pk, paused_at__isnull=False).exists()


def seal_digest(seal: Seal) -> str:
    """What a seal's own columns come to, chained to the seal before."""
    # Days that were sealed before the broker was told by file, or before people decided here, lack those parts.
    parts = (seal.figures[name]["digest"] for name in PARTS if name in seal.figures)
    counts = (seal.billable, seal.billed, seal.zero, seal.held)
    return fingerprint([seal.previous or None, seal.firm_id, seal.day, *parts, *counts])


def _seal(run: Run, day: date, firm: int, one: Contents, before: Seal | None) -> None:
    seal = Seal(
        firm_id=firm,
        day=day,
        run=run,
        previous=before.digest if before else "",
        billable=one.billable,
        billed=one.billed,
        zero=one.zero,
        held=one.held,
        figures=one.figures(),
    )
    seal.digest = seal_digest(seal)
    seal.save(force_insert=True)


def _last_seals(day: date) -> dict[int, Seal]:
    """The seal of each firm before `day`."""
    seals = Seal.unscoped.filter(day__lt=day).order_by("firm_id", "-day").distinct("firm_id")
    return {seal.firm_id: seal for seal in seals}


def days_are_chained(day: date, before: dict[int, Seal]) -> list[Break]:
    """Days are sealed in order, and what the last seal stands for must still be there."""
    found = []
    for firm in Seal.unscoped.filter(day__gt=day).values_list("firm_id", flat=True).distinct():
        found.append(Break("I11", firm, Sentence(gettext_noop("A later day has been sealed already."), {})))
    for firm, open_day in _days_left_open(day, before):
        msgid = gettext_noop("%(day)s has not been sealed; days are sealed in order.")
        found.append(Break("I11", firm, Sentence(msgid, {"day": open_day})))
    for firm, seal in before.items():
        now = kept(Night(seal.run_id, seal.day), [firm], "transfers")[firm]["transfers"]
        if now != seal.figures["transfers"]["digest"]:
            msgid = gettext_noop("The movements of %(day)s are not those that were sealed.")
            found.append(Break("I11", firm, Sentence(msgid, {"day": seal.day})))
    return found


def _days_left_open(day: date, before: dict[int, Seal]) -> list[tuple[int, date]]:
    """Firms with an earlier day that the nights have rolled up and that has no seal."""
    with cursor() as cur:
        cur.execute(
            """
            SELECT p.firm_id, min(d.day)
              FROM accounts_practice p
              JOIN fees_adviserdaily d ON d.practice_id = p.id
              LEFT JOIN unnest(%(firms)s::bigint[], %(days)s::date[]) s (firm_id, day) ON s.firm_id = p.firm_id
             WHERE p.level = 1 AND d.day < %(day)s AND (s.day IS NULL OR d.day > s.day)
             GROUP BY p.firm_id ORDER BY p.firm_id
            """,
            {"firms": list(before), "days": [seal.day for seal in before.values()], "day": day},
        )
        return cur.fetchall()


def _tell(day: date, firms: Iterable[int], found: list[Break]) -> None:
    """A pending item for every firm that is not sealed."""
    ask_firms(
        details={firm: {"breaks": [told(one) for one in found if one.firm_id in (firm, None)]} for firm in firms},
        kind=RequestKind.SEAL,
        status=RequestStatus.AWAITING_BROKER,
        title=REFUSED_TITLE,
        natural_key=_key(day),
        day=day,
    )


def _untell(day: date, firms: Sequence[int], at: datetime) -> None:
    finish_by_key(firms=firms, kind=RequestKind.SEAL, natural_key=_key(day), status=RequestStatus.APPROVED, at=at)


def _key(day: date) -> str:
    return f"seal:{day.isoformat()}"


def _problem(found: list[Break]) -> str:
    """The break report, for the run."""
    return "\n".join(f"{one.invariant} {one.check} firm {one.firm_id or '-'}: {english(one.sentence)}" for one in found)
