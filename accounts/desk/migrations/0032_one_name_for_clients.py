"""Behind the link of an application its client meets the name of the invitation: the brand, where there is one."""

from django.db import migrations

from accounts.desk.applying import sql_place


class Migration(migrations.Migration):
    dependencies = [("desk", "0031_holders_together")]

    operations = [
        migrations.RunSQL(sql_place.PLACE + sql_place.OPENED_AT_PLACE, reverse_sql=sql_place.PLACE_BACK),
    ]
