"""Listings are written by who speaks for the practice and end with it; letters about funds reach who is still there."""

from django.db import migrations

from accounts.desk.hedge_funds.sql_setup import PEOPLE_BEFORE, PEOPLE_WHO_STAND
from accounts.desk.marketplace.sql_setup import ENDS, ENDS_BACK


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0027_mailboxes_that_end"),
        ("accounts", "0052_payees_by_account"),
    ]

    operations = [
        migrations.RunSQL(ENDS, reverse_sql=ENDS_BACK),
        migrations.RunSQL(PEOPLE_WHO_STAND, reverse_sql=PEOPLE_BEFORE),
    ]
