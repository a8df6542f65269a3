"""An advisor's user with fewer accounts stands on the practice's side of a conversation, and only on its own."""

from django.db import migrations

PRACTICE = "(SELECT app_role()) IN ('top', 'second')"
OWN = f"(NOT coalesce({PRACTICE}, false) OR practice_id = (SELECT app_practice()))"

SQL = f"""
CREATE POLICY own_side ON desk_thread AS RESTRICTIVE TO portal_web, portal_worker USING ({OWN}) WITH CHECK ({OWN});
CREATE POLICY own_side ON desk_message AS RESTRICTIVE TO portal_web, portal_worker USING ({OWN}) WITH CHECK ({OWN});
DROP POLICY own_hand ON desk_message;
CREATE POLICY own_hand ON desk_message AS RESTRICTIVE FOR INSERT TO portal_web, portal_worker
    WITH CHECK (author_id = (SELECT app_user()) AND firm_id = (SELECT app_firm())
                AND side = CASE WHEN {PRACTICE} THEN 'practice' ELSE 'owner' END);
"""


class Migration(migrations.Migration):
    dependencies = [("desk", "0004_walls_of_brands"), ("accounts", "0008_users_walls")]

    operations = [migrations.RunSQL(SQL, reverse_sql=migrations.RunSQL.noop)]
