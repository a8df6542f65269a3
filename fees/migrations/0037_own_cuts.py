"""What the rolling cap left out of a fee is its payee's; what all payees took together is known as sums of windows."""

from django.db import migrations

from accounts.ground.access import rls

# Pages ask about accounts that they see.  A day's fees stand on the last of `firsts` that is not later.
PAID = f"""
CREATE FUNCTION fees_paid_since(the_accounts bigint[], firsts date[], the_day date, is_over boolean)
    RETURNS TABLE (account_id bigint, first date, amount numeric)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.account_id, firsts[width_bucket(t.day, firsts)],
           sum(CASE WHEN t.kind IN ('fee', 'invoice') THEN t.amount ELSE -t.amount END
               * CASE WHEN t.currency = a.base_currency THEN 1
                      ELSE coalesce(broker_rate(t.day, t.currency, a.base_currency), 0) END)
      FROM accounts_transfer t JOIN accounts_account a ON a.id = t.account_id
     WHERE t.account_id = ANY (the_accounts) AND t.day >= firsts[1] AND t.kind NOT IN ('sweep', 'borne')
       AND (t.day < the_day OR t.day = the_day AND (is_over OR t.kind = 'invoice'))
       AND (NOT app_is_page() OR {rls.sees(firm="a.firm_id", practice="a.practice_id", account="a.id")})
     GROUP BY 1, 2
$$;
REVOKE ALL ON FUNCTION fees_paid_since(bigint[], date[], date, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fees_paid_since(bigint[], date[], date, boolean)
    TO portal_web, portal_worker, portal_night, portal_office, portal_owner;
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0036_application_terms")]

    operations = [
        rls.narrow("fees_cut"),
        migrations.RunSQL(PAID, reverse_sql="DROP FUNCTION fees_paid_since(bigint[], date[], date, boolean)"),
    ]
