"""What other payees of an account have agreed, in two answers without a figure: a payee reads its own terms alone."""

from django.db import migrations

from accounts.ground.access import rls

_SEEN = rls.sees(firm="a.firm_id", practice="a.practice_id", account="a.id")
BESIDE = f"""
CREATE FUNCTION fees_beside(the_account bigint, the_practice bigint, the_day date)
    RETURNS TABLE (bears_commissions boolean, has_all_in_price boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(bool_or(s.commissions_to_master), false),
           coalesce(bool_or(EXISTS (
               SELECT 1 FROM fees_component c
                WHERE c.schedule_id = s.id
                  AND jsonb_path_exists(c.terms, '$.**.kind ? (@ == "absolute_amount")'))), false)
      FROM fees_schedule s
      JOIN accounts_account a ON a.id = s.account_id
     WHERE s.account_id = the_account AND s.practice_id <> the_practice
       AND (s.ends IS NULL OR s.ends > the_day AND s.ends > s.starts)
       AND (NOT app_is_page() OR {_SEEN} OR a.id = ANY ((SELECT app_payee_accounts())::bigint[]))
$$;
REVOKE ALL ON FUNCTION fees_beside(bigint, bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fees_beside(bigint, bigint, date) TO portal_web, portal_worker, portal_office, portal_night;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0052_payees_by_account"), ("fees", "0054_returned_papers")]

    operations = [
        migrations.RunSQL(BESIDE, reverse_sql="DROP FUNCTION fees_beside(bigint, bigint, date)"),
    ]
