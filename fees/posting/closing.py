"""SQL that makes charges of a period that closes, set-based: from accruals, or from the closing value.

Both ways end in a relation `closed` (account, payee, method, exact, inputs, days found and wanted, problem), which
`charge` turns into charges and holds.  Days and ranges are literals, as in fees.accrual.statements.  Every relation
says its range itself: a join by the account alone reads all of them once for each chunk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from fees.accrual.statements import HOLDING, among, array, day_literal
from fees.engine import inputs, sql
from fees.engine.registry import ACCRUED_CODES, FUND_CODES, PERIOD_END_CODES, PROFIT_CODES
from fees.posting.keys import sql_charge_id
from portal.lib.fingerprint import sql_digest
from portal.lib.periods import Period

ONE_DAY = timedelta(days=1)
FINGERPRINTS = "coalesce(string_agg(id::text || ' ' || fingerprint, E'\\n' ORDER BY id), '')"


@dataclass(frozen=True, kw_only=True)
class Closing:
    """Accounts lo <= id < hi whose `period` of these methods closes with business day `day`, written by a run.

    `night` is the run's own day: later than `day` when the accounts were held then.  `days` are the period's business
    days.  `due_on` is when its charges post, `results_due_on` when those on profit do.  `closed_accounts` takes the
    accounts that were closed inside the period by `day`, instead of all others.  `only` narrows it to some of
    them; `doubted` accounts, which the engine computes differently, are held.  `without` are left for a later night.
    """

    run_id: int
    night: date
    day: date
    period: Period
    methods: Sequence[int]
    days: Sequence[date]
    due_on: date
    results_due_on: date
    lo: int
    hi: int
    closed_accounts: bool = False
    only: Sequence[int] | None = None
    doubted: Sequence[int] = ()
    without: Sequence[int] = ()

    def accrued(self) -> "Closing":
        return replace(self, methods=[code for code in self.methods if code in ACCRUED_CODES])

    def at_period_end(self) -> "Closing":
        return replace(self, methods=[code for code in self.methods if code in PERIOD_END_CODES])

    def results(self) -> "Closing":
        """The fees on profit, which post later than others."""
        methods = [code for code in self.methods if code in PROFIT_CODES]
        return replace(self, methods=methods, due_on=self.results_due_on)

    def funds(self) -> "Closing":
        return replace(self, methods=[code for code in self.methods if code in FUND_CODES])

    def doubting(self, accounts: Iterable[int]) -> "Closing":
        return replace(self, doubted=tuple(sorted(accounts)))


def from_accruals(closing: Closing) -> str:
    """What the accruals come to, beside the days that were agreed: a day more or less holds the account."""
    starts, ends = _period(closing)
    return f"""
    agreed AS (
        SELECT s.account_id, s.practice_id, s.method, sum({_enabled_days(closing)}) AS days
          FROM fees_runschedule s JOIN accounts_account a ON a.id = s.account_id
         WHERE {agreed(closing)}
         GROUP BY s.account_id, s.practice_id, s.method
    ), accrued AS (
        SELECT s.account_id, s.practice_id, s.method, count(*) AS days, sum(a.amount) AS exact,
               {inputs.sql_accrued_inputs(component="a.component_id")} AS inputs
          FROM fees_accrual a JOIN fees_runschedule s ON s.component_id = a.component_id
         WHERE a.accrual_date >= {starts} AND a.accrual_date < {ends} AND a.method IN ({_codes(closing)})
           AND {within(closing, "a.account_id")} AND {within(closing, "s.account_id")}
         GROUP BY s.account_id, s.practice_id, s.method
    ), closed AS (
        SELECT f.*, CASE WHEN f.found <> f.wanted THEN 'missing_days' END AS problem
          FROM (SELECT account_id, practice_id, method, accrued.exact, accrued.inputs,
                       coalesce(accrued.days, 0) AS found, coalesce(agreed.days, 0) AS wanted
                  FROM agreed FULL JOIN accrued USING (account_id, practice_id, method)) f
          JOIN accounts_account a ON a.id = f.account_id AND {within(closing, "a.id")} AND {_whose(closing)}
         WHERE f.found + f.wanted > 0
    )"""


def from_closing_value(closing: Closing) -> str:
    """What the closing value makes of every stretch of the period on which the method was agreed."""
    applied = inputs.sql_period_end_inputs(component="s.component_id", rate=sql.RATE, days="s.days")
    return f"""
    s AS (
        SELECT * FROM (SELECT s.*, {_enabled_days(closing)} AS days
                         FROM fees_runschedule s JOIN accounts_account a ON a.id = s.account_id
                        WHERE {agreed(closing)}) AS stretch
         WHERE days > 0
    ), n AS ({_carried_value(closing) if closing.closed_accounts else _value_of_the_day(closing)}
    ), closed AS (
        SELECT s.account_id, s.practice_id, s.method, {sql.period_end_exact("s.days")} AS exact, {applied} AS inputs,
               count(n.nlv) AS found, count(*) AS wanted, CASE WHEN count(n.nlv) = 0 THEN 'no_nav' END AS problem
          FROM s LEFT JOIN n ON n.account_id = s.account_id
         GROUP BY s.account_id, s.practice_id, s.method
    )"""


def computed(closing: Closing) -> str:
    """The period-end charges as they would be written, for the engine to recompute first."""
    return f"WITH {from_closing_value(closing)} SELECT account_id, practice_id, method, exact, inputs FROM closed" + (
        " WHERE problem IS NULL ORDER BY account_id, practice_id, method"
    )


def charge(closing: Closing, closed: str) -> str:
    """One statement that writes charges; answers their count, sum and digest, and who must be held and why."""
    starts, ends = _period(closing)
    ends_with_account = f"least({ends}, a.closed_on)" if closing.closed_accounts else ends
    last_day = _last_day_open(closing) if closing.closed_accounts else day_literal(closing.day)
    return f"""
    WITH {closed}, doubted AS (
        SELECT account_id FROM accounts_hold
         WHERE stage = 'check' AND resolved_at IS NULL AND {within(closing, "account_id")}
           AND (day >= {starts} AND day < {ends} OR day = {day_literal(closing.night)} AND reason LIKE 'line_%')
         UNION SELECT unnest({array(closing.doubted)})
    ), judged AS (
        SELECT closed.*, coalesce(problem, CASE WHEN doubted.account_id IS NOT NULL THEN 'check_differs' END) AS stop
          FROM closed LEFT JOIN doubted USING (account_id)
    ), p AS (
        SELECT c.account_id, c.practice_id, c.method, c.exact, c.inputs, a.firm_id, a.number AS account,
               c.practice_id AS payee, a.base_currency AS currency,
               {sql.round_money("c.exact", "a.base_currency")} AS amount,
               {starts} AS starts, {ends_with_account} AS ends, {last_day} AS last_day
          FROM judged c JOIN accounts_account a ON a.id = c.account_id AND {within(closing, "a.id")}
         WHERE c.stop IS NULL
    ), charged AS (
        INSERT INTO fees_charge (id, firm_id, account_id, practice_id, method, starts, ends, period_end_day, currency,
                                 exact, amount, state, reason, due_on, inputs, fingerprint, run_id, revision)
        SELECT {sql_charge_id("p")}, firm_id, account_id, practice_id, method, starts, ends, last_day, currency,
               exact, amount, CASE WHEN amount = 0 THEN 'zero' ELSE 'due' END,
               CASE WHEN amount > 0 THEN '' WHEN exact = 0 THEN 'no_value' ELSE 'below_unit' END,
               {day_literal(closing.due_on)}, inputs, {inputs.sql_charge_fingerprint()}, {closing.run_id}, 0
          FROM p
        ON CONFLICT DO NOTHING
        RETURNING id, exact, fingerprint
    ), kept_out AS (
        SELECT DISTINCT ON (account_id) account_id, stop,
               found || ' of ' || wanted || ' days, method ' || method AS detail
          FROM (SELECT account_id, practice_id, method, stop, found, wanted FROM judged WHERE stop IS NOT NULL
                UNION ALL SELECT account_id, NULL, {closing.methods[0]}, 'check_differs', 0, 0
                            FROM unnest({array(closing.doubted)}) AS only_the_engine (account_id)
                           WHERE account_id NOT IN (SELECT account_id FROM closed)) AS stopped
         WHERE true{_already_held(closing)} ORDER BY account_id, practice_id, method
    )
    SELECT count(*), coalesce(sum(exact), 0), {sql_digest(FINGERPRINTS)},
           (SELECT coalesce(jsonb_agg(jsonb_build_array(account_id, stop, detail) ORDER BY account_id), '[]')
              FROM kept_out)
      FROM charged
    """


def _already_held(closing: Closing) -> str:
    """A single day whose value is missing waits already for its statement, and is closed when that is accrued."""
    if closing.period.ends - closing.period.starts > ONE_DAY:
        return ""
    return (
        " AND account_id NOT IN (SELECT account_id FROM accounts_hold WHERE stage = 'accrue' AND resolved_at IS NULL"
        f" AND day = {day_literal(closing.day)} AND {within(closing, 'account_id')})"
    )


def _enabled_days(closing: Closing) -> str:
    """Business days of the period on which a component applied to an account that was open.

    `width_bucket` counts the period's business days up to a date by binary search.
    """
    starts, ends = _period(closing)
    days = array(closing.days)
    last = f"width_bucket(least({ends}, s.ends, a.closed_on) - 1, {days})"
    before = f"width_bucket(greatest({starts}, s.starts, a.opened_on) - 1, {days})"
    return f"greatest(0, {last} - {before})"


def agreed(closing: Closing) -> str:
    starts, ends = _period(closing)
    return (
        f"{within(closing, 's.account_id')} AND {within(closing, 'a.id')} AND s.method IN ({_codes(closing)})"
        f" AND s.starts < {ends} AND (s.ends IS NULL OR s.ends > {starts})"
        f" AND a.kind IN ({HOLDING}) AND a.opened_on < {ends} AND {_whose(closing)}"
    )


def _whose(closing: Closing) -> str:
    day = day_literal(closing.day)
    if closing.closed_accounts:
        return f"a.closed_on > {day_literal(closing.period.starts)} AND a.closed_on <= {day}"
    return f"(a.closed_on IS NULL OR a.closed_on > {day})"


def within(closing: Closing, account: str) -> str:
    left_out = f" AND {account} <> ALL ({array(closing.without)})" if closing.without else ""
    return among(account, closing.lo, closing.hi, closing.only) + left_out


def _value_of_the_day(closing: Closing) -> str:
    return f"""
        SELECT n.account_id, n.nav_date, n.nlv FROM fees_base n
         WHERE n.nav_date = {day_literal(closing.day)} AND {within(closing, "n.account_id")}"""


def _carried_value(closing: Closing) -> str:
    """An account that was closed is charged on its last positive value, unless the money was withdrawn first."""
    known = f"n.account_id = a.id AND n.nav_date >= {day_literal(closing.period.starts)} AND n.nav_date <= a.closed_on"
    return f"""
        SELECT a.id AS account_id, {_last_day_open(closing)} AS nav_date,
               CASE WHEN last.nlv IS NULL OR later.flow < 0 THEN 0 ELSE last.nlv END AS nlv
          FROM accounts_account a
          LEFT JOIN LATERAL (SELECT n.nav_date, n.nlv FROM fees_base n WHERE {known} AND n.nlv > 0
                              ORDER BY n.nav_date DESC LIMIT 1) last ON true
          LEFT JOIN LATERAL (SELECT sum(n.flow) AS flow FROM fees_base n
                              WHERE {known} AND n.nav_date > last.nav_date) later ON true
         WHERE {within(closing, "a.id")} AND {_whose(closing)}
           AND EXISTS (SELECT 1 FROM fees_base n WHERE {known})"""


def _last_day_open(closing: Closing) -> str:
    days = array(closing.days)
    return f"({days})[width_bucket(least({day_literal(closing.period.ends)}, a.closed_on) - 1, {days})]"


def _period(closing: Closing) -> tuple[str, str]:
    return day_literal(closing.period.starts), day_literal(closing.period.ends)


def _codes(closing: Closing) -> str:
    return ", ".join(str(code) for code in closing.methods)
