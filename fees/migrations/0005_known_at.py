"""When a night looked at an account's value, for the proof of what it made of it."""

from django.db import migrations

KNOWN_AT = """
-- Runs belong to no firm and pages may not read them; this instant is all that a proof needs of one.
CREATE FUNCTION fees_known_at(the_run bigint, the_account bigint) RETURNS timestamptz LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.done_at FROM accounts_runstage s JOIN accounts_runchunk c ON c.stage_id = s.id
     WHERE s.run_id = the_run AND s.name = 'accrue' AND c.lo <= the_account AND the_account < c.hi
$$;
REVOKE ALL ON FUNCTION fees_known_at(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fees_known_at(bigint, bigint) TO portal_web, portal_worker, portal_night, portal_office;
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0004_open_window")]

    operations = [migrations.RunSQL(KNOWN_AT, reverse_sql="DROP FUNCTION fees_known_at(bigint, bigint)")]
