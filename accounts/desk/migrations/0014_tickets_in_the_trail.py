"""Tickets keep a trail, and what was asked about an account that moves ends with its practice or is asked the next."""

from django.db import migrations

from accounts.desk.tickets import sql_setup


class Migration(migrations.Migration):
    dependencies = [("desk", "0013_walls_of_tickets"), ("accounts", "0048_draws")]

    operations = [
        migrations.RunSQL(sql_setup.TRAIL, reverse_sql=sql_setup.TRAIL_BACK),
        migrations.RunSQL(sql_setup.MOVED, reverse_sql=sql_setup.MOVED_BACK),
    ]
