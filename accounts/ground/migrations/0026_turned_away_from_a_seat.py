"""Whether somebody is turned away is asked of the seat that they have chosen, where they have chosen one."""

from django.db import migrations

OLD = """
CREATE FUNCTION app_turned_away(the_user bigint, the_address text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM accounts_seat s WHERE s.user_id = the_user AND s.is_active AND app_stands(s.id))
       AND NOT EXISTS (SELECT 1 FROM accounts_seat s
                        WHERE s.user_id = the_user AND s.is_active AND app_stands(s.id)
                          AND app_welcomes(s.id, the_address))
$$;
REVOKE ALL ON FUNCTION app_turned_away(bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_turned_away(bigint, text) TO portal_web, portal_office;
"""

NEW = """
CREATE FUNCTION app_turned_away(the_user bigint, the_seat bigint, the_address text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) > 0 AND NOT coalesce(bool_or(app_welcomes(s.id, the_address)), false)
      FROM accounts_seat s
     WHERE s.user_id = the_user AND s.is_active AND app_stands(s.id) AND (the_seat IS NULL OR s.id = the_seat)
$$;
REVOKE ALL ON FUNCTION app_turned_away(bigint, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_turned_away(bigint, bigint, text) TO portal_web, portal_office;
"""


class Migration(migrations.Migration):
    """The function takes the seat as well."""

    dependencies = [("accounts", "0025_addresses")]

    operations = [
        migrations.RunSQL(
            "DROP FUNCTION app_turned_away(bigint, text);" + NEW,
            "DROP FUNCTION app_turned_away(bigint, bigint, text);" + OLD,
        ),
    ]
