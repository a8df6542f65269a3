"""The office puts its own mistakes right: a claim that was taken back is posted anew, and an LEI is written down again.
Market data ends with the user's seat, whoever ends that."""

from django.db import migrations

from accounts.desk.lei.sql_setup import CORRECTED, STEPS
from accounts.desk.market_data.sql_setup import SEAT, SEAT_ENDS
from accounts.desk.recoveries.sql_setup import ONCE_A_CLAIM, POSTINGS
from accounts.ground.access.rls import anew


class Migration(migrations.Migration):
    dependencies = [("desk", "0019_money_managers"), ("accounts", "0051_money_managers")]

    operations = [
        migrations.RemoveConstraint(model_name="recovery", name="recovery_once_a_claim"),
        migrations.RunSQL(
            ONCE_A_CLAIM,
            reverse_sql=f"DROP TRIGGER {POSTINGS}_once ON {POSTINGS}; DROP FUNCTION desk_recovery_once();",
        ),
        migrations.RemoveConstraint(model_name="leielection", name="lei_issued_once"),
        migrations.RunSQL(
            CORRECTED,
            reverse_sql=anew(STEPS.split("CREATE TRIGGER", maxsplit=1)[0]),
        ),
        migrations.RunSQL(
            SEAT_ENDS,
            reverse_sql=f"DROP TRIGGER {SEAT}_market_data ON {SEAT}; DROP FUNCTION desk_marketdata_seat_ended();",
        ),
    ]
