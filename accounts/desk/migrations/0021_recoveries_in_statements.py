"""A posting of class action recovery is tied to the line of the broker's statement that shows it."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.desk.recoveries.sql_lines import RULES, TABLE
from accounts.ground.access import rls
from accounts.ground.assignments.sql_setup import shut


def _keyed(target: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=target,
    )


class Migration(migrations.Migration):
    dependencies = [("desk", "0020_mistakes_put_right"), ("broker", "0031_money_managers")]

    operations = [
        migrations.CreateModel(
            name="RecoveryLine",
            fields=[
                (
                    "recovery",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="tie",
                        serialize=False,
                        to="desk.recovery",
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recovery_tie",
                        to="broker.cashline",
                    ),
                ),
                ("tied_at", models.DateTimeField()),
                ("account", _keyed("accounts.account")),
                ("firm", _keyed("accounts.firm")),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="LineOfClaim",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("broker.cashline",),
            managers=[("unscoped", models.manager.Manager())],
        ),
        rls.tie(TABLE, "firm_id, account_id", "accounts_account", "firm_id, id", f"{TABLE}_account"),
        rls.tie(TABLE, "firm_id, account_id, recovery_id", "desk_recovery", "firm_id, account_id, id", f"{TABLE}_own"),
        rls.tie(TABLE, "firm_id, line_id", "broker_cashline", "firm_id, id", f"{TABLE}_line"),
        rls.secure(TABLE, read=rls.sees_account(), office="SELECT, INSERT", night="SELECT, INSERT"),
        migrations.RunSQL(shut(TABLE), reverse_sql=f"DROP POLICY managed_shut ON {TABLE}"),
        migrations.RunSQL(RULES, reverse_sql=migrations.RunSQL.noop),
        rls.append_only(TABLE),
        rls.trailed(TABLE, "account_id", "recovery_id", "line_id"),
    ]
