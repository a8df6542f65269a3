"""Lifting one's own network restrictions at the door, after the password and a recovery code."""

from django.db import migrations

# Nobody acts at the door, so no policy opens these rows. It never takes less than a day, whatever the caller says.
FUNCTIONS = """
CREATE FUNCTION app_lift_own(the_at timestamptz, the_end timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH lifted AS (
        UPDATE accounts_addressrule r SET removed_at = the_at, ends_at = greatest(the_end, the_at + interval '1 day')
          FROM accounts_seat s
         WHERE s.id = r.seat_id AND s.user_id = app_person() AND r.removed_at IS NULL
        RETURNING 1)
    SELECT count(*) FROM lifted
$$;

CREATE FUNCTION app_primaries() RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT p.user_id FROM accounts_seat s
      JOIN accounts_seat p ON p.firm_id = s.firm_id AND p.role = s.role AND p.standing = 'primary' AND p.is_active
       AND p.practice_id IS NOT DISTINCT FROM s.practice_id AND p.party_id IS NOT DISTINCT FROM s.party_id
       AND p.account_id IS NOT DISTINCT FROM s.account_id
     WHERE s.user_id = app_person() AND s.is_active
$$;
REVOKE ALL ON FUNCTION app_lift_own(timestamptz, timestamptz), app_primaries() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_lift_own(timestamptz, timestamptz), app_primaries() TO portal_web;
"""


class Migration(migrations.Migration):
    dependencies = [("auth2fa", "0010_firms_without_texts"), ("accounts", "0026_turned_away_from_a_seat")]

    operations = [migrations.RunSQL(FUNCTIONS, reverse_sql=migrations.RunSQL.noop)]
