"""What became of what was sent to clients, as their advisors may know it."""

from django.db import migrations

from portal.reports.sql_setup import DELIVERIES, DELIVERIES_BACK


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0053_mailboxes"),
        ("broker", "0039_locks_and_offers_once"),
        ("desk", "0029_forget_deliveries"),
        ("fees", "0055_payees_beside"),
        ("portal", "0020_news_choices"),
    ]

    operations = [migrations.RunSQL(DELIVERIES, reverse_sql=DELIVERIES_BACK)]
