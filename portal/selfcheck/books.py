"""The books as a whole: every movement ever made, every charge, every seal."""

from collections.abc import Callable

from accounts.ground.ledger import checks as ledger
from accounts.ground.ledger.checks import Break, breaks
from accounts.ground.runs.models import Run, Seal
from fees.engine.inputs import sql_charge_fingerprint
from fees.posting.checks import Night, look
from fees.posting.contents import kept
from fees.posting.models import Charge
from fees.posting.seal import seal_digest
from fees.proofs.actions import recompute_charge
from portal.lib.words import Sentence, gettext_noop

# Looked at row by row: the days of so many seals a firm, and so many of the latest charges.
DAYS_AGAIN = 30
PROOFS_AGAIN = 200


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
                  FROM (SELECT firm_id, practice_id, currency, amount AS charged, 0 AS moved, 0 AS swept
                          FROM fees_charge WHERE state = 'posted'
                        UNION ALL
                        SELECT firm_id, practice_id, currency, 0, CASE kind WHEN 'fee' THEN amount ELSE 0 END,
                               CASE kind WHEN 'sweep' THEN amount ELSE 0 END
                          FROM accounts_transfer WHERE kind IN ('fee', 'sweep')) line
                 GROUP BY firm_id, practice_id, currency) total
         WHERE charged <> moved OR moved <> swept
         GROUP BY firm_id
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


def sealed_days_are_as_they_were() -> list[Break]:
    """I11: the rows of the latest sealed days still have the digests that were sealed."""
    found = []
    days = list(Seal.unscoped.order_by("-day").values_list("day", flat=True).distinct()[:DAYS_AGAIN])
    for day in days:
        seals = {seal.firm_id: seal for seal in Seal.unscoped.filter(day=day)}
        now = kept(Night(next(iter(seals.values())).run_id, day), sorted(seals))
        for firm, seal in seals.items():
            for name, digest in now[firm].items():
                if digest != seal.figures[name]["digest"]:
                    msgid = gettext_noop("The %(rows)s of %(day)s are not those that were sealed.")
                    found.append(Break("I11", firm, Sentence(msgid, {"rows": name, "day": day})))
    return found


def the_last_night_holds() -> list[Break]:
    """Every invariant of the last sealed night."""
    run = Run.unscoped.filter(seals__isnull=False).order_by("-day").first()
    return look(Night(run.pk, run.day)) if run else []


def the_latest_fees_work_out_again() -> list[Break]:
    """I10: the engine comes to the same fees from what was known then."""
    wrong: dict[int, list[str]] = {}
    for charge in Charge.unscoped.select_related("account").order_by("-created_at", "id")[:PROOFS_AGAIN]:
        if not recompute_charge(charge).agrees:
            wrong.setdefault(charge.firm_id, []).append(str(charge.pk))
    msgid = gettext_noop("%(count)s of the latest charges do not work out again; the first is %(sample)s.")
    return [Break("I10", firm, Sentence(msgid, {"count": len(ids), "sample": ids[0]})) for firm, ids in wrong.items()]


def every_account_hangs_below_its_own_master() -> list[Break]:
    """I30: an account below somebody else's master would be billed and seen by the wrong advisor."""
    return breaks(
        "I30",
        gettext_noop("%(count)s accounts hang below a master that is not theirs; the first is %(sample)s."),
        """
        SELECT a.firm_id, count(*), min(a.number)
          FROM accounts_account a JOIN accounts_account p ON p.id = a.parent_id
         WHERE a.firm_id <> p.firm_id OR a.kind <> 'second_master' AND a.practice_id <> p.practice_id
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
    seals_are_chained,
    sealed_days_are_as_they_were,
    the_last_night_holds,
    the_latest_fees_work_out_again,
    every_account_hangs_below_its_own_master,
)
