"""Fingerprints of tasks that were not keyed are forgotten: a PIN that was typed with a task could be guessed from one."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("auth2fa", "0011_locked_out"), ("accounts", "0042_night_decisions")]

    operations = [
        migrations.RunSQL(
            "UPDATE auth2fa_challenge SET task = '' WHERE task <> ''", reverse_sql=migrations.RunSQL.noop
        ),
        migrations.RunSQL(
            "UPDATE accounts_stepupgrant SET task = '', used_at = coalesce(used_at, now()) WHERE task <> ''",
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
