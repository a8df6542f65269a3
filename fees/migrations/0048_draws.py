"""What a sub hands to its STL master is no fee that was given back."""

from django.db import migrations

from accounts.ground.access import rls


def paid(besides: str) -> str:
    """The fees of accounts since some days; kinds `besides` those are left out."""
    return f"""
CREATE OR REPLACE FUNCTION fees_paid_since(the_accounts bigint[], firsts date[], the_day date, is_over boolean)
    RETURNS TABLE (account_id bigint, first date, amount numeric)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.account_id, firsts[width_bucket(t.day, firsts)],
           sum(CASE WHEN t.kind IN ('fee', 'invoice') THEN t.amount ELSE -t.amount END
               * CASE WHEN t.currency = a.base_currency THEN 1
                      ELSE coalesce(broker_rate(t.day, t.currency, a.base_currency), 0) END)
      FROM accounts_transfer t JOIN accounts_account a ON a.id = t.account_id
     WHERE t.account_id = ANY (the_accounts) AND t.day >= firsts[1] AND t.kind NOT IN ({besides})
       AND (t.day < the_day OR t.day = the_day AND (is_over OR t.kind = 'invoice'))
       AND (NOT app_is_page() OR {rls.sees(firm="a.firm_id", practice="a.practice_id", account="a.id")})
     GROUP BY 1, 2
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0047_stl_base"), ("accounts", "0048_draws")]

    operations = [
        migrations.RunSQL(
            paid("'sweep', 'borne', 'borne_back', 'draw'"), reverse_sql=paid("'sweep', 'borne', 'borne_back'")
        ),
    ]
