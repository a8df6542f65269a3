"""What a sub hands to its STL master is pending until the next statement of either account, which shows it or shows that
it did not happen: transfers inside a group are immediate, and no line of a statement names them."""

from django.db import migrations

from accounts.broker.funds import sql_setup
from accounts.ground.access.rls import anew

AVAILABLE_CASH = """
CREATE OR REPLACE FUNCTION broker_available_cash(lo bigint, hi bigint, the_day date, code text)
    RETURNS TABLE (account_id bigint, currency text, as_of date, settled numeric, pending numeric)
    LANGUAGE sql STABLE AS $$
    SELECT a.id, coalesce(code, a.base_currency)::text, b.day,
           coalesce(one.settled, CASE WHEN NOT b.by_currency AND coalesce(code, a.base_currency) = a.base_currency
                                      THEN total.settled END, 0),
           coalesce(moved.pending, 0)
      FROM accounts_account a
     CROSS JOIN LATERAL (
           SELECT latest.day, EXISTS (SELECT 1 FROM broker_cashbalance x WHERE x.account_id = a.id
                                         AND x.day = latest.day AND NOT x.is_total) AS by_currency
             FROM (SELECT max(c.day) AS day FROM broker_cashbalance c
                    WHERE c.account_id = a.id AND c.day <= the_day) latest
            WHERE latest.day IS NOT NULL) b
      LEFT JOIN broker_cashbalance one ON one.account_id = a.id AND one.day = b.day AND NOT one.is_total
           AND one.currency = coalesce(code, a.base_currency)
      LEFT JOIN broker_cashbalance total ON total.account_id = a.id AND total.day = b.day AND total.is_total
           AND total.currency = a.base_currency
      LEFT JOIN LATERAL (
           SELECT sum(CASE WHEN t.credit_id = k.id THEN t.amount ELSE -t.amount END) AS pending
             FROM accounts_book k JOIN accounts_transfer t ON t.debit_id = k.id OR t.credit_id = k.id
            WHERE k.account_id = a.id AND k.kind = 'client' AND k.currency = coalesce(code, a.base_currency)
              AND t.day <= the_day AND NOT (t.kind = 'draw' AND t.day < b.day)
              AND NOT EXISTS (SELECT 1 FROM broker_retirement r
                               WHERE r.transfer_id = t.id AND r.seen_on <= b.day)) moved ON true
     WHERE a.id >= lo AND a.id < hi
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("broker", "0023_exchanges_of_trades"), ("accounts", "0048_draws")]

    operations = [
        migrations.RunSQL(
            AVAILABLE_CASH,
            reverse_sql=anew(sql_setup.AVAILABLE_CASH),
        )
    ]
