"""An advisor's user with fewer accounts reads and writes what the practice may, on these accounts alone."""

from django.db import migrations

from accounts.ground.access import rls
from accounts.ground.access.entering import NARROWED_WRITES


class Migration(migrations.Migration):
    dependencies = [("fees", "0006_withdraw_lines"), ("accounts", "0008_users_walls")]

    operations = [
        rls.narrow("fees_schedule"),
        rls.narrow("fees_charge"),
        migrations.RunSQL(
            f"""
            CREATE POLICY narrowed_insert ON fees_schedule FOR INSERT TO {rls.READERS} WITH CHECK ({NARROWED_WRITES});
            CREATE POLICY narrowed_update ON fees_schedule FOR UPDATE TO {rls.READERS}
                USING ({NARROWED_WRITES}) WITH CHECK ({NARROWED_WRITES});
            """,
            reverse_sql="DROP POLICY narrowed_insert ON fees_schedule; DROP POLICY narrowed_update ON fees_schedule",
        ),
    ]
