"""Whether the payee of a proposal may charge residents of the United States for futures, for whoever signs it."""

from django.db import migrations

from accounts.ground.access import rls

# A second level's client pays the top level without ever seeing its row.
REGISTERED = f"""
CREATE FUNCTION fees_payee_is_registered(the_proposal uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((
        SELECT r.is_commodity_registered
          FROM fees_proposal p
          JOIN accounts_practice r ON r.id = p.practice_id
          JOIN accounts_account a ON a.id = p.account_id
         WHERE p.id = the_proposal
           AND {rls.sees(firm="a.firm_id", practice="a.practice_id", account="a.id")}), false)
$$;
REVOKE ALL ON FUNCTION fees_payee_is_registered(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fees_payee_is_registered(uuid) TO {rls.READERS};
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0043_words_about_breaks"), ("accounts", "0043_commodity_registered")]

    operations = [migrations.RunSQL(REGISTERED, reverse_sql="DROP FUNCTION fees_payee_is_registered(uuid)")]
