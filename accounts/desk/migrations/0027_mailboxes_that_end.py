"""Prices of mailboxes begin tomorrow at the earliest; mailboxes end with the master account that pays for them."""

from django.db import migrations

from accounts.desk.mailboxes import sql_ends


class Migration(migrations.Migration):
    dependencies = [("desk", "0026_funds_of_advisors_and_owners")]

    operations = [
        migrations.RunSQL(sql_ends.PRICES, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(sql_ends.ENDS, reverse_sql=migrations.RunSQL.noop),
    ]
