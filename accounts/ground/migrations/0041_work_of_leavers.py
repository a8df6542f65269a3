"""Long work of somebody who leaves ends; only a manager of the same place counts and ends it."""

from django.db import migrations

from accounts.ground.access import rls

FUNCTIONS = f"""
CREATE FUNCTION app_is_leaver(the_seat bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT app_manages() AND the_seat IS DISTINCT FROM app_seat() AND EXISTS (
        SELECT 1 FROM accounts_seat s WHERE s.id = the_seat AND s.role = app_role() AND s.firm_id = app_firm()
           AND s.practice_id IS NOT DISTINCT FROM app_practice()
           AND s.account_id IS NOT DISTINCT FROM app_account() AND s.party_id IS NOT DISTINCT FROM app_party())
$$;
CREATE FUNCTION app_work_of_leaver(the_seat bigint) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM accounts_job
     WHERE seat_id = the_seat AND state IN ('waiting', 'running') AND app_is_leaver(the_seat)
$$;
CREATE FUNCTION app_end_work_of_leaver(the_seat bigint, the_at timestamptz) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE accounts_job SET state = 'cancelled', finished_at = the_at
     WHERE seat_id = the_seat AND state IN ('waiting', 'running') AND app_is_leaver(the_seat)
$$;
REVOKE ALL ON FUNCTION app_is_leaver(bigint), app_work_of_leaver(bigint), app_end_work_of_leaver(bigint, timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_is_leaver(bigint), app_work_of_leaver(bigint),
    app_end_work_of_leaver(bigint, timestamptz) TO {rls.READERS};
"""

BACK = """
DROP FUNCTION app_end_work_of_leaver(bigint, timestamptz);
DROP FUNCTION app_work_of_leaver(bigint);
DROP FUNCTION app_is_leaver(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0040_holders_and_entities")]

    operations = [migrations.RunSQL(FUNCTIONS, reverse_sql=BACK)]
