"""Behind the link of an application its client meets the name of the invitation: the brand, where there is one."""

from django.db import migrations

from accounts.desk.applying import sql_setup


class Migration(migrations.Migration):
    dependencies = [("desk", "0031_holders_together")]

    operations = [
        migrations.RunSQL(sql_setup.PLACE + sql_setup.OPENED_AT_PLACE, reverse_sql=sql_setup.PLACE_BACK),
    ]
