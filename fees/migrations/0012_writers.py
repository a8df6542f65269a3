"""Who agrees a fee: the advisor of the account, or the top level for itself; and nothing is added to it by others."""

from django.db import migrations

from accounts.ground.access import rls

# The account is the payee's own, or the payee is the top level's practice in which one sits; a second level agrees
# for its own clients alone. `home` is read under its own policy, so it is an account that one may see.
_AGREES = (
    "home.firm_id = (SELECT app_firm())"
    " AND ((SELECT app_role()) = 'top' AND {row}.practice_id IN (home.practice_id, (SELECT app_practice()))"
    " OR (SELECT app_role()) = 'second' AND {row}.practice_id = home.practice_id"
    " AND home.practice_id = (SELECT app_practice()))"
)
AGREES = (
    "EXISTS (SELECT 1 FROM accounts_account home WHERE home.id = fees_schedule.account_id AND "
    f"{_AGREES.format(row='fees_schedule')})"
)
OF_AN_AGREEMENT = (
    "EXISTS (SELECT 1 FROM fees_schedule s JOIN accounts_account home ON home.id = s.account_id"
    f" WHERE s.id = {{table}}.schedule_id AND {_AGREES.format(row='s')}{{more}})"
)
# The flattened row says of account, payee, day and method what its schedule and component say.
AS_AGREED = (
    " AND s.account_id = fees_runschedule.account_id AND s.practice_id = fees_runschedule.practice_id"
    " AND s.starts = fees_runschedule.starts"
    " AND EXISTS (SELECT 1 FROM fees_component c WHERE c.id = fees_runschedule.component_id AND c.schedule_id = s.id"
    " AND c.method = fees_runschedule.method)"
)

WALLS = f"""
CREATE POLICY agrees_insert ON fees_schedule AS RESTRICTIVE FOR INSERT TO {rls.READERS} WITH CHECK ({AGREES});
CREATE POLICY agrees_update ON fees_schedule AS RESTRICTIVE FOR UPDATE TO {rls.READERS}
    USING ({AGREES}) WITH CHECK ({AGREES});
CREATE POLICY agrees_insert ON fees_component AS RESTRICTIVE FOR INSERT TO {rls.READERS}
    WITH CHECK ({OF_AN_AGREEMENT.format(table="fees_component", more="")});
CREATE POLICY agrees_insert ON fees_runschedule AS RESTRICTIVE FOR INSERT TO {rls.READERS}
    WITH CHECK ({OF_AN_AGREEMENT.format(table="fees_runschedule", more=AS_AGREED)});
"""

# Two questions about nights, which belong to no firm: answered about accounts that one sees, and to people alone.
FUNCTIONS = """
CREATE FUNCTION app_is_page() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END
           IN ('portal_web', 'portal_worker')
$$;

CREATE OR REPLACE FUNCTION fees_known_at(the_run bigint, the_account bigint) RETURNS timestamptz LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.done_at FROM accounts_runstage s JOIN accounts_runchunk c ON c.stage_id = s.id
     WHERE s.run_id = the_run AND s.name = 'accrue' AND c.lo <= the_account AND the_account < c.hi
       AND (NOT app_is_page() OR EXISTS (
            SELECT 1 FROM accounts_account a WHERE a.id = the_account
               AND CASE app_reach() WHEN 'firm' THEN a.firm_id = app_firm()
                                    WHEN 'practice' THEN a.practice_id = app_practice()
                                    WHEN 'accounts' THEN a.id = ANY (app_accounts())
                                    ELSE false END))
$$;

CREATE OR REPLACE FUNCTION fees_billed_through() RETURNS date LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    SELECT max(r.day) FROM accounts_run r JOIN accounts_runstage s ON s.run_id = r.id
     WHERE s.name = 'accrue' AND s.state <> 'waiting' AND (NOT app_is_page() OR app_user() IS NOT NULL)
$$;
REVOKE ALL ON FUNCTION fees_billed_through() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fees_billed_through() TO portal_web, portal_worker, portal_night, portal_office;
"""


class Migration(migrations.Migration):
    """Restrictive policies narrow those that are there."""

    dependencies = [("fees", "0011_end_agreements"), ("accounts", "0020_rows_at_home")]

    operations = [
        migrations.RunSQL(WALLS, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS, reverse_sql=migrations.RunSQL.noop),
    ]
