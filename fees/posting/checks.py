"""What must be true of a night before a firm's day is sealed.  Each check names the firms that break it.

Checks are set-based and look at one night.  They are asked twice: by the reconciliation, which reports, and again
inside the transaction that seals.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from accounts.broker.transmit import checks as transmit
from accounts.desk.mailboxes import checks as mailboxes
from accounts.ground.access.context import cursor
from accounts.ground.days.queries import calendar
from accounts.ground.ledger import checks as ledger
from accounts.ground.ledger.checks import Break, breaks, named
from accounts.ground.ledger.sets import LINES, WITH_BOOKS
from accounts.ground.runs.queries import sql_held_back
from fees.accrual.statements import ACCRUED, HOLDING, day_literal, in_force, open_on
from fees.adjustments import checks as adjustments
from fees.borne import checks as borne
from fees.engine.registry import ACCRUED_CODES
from fees.engine.timing import periods_closing_on
from fees.funds import checks as funds
from fees.groups import checks as groups
from fees.headroom import checks as headroom
from fees.invoicing import checks as invoicing
from fees.notices import checks as notices
from fees.posting import given
from fees.posting.due import sql_charges_due
from fees.reimbursements import checks as reimbursements
from fees.results import checks as results
from fees.trades import checks as trades
from portal.lib.fingerprint import sql_digest
from portal.lib.periods import Period
from portal.lib.words import Sentence, gettext_noop

# Below this many charges it is cheaper to fetch the lines of their accounts than those of everybody.
FEW = 1000


@dataclass(frozen=True)
class Night:
    """The run whose books are looked at."""

    run_id: int
    day: date


Check = Callable[[Night], list[Break]]


def every_line_agrees_with_the_engine(night: Night) -> list[Break]:
    """The engine has recomputed the day; an account it computes differently keeps its firm from being sealed."""
    return breaks(
        "I12",
        gettext_noop("%(count)s accounts were computed differently by the engine; the first is %(sample)s."),
        """
        SELECT a.firm_id, count(DISTINCT a.id), min(a.number)
          FROM accounts_hold h JOIN accounts_account a ON a.id = h.account_id
         WHERE h.day = %(day)s AND h.stage = 'check' AND h.resolved_at IS NULL
         GROUP BY a.firm_id
        """,
        day=night.day,
    )


def every_agreement_has_a_line_or_a_hold(night: Night) -> list[Break]:
    """I12: what is billable was billed, came to nothing, or is held with a reason."""
    return breaks(
        "I12",
        gettext_noop(
            "%(count)s agreements have neither a line of the day nor a hold; the first account is %(sample)s."
        ),
        f"""
        SELECT a.firm_id, count(*), min(a.number)
          FROM fees_runschedule s JOIN accounts_account a ON a.id = s.account_id
         WHERE s.method IN ({ACCRUED}) AND {in_force(night.day)} AND {open_on(night.day)} AND a.kind IN ({HOLDING})
           AND NOT EXISTS (SELECT 1 FROM fees_accrual l WHERE l.accrual_date = {day_literal(night.day)}
                           AND l.account_id = s.account_id AND l.component_id = s.component_id)
           AND NOT EXISTS (SELECT 1 FROM accounts_hold h WHERE h.day = {day_literal(night.day)}
                           AND h.account_id = s.account_id AND h.stage IN ('accrue', 'check')
                           AND h.resolved_at IS NULL)
         GROUP BY a.firm_id
        """,
    )


def every_line_has_an_agreement(night: Night) -> list[Break]:
    """No orphans: a line stands under a component that was in force, for an account that was open."""
    return breaks(
        "I12",
        gettext_noop("%(count)s lines of the day have no agreement; the first account is %(sample)s."),
        f"""
        SELECT a.firm_id, count(*), min(coalesce(a.number, l.account_id::text))
          FROM fees_accrual l LEFT JOIN accounts_account a ON a.id = l.account_id
         WHERE l.accrual_date = {day_literal(night.day)}
           AND NOT EXISTS (SELECT 1 FROM fees_runschedule s WHERE s.component_id = l.component_id
                           AND s.account_id = l.account_id AND s.method = l.method AND {in_force(night.day)})
         GROUP BY a.firm_id
        """,
    )


def totals_agree_with_the_second_computation(night: Night) -> list[Break]:
    """Control totals: the day's lines add up to what the engine computed chunk by chunk.

    A night that made up for held days has looked at whole days again, so its totals are of more than its own lines.
    """
    with cursor() as cur:
        cur.execute(
            f"""
            SELECT engine.rows, engine.total, line.rows, line.total
              FROM (SELECT coalesce(sum(c.rows), 0) AS rows, coalesce(sum(c.total), 0) AS total
                      FROM accounts_runchunk c JOIN accounts_runstage s ON s.id = c.stage_id
                     WHERE s.run_id = %(run)s AND s.name = 'check') engine,
                   (SELECT count(*) AS rows, coalesce(sum(amount), 0) AS total
                      FROM fees_accrual WHERE accrual_date = %(day)s AND run_id = %(run)s) line
             WHERE NOT EXISTS ({late_days(night)})
            """,
            {"run": night.run_id, "day": night.day},
        )
        rows, total, found_rows, found_total = cur.fetchone() or (0, 0, 0, 0)
    if (rows, total) == (found_rows, found_total):
        return []
    msgid = gettext_noop("The engine computed %(rows)s lines of %(total)s, but %(found)s of %(sum)s are stored.")
    params = {"rows": rows, "total": total, "found": found_rows, "sum": found_total}
    return [Break("I12", None, Sentence(msgid, params))]


def every_period_has_a_charge_or_a_hold(night: Night) -> list[Break]:
    """Whatever closes with the day was charged or its account is held."""
    found = []
    for period, codes in closing_periods(night).items():
        found += breaks(
            "I12",
            gettext_noop(
                "%(count)s periods that closed were neither charged nor held; the first account is %(sample)s."
            ),
            f"""
            SELECT due.firm_id, count(*), min(due.number)
              FROM ({sql_charges_due(night.day, period, codes)}) due
             WHERE NOT EXISTS (SELECT 1 FROM fees_charge f
                                WHERE f.account_id = due.account_id AND f.practice_id = due.practice_id
                                  AND f.method = due.method AND f.starts = %(starts)s)
               AND NOT EXISTS (SELECT 1 FROM accounts_hold h
                                WHERE h.account_id = due.account_id AND h.day >= %(starts)s AND h.day < %(ends)s
                                  AND h.resolved_at IS NULL
                                  AND (h.stage = 'close' OR h.stage IN ('accrue', 'check') AND h.day = %(day)s))
             GROUP BY due.firm_id
            """,
            starts=period.starts,
            ends=period.ends,
            day=night.day,
        )
    return found


def charges_are_the_sum_of_their_lines(night: Night) -> list[Break]:
    """A charge of an accruing method is what its account's lines of the period add up to."""
    with cursor() as cur:
        cur.execute(
            "SELECT starts, ends, array_agg(DISTINCT method), CASE WHEN count(*) < %s THEN array_agg(account_id) END"
            " FROM fees_charge WHERE run_id = %s AND method = ANY(%s) AND revision = 0"
            " GROUP BY starts, ends ORDER BY starts, ends",
            [FEW, night.run_id, list(ACCRUED_CODES)],
        )
        periods = cur.fetchall()
    found = []
    for starts, ends, codes, accounts in periods:
        found += breaks(
            "I28",
            gettext_noop("%(count)s charges are not the sum of their lines; the first is %(sample)s."),
            f"""
            SELECT c.firm_id, count(*), min(c.id::text)
              FROM fees_charge c
              LEFT JOIN (SELECT l.account_id, s.practice_id, l.method, sum(l.amount) AS total
                           FROM fees_accrual l JOIN fees_runschedule s ON s.component_id = l.component_id
                          WHERE l.accrual_date >= {day_literal(starts)} AND l.accrual_date < {day_literal(ends)}
                            AND l.method = ANY(%(codes)s)
                            AND (%(accounts)s::bigint[] IS NULL OR l.account_id = ANY(%(accounts)s))
                          GROUP BY l.account_id, s.practice_id, l.method) lines
                   USING (account_id, practice_id, method)
             WHERE c.run_id = %(run)s AND c.starts = %(starts)s AND c.ends = %(ends)s AND c.method = ANY(%(codes)s)
               AND c.revision = 0
               AND c.exact IS DISTINCT FROM lines.total
             GROUP BY c.firm_id
            """,
            run=night.run_id,
            starts=starts,
            ends=ends,
            accounts=accounts,
            codes=codes,
        )
    return found


