"""What is due to be charged when a period closes, as SQL, read from what was agreed."""

from collections.abc import Callable, Sequence
from datetime import date

from accounts.ground.days.queries import calendar
from fees.accrual.statements import HOLDING, day_literal, one_of
from portal.lib.periods import Period


def sql_charges_due(
    day: date, period: Period, codes: Sequence[int], *, within: Callable[[str], str] | None = None
) -> str:
    """Accounts, payees and methods with an agreed business day in a period that closes with `day`; `within` says
    whether a column of account numbers is in a range.

    Read from what was agreed, not from the flattened rows that the closing joins.
    """
    days = "ARRAY[" + ", ".join(f"'{one}'" for one in calendar().between(*period)) + "]::date[]"
    last = f"width_bucket(least({day_literal(period.ends)}, s.ends, a.closed_on) - 1, {days})"
    before = f"width_bucket(greatest({day_literal(period.starts)}, s.starts, a.opened_on) - 1, {days})"
    narrowed = ""
    if within is not None:
        versions = f"SELECT i.id FROM fees_schedule i WHERE {within('i.account_id')}"
        narrowed = f" AND {within('a.id')} AND {within('s.account_id')} AND {one_of('c.schedule_id', versions)}"
    return f"""
        SELECT DISTINCT a.firm_id, a.number, a.base_currency AS currency, s.account_id, s.practice_id, c.method
          FROM fees_schedule s
          JOIN fees_component c ON c.schedule_id = s.id
          JOIN accounts_account a ON a.id = s.account_id
         WHERE s.strategy = 'automatic' AND c.method IN ({", ".join(map(str, codes))}) AND a.kind IN ({HOLDING})
           AND s.starts < {day_literal(period.ends)} AND (s.ends IS NULL OR s.ends > {day_literal(period.starts)})
           AND a.opened_on IS NOT NULL AND {last} > {before}{narrowed}"""
