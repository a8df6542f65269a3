"""A practice's own choices about allocation minimums; what advisors have back of the broker's charges is no fee."""

from django.db import migrations

from accounts.ground.access import rls

OWN = (
    "((SELECT app_role()) IN ('top', 'second') AND firm_id = (SELECT app_firm())"
    " AND practice_id = (SELECT app_practice()) AND (SELECT app_reach()) IN ('firm', 'practice'))"
)
CHOSEN = f"({OWN} AND chosen_by_id = (SELECT app_user()) AND {rls.at_home('fees_minimumchoice')})"


def paid(inside: str) -> str:
    """Pages ask about accounts that they see.  A day's fees stand on the last of `firsts` that is not later."""
    return f"""
CREATE OR REPLACE FUNCTION fees_paid_since(the_accounts bigint[], firsts date[], the_day date, is_over boolean)
    RETURNS TABLE (account_id bigint, first date, amount numeric)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.account_id, firsts[width_bucket(t.day, firsts)],
           sum(CASE WHEN t.kind IN ('fee', 'invoice') THEN t.amount ELSE -t.amount END
               * CASE WHEN t.currency = a.base_currency THEN 1
                      ELSE coalesce(broker_rate(t.day, t.currency, a.base_currency), 0) END)
      FROM accounts_transfer t JOIN accounts_account a ON a.id = t.account_id
     WHERE t.account_id = ANY (the_accounts) AND t.day >= firsts[1] AND t.kind NOT IN ({inside})
       AND (t.day < the_day OR t.day = the_day AND (is_over OR t.kind = 'invoice'))
       AND (NOT app_is_page() OR {rls.sees(firm="a.firm_id", practice="a.practice_id", account="a.id")})
     GROUP BY 1, 2
$$"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0045_allocation_minimums")]

    operations = [
        rls.tie("fees_minimumchoice", "firm_id, practice_id", "accounts_practice", "firm_id, id", "minimumchoice_home"),
        rls.tie("fees_minimumchoice", "firm_id, account_id", "accounts_account", "firm_id, id", "minimumchoice_client"),
        rls.secure("fees_minimumchoice", read=OWN, write=CHOSEN, web="SELECT, INSERT", worker="SELECT", night="SELECT"),
        rls.append_only("fees_minimumchoice"),
        rls.trailed("fees_minimumchoice", "plan", "payer", "starts"),
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE fees_minimumchoice_id_seq TO portal_web", reverse_sql=migrations.RunSQL.noop
        ),
        migrations.RunSQL(paid("'sweep', 'borne', 'borne_back'"), reverse_sql=paid("'sweep', 'borne'")),
    ]
