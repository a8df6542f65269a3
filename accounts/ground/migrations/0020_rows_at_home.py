"""A request or event stands with its account: no practice files one on a sibling's, and a client no more than asks."""

from django.db import migrations

from accounts.ground.access import rls

# Whoever is no advisor asks and answers: a request of theirs begins unfinished, and only what waits for them is theirs
# to change.
ADVISES = "(SELECT app_role()) IN ('top', 'second')"
OWNER_ASKS = f"({ADVISES} OR finished_at IS NULL)"
OWNER_ANSWERS = f"({ADVISES} OR status = 'awaiting_client')"
OWN_NAME = "(user_id IS NULL OR user_id = (SELECT app_user()))"

# An authorization waits before the institution that asked; its master may be outside a user's chosen accounts.
AUTHORIZATION = (
    "(kind = 'authorization' AND (account_id = (SELECT app_account()) OR practice_id = (SELECT app_practice())"
    " AND (account_id IS NULL OR app_practice_of(account_id) = practice_id)))"
)

WALLS = f"""
CREATE FUNCTION app_practice_of(the_account bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    SELECT practice_id FROM accounts_account WHERE id = the_account AND firm_id = app_firm()
$$;
REVOKE ALL ON FUNCTION app_practice_of(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_practice_of(bigint) TO {rls.READERS};

CREATE POLICY at_home_insert ON accounts_request AS RESTRICTIVE FOR INSERT TO {rls.READERS}
    WITH CHECK (kind <> 'authorization' AND {rls.at_home("accounts_request")} AND {OWNER_ASKS} OR {AUTHORIZATION});
CREATE POLICY at_home_update ON accounts_request AS RESTRICTIVE FOR UPDATE TO {rls.READERS}
    USING (kind = 'authorization' OR {OWNER_ANSWERS})
    WITH CHECK (kind <> 'authorization' AND {rls.at_home("accounts_request")} OR {AUTHORIZATION});
CREATE POLICY at_home_insert ON accounts_event AS RESTRICTIVE FOR INSERT TO {rls.READERS}
    WITH CHECK ({rls.at_home("accounts_event")} AND {OWN_NAME});
"""

BACK = """
DROP POLICY at_home_insert ON accounts_request;
DROP POLICY at_home_update ON accounts_request;
DROP POLICY at_home_insert ON accounts_event;
DROP FUNCTION app_practice_of(bigint);
"""


class Migration(migrations.Migration):
    """Restrictive policies narrow the ones that are there; those stay as they were agreed."""

    dependencies = [("accounts", "0019_seen_as")]

    operations = [migrations.RunSQL(WALLS, reverse_sql=BACK)]
