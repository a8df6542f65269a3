"""What is owed of required distributions, reckoned ahead; read and written by the account's own practice and the night."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls
from portal.tools.sql_setup import OF_OWN_PRACTICE

EDIT = "SELECT, INSERT, UPDATE, DELETE"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0053_mailboxes"),
        ("tools", "0005_people_of_impact"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwedDistribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("day", models.DateField()),
                ("remaining", models.DecimalField(decimal_places=2, max_digits=20)),
                ("reckoned_on", models.DateField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
            ],
            options={
                "db_table": "tools_oweddistribution",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("account", "year"), name="oweddistribution_once"),
                    models.CheckConstraint(condition=models.Q(("remaining__gt", 0)), name="oweddistribution_positive"),
                ],
            },
        ),
        rls.secure(
            "tools_oweddistribution",
            read=OF_OWN_PRACTICE,
            write=OF_OWN_PRACTICE,
            web=EDIT,
            worker="SELECT",
            office=EDIT,
        ),
        rls.tie(
            "tools_oweddistribution",
            "firm_id, account_id",
            "accounts_account",
            "firm_id, id",
            "oweddistribution_in_firm",
        ),
    ]
