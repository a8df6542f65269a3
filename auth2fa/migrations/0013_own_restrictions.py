"""At the door somebody lifts the network restrictions that they have set themselves, and none that the firm imposed."""

from django.db import migrations

FUNCTIONS = """
CREATE OR REPLACE FUNCTION app_lift_own(the_at timestamptz, the_end timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH lifted AS (
        UPDATE accounts_addressrule r SET removed_at = the_at, ends_at = greatest(the_end, the_at + interval '1 day')
          FROM accounts_seat s
         WHERE s.id = r.seat_id AND s.user_id = app_person() AND r.added_by_id = app_person() AND r.removed_at IS NULL
        RETURNING 1)
    SELECT count(*) FROM lifted
$$;

CREATE FUNCTION app_imposed() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM accounts_addressrule r JOIN accounts_seat s ON s.id = r.seat_id
     WHERE s.user_id = app_person() AND r.added_by_id <> app_person() AND r.removed_at IS NULL
$$;
REVOKE ALL ON FUNCTION app_imposed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_imposed() TO portal_web;
"""


class Migration(migrations.Migration):
    dependencies = [("auth2fa", "0012_forget_tasks")]

    operations = [migrations.RunSQL(FUNCTIONS, reverse_sql=migrations.RunSQL.noop)]
