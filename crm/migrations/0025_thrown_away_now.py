"""When something was thrown away is said as it happens, so that nothing is emptied before its thirty days."""

from django.db import migrations

from crm.trash.sql_setup import THROWN_AWAY_NOW, THROWN_AWAY_NOW_BACK


class Migration(migrations.Migration):
    dependencies = [("crm", "0024_forgotten_mails")]

    operations = [migrations.RunSQL(THROWN_AWAY_NOW, reverse_sql=THROWN_AWAY_NOW_BACK)]
