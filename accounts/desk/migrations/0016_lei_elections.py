"""LEI elections, and the walls around them."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from accounts.desk.lei import sql_setup
from accounts.ground.access import rls


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0049_parties_of_fewer_accounts"),
        ("desk", "0015_client_applications"),
    ]

    operations = [
        migrations.CreateModel(
            name="LeiElection",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("held", "I have an LEI"),
                            ("apply", "Apply for an LEI on my behalf"),
                            ("none", "I have none and want none, because I am not subject to the rules"),
                            ("issued", "Issued on application"),
                        ],
                        max_length=6,
                    ),
                ),
                ("lei", models.CharField(blank=True, max_length=20)),
                ("elected_by", models.BigIntegerField()),
                ("elected_at", models.DateTimeField()),
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
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.practice",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["account", "-elected_at"], name="lei_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("choice__in", ["held", "apply", "none", "issued"])), name="lei_choice_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("choice__in", ["held", "issued"]), ("lei__regex", "^[A-Z0-9]{18}[0-9]{2}$")),
                            models.Q(("choice__in", ["apply", "none"]), ("lei", "")),
                            _connector="OR",
                        ),
                        name="lei_where_there_is_one",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("choice__in", ("held", "apply"))),
                        fields=("account",),
                        name="lei_elected_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("choice", "issued")), fields=("account",), name="lei_issued_once"
                    ),
                ],
            },
        ),
        rls.tie(sql_setup.TABLE, "firm_id, practice_id", "accounts_practice", "firm_id, id", "lei_practice"),
        rls.tie(sql_setup.TABLE, "firm_id, account_id", "accounts_account", "firm_id, id", "lei_account"),
        rls.secure(sql_setup.TABLE, read=rls.sees_account(), office="SELECT, INSERT"),
        rls.writes(sql_setup.TABLE, insert=sql_setup.ELECTS),
        migrations.RunSQL(sql_setup.STEPS, reverse_sql=migrations.RunSQL.noop),
        rls.append_only(sql_setup.TABLE),
        rls.trailed(sql_setup.TABLE, "account_id", "choice", "lei"),
    ]
