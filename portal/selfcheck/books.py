"""The books as a whole: every movement ever made, every charge, every seal."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounts.ground.ledger import checks as ledger
from accounts.ground.ledger.checks import Break, breaks
from accounts.ground.runs.models import Run, Seal
from fees.engine.inputs import sql_charge_fingerprint
from fees.posting.checks import Night, look
from fees.posting.contents import KEPT, kept
from fees.posting.models import Charge
from fees.posting.seal import seal_digest
from fees.proofs.actions import recompute_charge
from portal.lib.words import Sentence, gettext_noop

# Rows are many, so of older days and charges each is looked at once in so many days; the newest ones every time.
ROUND = 30
NEWEST_DAYS = 30
NEWEST_PROOFS = 200
IDS_AT_ONCE = 5000
# Movements and charges are few beside accruals: those of every sealed day are looked at every time.
ALWAYS = ("charges", "transfers")


@dataclass(frozen=True)
class Look:
    """How closely the books are looked at: `whole` takes everything, otherwise what is due on `today`."""

    today: date
    whole: bool = False

    def is_due(self, number: int) -> bool:
        return self.whole or number % ROUND == self.today.toordinal() % ROUND


def charges_keep_their_fingerprint() -> list[Break]:
    """I28: the columns of every charge still have the fingerprint that was taken of them."""
    fingerprint = sql_charge_fingerprint(
        account="a.number",
        payee="c.practice_id",
        **{name: f"c.{name}" for name in ("method", "starts", "ends", "currency", "exact", "amount", "inputs")},
    )
    return breaks(
        "I28",
        gettext_noop("%(count)s charges are not as they were written; the first is %(sample)s."),
        f"""
        SELECT c.firm_id, count(*), min(c.id::text)
          FROM fees_charge c JOIN accounts_account a ON a.id = c.account_id
         WHERE c.fingerprint <> {fingerprint} GROUP BY c.firm_id
        """,
    )


def the_ledger_is_the_charges() -> list[Break]:
    """I02: what clients were charged, what left their books and what reached their advisors is one sum."""
    return breaks(
        "I02",
        gettext_noop("%(count)s sums of charges, movements and advisors' shares differ; the first is %(sample)s."),
        """
        SELECT firm_id, count(*),
               min(practice_id || ' ' || currency || ': ' || charged || ', ' || moved || ', ' || swept)
          FROM (SELECT firm_id, practice_id, currency, sum(charged) AS charged, sum(moved) AS moved, sum(swept) AS swept
                  FROM (SELECT firm_id, practice_id, currency, amount - coalesce(forgone, 0) AS charged, 0 AS moved,
                               0 AS swept
                          FROM fees_charge WHERE state = 'posted'
                        UNION ALL
                        SELECT firm_id, practice_id, currency, amount, 0, 0 FROM fees_invoice WHERE state = 'processed'
                        UNION ALL
                        SELECT firm_id, practice_id, currency, 0,
                               CASE kind WHEN 'sweep' THEN 0 WHEN 'adjustment' THEN -amount ELSE amount END,
                               CASE kind WHEN 'sweep' THEN amount WHEN 'adjustment' THEN -amount ELSE 0 END
                          FROM accounts_transfer
                         WHERE kind IN ('fee', 'invoice', 'sweep', 'adjustment')) line
                 GROUP BY firm_id, practice_id, currency) total
         WHERE charged <> moved OR moved <> swept
         GROUP BY firm_id
        """,
    )


def the_ledger_is_the_reimbursements() -> list[Break]:
    """I05: what advisors gave back in all is what the books moved from them to clients."""
    return breaks(
        "I05",
        gettext_noop("%(count)s reimbursements and movements do not match; the first is %(sample)s."),
        """
        SELECT coalesce(r.firm_id, t.firm_id), count(*), min(coalesce(r.id, t.source)::text)
          FROM (SELECT * FROM fees_reimbursement WHERE state = 'processed') r
          FULL JOIN (SELECT * FROM accounts_transfer WHERE kind = 'reimburse') t ON t.source = r.id
         WHERE (r.account_id, r.practice_id, r.currency, r.amount, r.processed_on)
               IS DISTINCT FROM (t.account_id, t.practice_id, t.currency, t.amount, t.day)
         GROUP BY 1
        """,
    )


def seals_are_chained() -> list[Break]:
    """I11: every seal has the digest of what it says, and names the seal before it."""
    found, before = [], {}
    for seal in Seal.unscoped.order_by("firm_id", "day").iterator():
        if seal.previous != before.get(seal.firm_id, "") or seal.digest != seal_digest(seal):
            msgid = gettext_noop("The seal of %(day)s does not follow from its contents and the seal before it.")
            found.append(Break("I11", seal.firm_id, Sentence(msgid, {"day": seal.day})))
        before[seal.firm_id] = seal.digest
    return found


def sealed_days_are_as_they_were(how: Look) -> list[Break]:
    """I11: what was sealed still has the digest that was sealed; accruals of older days are looked at by turns."""
    found = []
    days = list(Seal.unscoped.order_by("-day").values_list("day", flat=True).distinct())
    for place, day in enumerate(days):
        names = KEPT if place < NEWEST_DAYS or how.is_due(day.toordinal()) else ALWAYS
        for run, seals in _seals_by_run(day).items():
            now = kept(Night(run, day), sorted(seals), *names)
            for firm, seal in seals.items():
                for name in names:
                    if name in seal.figures and now[firm][name] != seal.figures[name]["digest"]:
                        msgid = gettext_noop("The %(rows)s of %(day)s are not those that were sealed.")
                        found.append(Break("I11", firm, Sentence(msgid, {"rows": name, "day": day})))
    return found


def _seals_by_run(day: date) -> dict[int, dict[int, Seal]]:
    by_run: dict[int, dict[int, Seal]] = {}
    for seal in Seal.unscoped.filter(day=day):
        by_run.setdefault(seal.run_id, {})[seal.firm_id] = seal
    return by_run


def every_finished_night_is_sealed() -> list[Break]:
    """I11: a firm with figures for the day of a night that is done has a seal of it."""
    return breaks(
        "I11",
        gettext_noop("%(count)s finished nights have no seal; the first is that of %(sample)s."),
        """
        SELECT p.firm_id, count(*), min(r.day)::text
          FROM accounts_run r
          JOIN fees_adviserdaily d ON d.day = r.day
          JOIN accounts_practice p ON p.id = d.practice_id AND p.level = 1
         WHERE r.state = 'done'
           AND NOT EXISTS (SELECT 1 FROM accounts_seal s WHERE s.firm_id = p.firm_id AND s.day = r.day)
         GROUP BY p.firm_id
        """,
    )


def every_movement_belongs_to_a_night() -> list[Break]:
    """I11: money moves in the night of a day only, and stands under its seal once that night is done."""
    return breaks(
        "I11",
        gettext_noop("%(count)s movements belong to no night; the first is %(sample)s."),
        """
        SELECT t.firm_id, count(*), min(t.id::text)
          FROM accounts_transfer t LEFT JOIN accounts_run r ON r.day = t.day AND r.id = t.run_id
         WHERE r.id IS NULL
            OR r.state = 'done'
               AND NOT EXISTS (SELECT 1 FROM accounts_seal s WHERE s.firm_id = t.firm_id AND s.day = t.day)
         GROUP BY t.firm_id
        """,
    )


def what_was_written_off_was_tried() -> list[Break]:
    """I07: a charge is written off after the last of its tries only, unless the rolling cap left nothing for it, or it
    corrects a fee of which as much was dropped before."""
    return breaks(
        "I07",
        gettext_noop("%(count)s charges were written off without having been tried; the first is %(sample)s."),
        """
        SELECT c.firm_id, count(*), min(c.id::text)
          FROM fees_charge c
         WHERE c.state = 'written_off'
           AND CASE c.reason
               WHEN 'fee_cap' THEN NOT EXISTS (SELECT 1 FROM fees_cut k WHERE k.charge_id = c.id)
               WHEN 'not_taken' THEN c.amount > 0 AND NOT EXISTS (
                    SELECT 1 FROM fees_charge e
                     WHERE (e.account_id, e.practice_id, e.method, e.starts, e.currency)
                           = (c.account_id, c.practice_id, c.method, c.starts, c.currency)
                       AND e.revision < c.revision AND e.forgone < 0)
               ELSE c.reason = '' OR c.retry_until IS NULL
                    OR NOT EXISTS (SELECT 1 FROM accounts_run r WHERE r.day >= c.retry_until AND r.day >= c.due_on) END
         GROUP BY c.firm_id
        """,
    )


def the_last_night_holds() -> list[Break]:
    """Every invariant of the last sealed night."""
    run = Run.unscoped.filter(seals__isnull=False).order_by("-day").first()
    return look(Night(run.pk, run.day)) if run else []


def fees_work_out_again(how: Look) -> list[Break]:
    """I10: the engine comes to the same fees from what was known then; older ones are looked at by turns."""
    wrong: dict[int, str] = {}
    counts: Counter[int] = Counter()
    for charge in _charges_due(how):
        if not recompute_charge(charge).agrees:
            counts[charge.firm_id] += 1
            wrong.setdefault(charge.firm_id, str(charge.pk))
    msgid = gettext_noop("%(count)s of the charges do not work out again; the first is %(sample)s.")
    return [
        Break("I10", firm, Sentence(msgid, {"count": counts[firm], "sample": sample})) for firm, sample in wrong.items()
    ]


def _charges_due(how: Look) -> Iterator[Charge]:
    """The newest, then those of the rest whose turn it is; of all others only the ids are read, a batch at a time."""
    charges = Charge.unscoped.select_related("account").order_by("-created_at", "id")
    newest = list(charges[:NEWEST_PROOFS])
    yield from newest
    seen = {charge.pk for charge in newest}
    for ids in _batches_of_ids():
        yield from charges.filter(pk__in=[pk for pk in ids if pk not in seen and how.is_due(pk.int)])


def _batches_of_ids() -> Iterator[list[UUID]]:
    ids = Charge.unscoped.order_by("pk").values_list("pk", flat=True)
    batch = list(ids[:IDS_AT_ONCE])
    while batch:
        yield batch
        batch = list(ids.filter(pk__gt=batch[-1])[:IDS_AT_ONCE])


def every_account_hangs_below_its_own_master() -> list[Break]:
    """I30: an account below somebody else's master would be billed and seen by the wrong advisor."""
    return breaks(
        "I30",
        gettext_noop("%(count)s accounts hang below a master that is not theirs; the first is %(sample)s."),
        """
        SELECT a.firm_id, count(*), min(a.number)
          FROM accounts_account a JOIN accounts_account p ON p.id = a.parent_id
         WHERE a.firm_id <> p.firm_id OR a.kind NOT IN ('second_master', 'money_manager')
               AND a.practice_id <> p.practice_id
         GROUP BY a.firm_id
        """,
    )


