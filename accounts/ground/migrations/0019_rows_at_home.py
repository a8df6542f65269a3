"""A request or event stands with its account: no practice files one on a sibling's, and a client no more than asks."""

from django.db import migrations

from accounts.ground.access import rls

# Whoever is no advisor asks and answers: a request of theirs begins unfinished, and only what waits for them is theirs
# to change.
ADVISES = "(SELECT app_role()) IN ('top', 'second')"
OWNER_ASKS = f"({ADVISES} OR finished_at IS NULL)"
OWNER_ANSWERS = f"({ADVISES} OR status = 'awaiting_client')"
OWN_NAME = "(user_id IS NULL OR user_id = (SELECT app_user()))"

WALLS = f"""
CREATE POLICY at_home_insert ON accounts_request AS RESTRICTIVE FOR INSERT TO {rls.READERS}
    WITH CHECK ({rls.at_home("accounts_request")} AND {OWNER_ASKS});
CREATE POLICY at_home_update ON accounts_request AS RESTRICTIVE FOR UPDATE TO {rls.READERS}
    USING ({OWNER_ANSWERS}) WITH CHECK ({rls.at_home("accounts_request")});
CREATE POLICY at_home_insert ON accounts_event AS RESTRICTIVE FOR INSERT TO {rls.READERS}
    WITH CHECK ({rls.at_home("accounts_event")} AND {OWN_NAME});
"""

BACK = """
DROP POLICY at_home_insert ON accounts_request;
DROP POLICY at_home_update ON accounts_request;
DROP POLICY at_home_insert ON accounts_event;
"""


class Migration(migrations.Migration):
    """Restrictive policies narrow the ones that are there; those stay as they were agreed."""

    dependencies = [("accounts", "0018_movements_fit_their_books")]

    operations = [migrations.RunSQL(WALLS, reverse_sql=BACK)]