def every_posted_charge_moved_once(night: Night) -> list[Break]:
    """I05: each charge posted on the day has one movement of its amount, and each fee movement has its charge."""
    return breaks(
        "I05",
        gettext_noop("%(count)s postings and charges do not match; the first is %(sample)s."),
        f"""
        SELECT firm_id, count(*), min(id::text)
          FROM (SELECT coalesce(c.firm_id, t.firm_id) AS firm_id, coalesce(c.id, t.source) AS id
                  FROM (SELECT c.* FROM fees_charge c
                         WHERE c.firm_id = ANY ({ledger.ALL_FIRMS}) AND c.posted_on = %(day)s) c
                  FULL JOIN (SELECT t.*, CASE t.kind WHEN 'fee' THEN t.amount ELSE -t.amount END AS charged
                               FROM accounts_transfer t
                              WHERE {ledger.of_day(night.day)} AND t.kind IN ('fee', 'adjustment')) t ON t.source = c.id
                 WHERE (c.firm_id, c.account_id, c.practice_id, c.currency, c.amount - coalesce(c.forgone, 0))
                       IS DISTINCT FROM (t.firm_id, t.account_id, t.practice_id, t.currency, t.charged)) mismatch
         GROUP BY firm_id
        """,
        day=night.day,
    )