def money_managers_are_paid_while_assigned() -> list[Break]:
    """I22: what an account pays to another advisor's practice is agreed with the money manager that it has."""
    return breaks(
        "I22",
        gettext_noop("%(count)s accounts pay a money manager that they do not have; the first is %(sample)s."),
        """
        SELECT a.firm_id, count(DISTINCT a.id), min(a.number)
          FROM fees_schedule s
          JOIN accounts_account a ON a.id = s.account_id
          JOIN accounts_account b ON b.practice_id = s.practice_id AND b.kind = 'money_manager'
         WHERE s.ends IS NULL
           AND NOT EXISTS (SELECT 1 FROM accounts_assignment m
                            WHERE m.account_id = a.id AND m.manager_id = b.id AND m.state = 'accepted')
         GROUP BY a.firm_id
        """,
    )


def _of_all_days(check: ledger.Check) -> Callable[[], list[Break]]:
    def ask() -> list[Break]:
        return check(None)

    ask.__name__, ask.__doc__ = check.__name__, check.__doc__
    return ask


CHECKS: tuple[Callable[[], list[Break]], ...] = (
    *(_of_all_days(check) for check in ledger.CHECKS),
    charges_keep_their_fingerprint,
    the_ledger_is_the_charges,
    the_ledger_is_the_reimbursements,
    what_was_written_off_was_tried,
    every_movement_belongs_to_a_night,
    every_finished_night_is_sealed,
    seals_are_chained,
    the_last_night_holds,
    every_account_hangs_below_its_own_master,
    money_managers_are_paid_while_assigned,
)
# Those that read rows one by one, and so by turns.
CHECKS_BY_TURNS: tuple[Callable[[Look], list[Break]], ...] = (sealed_days_are_as_they_were, fees_work_out_again)
