"""Whoever carries out a move of an account ends what it had agreed with its former advisor."""

from django.db import migrations


class Migration(migrations.Migration):
    """Moves run under the back office's login; it may close a version, and the trigger lets nothing else of it change."""

    dependencies = [("fees", "0007_advisors_with_fewer_accounts"), ("accounts", "0011_linkage")]

    operations = [
        migrations.RunSQL(
            "GRANT UPDATE (ends) ON fees_schedule TO portal_office",
            reverse_sql="REVOKE UPDATE (ends) ON fees_schedule FROM portal_office",
        )
    ]