def every_processed_invoice_moved_once(night: Night) -> list[Break]:
    """I05: each invoice processed on the day has one movement of its amount, and each such movement its invoice."""
    return breaks(
        "I05",
        gettext_noop("%(count)s invoices and movements do not match; the first is %(sample)s."),
        f"""
        SELECT firm_id, count(*), min(id::text)
          FROM (SELECT coalesce(i.firm_id, t.firm_id) AS firm_id, coalesce(i.id, t.source) AS id
                  FROM (SELECT i.* FROM fees_invoice i WHERE i.processed_on = %(day)s) i
                  FULL JOIN (SELECT t.* FROM accounts_transfer t
                              WHERE {ledger.of_day(night.day)} AND t.kind = 'invoice') t ON t.source = i.id
                 WHERE (i.firm_id, i.account_id, i.practice_id, i.currency, i.amount)
                       IS DISTINCT FROM (t.firm_id, t.account_id, t.practice_id, t.currency, t.amount)) mismatch
         GROUP BY firm_id
        """,
        day=night.day,
    )


def nothing_due_was_left(night: Night) -> list[Break]:
    """After the posting a charge that was due is posted, deferred, written off or zero, or its account held back."""
    return breaks(
        "I07",
        gettext_noop("%(count)s charges that were due have not been tried; the first is %(sample)s."),
        "SELECT firm_id, count(*), min(id::text) FROM fees_charge WHERE state = 'due' AND due_on <= %(day)s"
        f" AND account_id NOT IN ({sql_held_back(night.day)}) GROUP BY firm_id",
        day=night.day,
    )


def movements_are_as_they_were_posted(night: Night) -> list[Break]:
    """I11: the digest that each posting chunk stored is still the digest of its movements."""
    return breaks(
        "I11",
        gettext_noop("%(count)s chunks of movements differ from the digest stored with them; the first is %(sample)s."),
        f"""
        SELECT f.id, count(*), min(c.id::text)
          FROM accounts_runchunk c
          JOIN accounts_runstage s ON s.id = c.stage_id AND s.run_id = %(run)s AND s.name IN ('post', 'invoices')
          LEFT JOIN (SELECT t.chunk_id, {sql_digest(LINES)} AS digest, array_agg(DISTINCT t.firm_id) AS firms
                       FROM (SELECT t.* FROM accounts_transfer t
                              WHERE {ledger.of_day(night.day)}
                                AND t.kind IN ('fee', 'invoice', 'adjustment', 'draw')){WITH_BOOKS}
                      GROUP BY t.chunk_id) moved ON moved.chunk_id = c.id
          JOIN accounts_firm f ON moved.firms IS NULL OR f.id = ANY(moved.firms)
         WHERE c.digest <> coalesce(moved.digest, {sql_digest("''")}) AND c.digest <> ''
         GROUP BY f.id
        """,
        run=night.run_id,
    )


def fees_keep_below_the_cap(night: Night) -> list[Break]:
    """I32: what the rolling cap let through, and what it cut, is what the engine makes of the account's rows."""
    return headroom.fees_keep_below_the_cap(night.run_id, night.day)


def draws_are_what_masters_lacked(night: Night) -> list[Break]:
    """I34: what subs of STL groups handed to their masters is what the engine makes of their cash."""
    return groups.draws_are_what_masters_lacked(night.run_id, night.day)


