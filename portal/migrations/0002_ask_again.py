"""The back office may ask for a held night again: it may change that a run waits, and nothing else of it."""

from django.db import migrations


class Migration(migrations.Migration):
    """The night's own login does the rest."""

    dependencies = [("portal", "0001_time_table"), ("accounts", "0002_walls")]

    operations = [
        migrations.RunSQL(
            "GRANT UPDATE (state, asked_at) ON accounts_run TO portal_office",
            reverse_sql="REVOKE UPDATE (state, asked_at) ON accounts_run FROM portal_office",
        )
    ]
