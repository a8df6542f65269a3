"""Whoever carries out a move of an account ends what it had agreed with its former advisor."""

from django.db import migrations


class Migration(migrations.Migration):
    """Moves run under the back office's login; it may close a version, and the trigger lets nothing else of it change."""

    dependencies = [("fees", "0010_unknown_managers"), ("accounts", "0015_linkage")]

    operations = [
        migrations.RunSQL(
            "GRANT UPDATE (ends) ON fees_schedule TO portal_office",
            reverse_sql="REVOKE UPDATE (ends) ON fees_schedule FROM portal_office",
        )
    ]