def every_broker_charge_was_decided(night: Night) -> list[Break]:
    """I12: each charge of the broker that an advisor offered to pay has its payer."""
    return borne.every_broker_charge_was_decided(night.run_id, night.day)


def _of_the_day(check: Callable[[date], list[Break]]) -> Check:
    def look(night: Night) -> list[Break]:
        return check(night.day)

    look.__name__ = check.__name__  # type: ignore[attr-defined]
    look.__doc__ = check.__doc__
    return look


def results_stand_behind_their_charges(night: Night) -> list[Break]:
    """I28: every fee on profit says what its result says."""
    return results.results_stand_behind_their_charges(night.run_id)


def carried_losses_follow_from_results(night: Night) -> list[Break]:
    """I16: carried losses are replayed from the first result on."""
    return results.carried_losses_follow_from_results(night.run_id)


def fund_fees_come_out_again(night: Night) -> list[Break]:
    """I33: a fee on investments is what the engine makes of what was known of them."""
    return funds.fund_fees_come_out_again(night.run_id)


def adjustments_make_their_fees_right(night: Night) -> list[Break]:
    """I29: a charge and its adjustments together are what the engine makes of the period."""
    return adjustments.adjustments_make_their_fees_right(night.run_id)


def charges_are_the_sum_of_their_trades(night: Night) -> list[Break]:
    """I28: a charge on trades is what its executions add up to, and what the engine makes of them."""
    return trades.charges_are_the_sum_of_their_trades(night.run_id)


def every_execution_was_charged(night: Night) -> list[Break]:
    """I12: each execution of the day under a schedule has its row."""
    return trades.every_execution_was_charged(night.run_id, night.day)


CHECKS: tuple[Check, ...] = (
    *(_of_the_day(check) for check in ledger.CHECKS),
    every_line_agrees_with_the_engine,
    every_agreement_has_a_line_or_a_hold,
    every_line_has_an_agreement,
    totals_agree_with_the_second_computation,
    every_period_has_a_charge_or_a_hold,
    charges_are_the_sum_of_their_lines,
    results_stand_behind_their_charges,
    carried_losses_follow_from_results,
    fund_fees_come_out_again,
    adjustments_make_their_fees_right,
    charges_are_the_sum_of_their_trades,
    every_execution_was_charged,
    every_posted_charge_moved_once,
    fees_keep_below_the_cap,
    draws_are_what_masters_lacked,
    every_processed_invoice_moved_once,
    _of_the_day(invoicing.invoices_stay_within_their_limits),
    _of_the_day(invoicing.invoices_count_for_their_business_day),
    _of_the_day(reimbursements.every_processed_reimbursement_moved_once),
    _of_the_day(reimbursements.no_more_than_half_went_back),
    _of_the_day(notices.notices_say_what_was_charged),
    every_broker_charge_was_decided,
    _of_the_day(borne.every_borne_charge_moved_once),
    _of_the_day(borne.broker_charges_are_paid_by_whom_they_should),
    _of_the_day(borne.allocation_minimums_come_out_again),
    _of_the_day(mailboxes.every_mailbox_charge_moved_once),
    _of_the_day(mailboxes.every_charge_written_off_was_rejected),
    _of_the_day(mailboxes.mailbox_charges_come_out_again),
    nothing_due_was_left,
    movements_are_as_they_were_posted,
    _of_the_day(transmit.every_movement_is_instructed_once),
    _of_the_day(transmit.every_reversal_takes_back_what_was_rejected),
    _of_the_day(given.no_more_goes_back_than_was_taken),
    _of_the_day(transmit.instruction_files_are_as_they_were_written),
)


def look(night: Night) -> list[Break]:
    """Every break of the night, all checks asked."""
    return [found for check in CHECKS for found in named(check, check(night))]


def closing_periods(night: Night) -> dict[Period, list[int]]:
    """The periods that close with the night, each with its methods."""
    grouped: dict[Period, list[int]] = {}
    for code, period in periods_closing_on(calendar(), night.day).items():
        grouped.setdefault(period, []).append(code)
    return grouped


def late_days(night: Night) -> str:
    """A query: the earlier days for which this run wrote lines, because they had been held."""
    return (
        f"SELECT DISTINCT h.day FROM accounts_hold h WHERE h.stage = 'accrue' AND h.day < {day_literal(night.day)}"
        " AND h.resolved_at IS NOT NULL AND EXISTS (SELECT 1 FROM fees_accrual l"
        f" WHERE l.accrual_date = h.day AND l.account_id = h.account_id AND l.run_id = {night.run_id})"
    )
