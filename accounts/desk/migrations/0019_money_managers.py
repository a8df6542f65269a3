"""What owners elect and what recoveries bring is no business of a money manager, who sees the account itself."""

from django.db import migrations

from accounts.ground.assignments.sql_setup import shut

# They follow the policy of their accounts.
SHUT = ("desk_leielection", "desk_recovery", "desk_recoveryelection")


class Migration(migrations.Migration):
    dependencies = [("desk", "0018_market_data"), ("accounts", "0051_money_managers")]

    operations = [
        migrations.RunSQL(
            "".join(map(shut, SHUT)),
            reverse_sql=";".join(f"DROP POLICY managed_shut ON {table}" for table in SHUT),
        )
    ]
