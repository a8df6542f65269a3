"""Who is written to about what a client values is told to the account's own practice and to its owner alone."""

from django.db import migrations

PEOPLE = """
CREATE OR REPLACE FUNCTION tools_people_of_impact(the_account bigint, the_side text, the_asker bigint)
    RETURNS TABLE (user_id bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM accounts_account a
      JOIN accounts_seat s ON s.is_active AND s.firm_id = a.firm_id AND CASE the_side
           WHEN 'practice' THEN s.role IN ('top', 'second') AND s.practice_id = a.practice_id
                AND (s.standing = 'primary' OR s.user_id = the_asker)
           WHEN 'owner' THEN s.role = 'client' AND EXISTS (
                SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id
                   AND r.may_sign)
           ELSE false END
     WHERE a.id = the_account AND a.firm_id = app_firm()
       AND (a.practice_id = app_practice() OR a.id = ANY (app_accounts()))
     ORDER BY s.user_id
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("tools", "0004_reminders_of_distributions")]

    operations = [migrations.RunSQL(PEOPLE, reverse_sql=migrations.RunSQL.noop)]
