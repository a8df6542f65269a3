"""A block stands with the master account of the practice that placed it."""

from django.db import migrations

from accounts.ground.access import rls


class Migration(migrations.Migration):
    dependencies = [("broker", "0011_allocation_walls"), ("accounts", "0020_rows_at_home")]

    operations = [
        migrations.RunSQL(
            f"CREATE POLICY at_home_insert ON broker_block AS RESTRICTIVE FOR INSERT TO {rls.READERS}"
            f" WITH CHECK ({rls.at_home('broker_block')})",
            reverse_sql="DROP POLICY at_home_insert ON broker_block",
        ),
    ]
