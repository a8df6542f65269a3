"""What holds of a person who opted out, with the roles that must still be allowed it."""

from django.db import migrations

FUNCTION = """
DROP FUNCTION app_waived(bigint, timestamptz);
CREATE FUNCTION app_waived(the_user bigint, the_at timestamptz)
    RETURNS TABLE (extent text, until timestamptz, is_restricted boolean, roles text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.extent, o.expires_at, app_is_narrow(o.user_id, the_at),
           ARRAY(SELECT DISTINCT s.role::text FROM accounts_seat s WHERE s.user_id = o.user_id AND s.is_active)
      FROM accounts_optout o
     WHERE o.user_id = the_user AND o.ended_at IS NULL AND o.signed_at <= the_at AND o.expires_at > the_at
$$;
REVOKE ALL ON FUNCTION app_waived(bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_waived(bigint, timestamptz) TO portal_web, portal_office;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0036_borne_charges")]

    operations = [migrations.RunSQL(FUNCTION, reverse_sql=migrations.RunSQL.noop)]
