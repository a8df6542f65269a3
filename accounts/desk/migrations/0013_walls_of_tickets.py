"""The second wall of tickets and inquiries: the back office reads what is with it, and its notes nobody else reads."""

from django.db import migrations

from accounts.desk.tickets import sql_setup
from accounts.ground.access import rls


class Migration(migrations.Migration):
    dependencies = [("desk", "0012_tickets")]

    operations = [
        migrations.RunSQL(sql_setup.SIDES, reverse_sql=sql_setup.SIDES_BACK),
        rls.secure("desk_officenote", read="false", web="", worker="", office=""),
        rls.append_only("desk_officenote"),
        migrations.RunSQL(sql_setup.OFFICE, reverse_sql=sql_setup.OFFICE_BACK),
        migrations.RunSQL(sql_setup.PEOPLE, reverse_sql=migrations.RunSQL.noop),
    ]
