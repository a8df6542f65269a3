"""Money managers: their place in the tree, their seats, and the accounts that advisors assign to them."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls
from accounts.ground.assignments import sql_setup as walls

TABLE = walls.TABLE
WALLS = [
    *[
        rls.tie(TABLE, f"firm_id, {name}_id", f"accounts_{target}", "firm_id, id", f"assignment_{name}")
        for name, target in (("account", "account"), ("manager", "account"), ("practice", "practice"))
    ],
    migrations.RunSQL(walls.ACCOUNTS + walls.REACH + walls.PAYS, reverse_sql=migrations.RunSQL.noop),
    rls.secure(TABLE, read=walls.READ, office="SELECT, UPDATE", night="SELECT"),
    rls.writes(TABLE, insert=f"({walls.ASKS} AND {rls.at_home(TABLE)})"),
    migrations.RunSQL(
        f"CREATE POLICY page_update ON {TABLE} FOR UPDATE TO {rls.READERS}"
        f" USING (({walls.ADVISES} OR {walls.IS_MANAGER}) AND state IN ('asked', 'accepted'))"
        f" WITH CHECK ({walls.DECIDES});"
        f"GRANT UPDATE ({', '.join(walls.COLUMNS)}) ON {TABLE} TO {rls.READERS};" + walls.KEPT,
        reverse_sql=migrations.RunSQL.noop,
    ),
    migrations.RunSQL(
        walls.opened("accounts_account", f"{walls.MANAGED} AND id = ANY ((SELECT app_accounts())::bigint[])")
        + walls.PRACTICES
        + walls.shut("accounts_clientright"),
        reverse_sql=migrations.RunSQL.noop,
    ),
    rls.trailed(TABLE, "account_id", "manager_id", "state", "asked_by", "decided_by", "ended_by"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0050_night_watch"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=10)),
                ("title", models.CharField(max_length=200)),
                ("advisor", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for the money manager"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("cancelled", "Cancelled"),
                            ("ended", "Ended"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.BigIntegerField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.BigIntegerField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="account_three_levels",
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="one_master_a_practice",
        ),
        migrations.RemoveConstraint(
            model_name="seat",
            name="seat_fits_role",
        ),
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("top_master", "Top-level advisor master"),
                    ("second_master", "Second-level advisor master"),
                    ("money_manager", "Money manager"),
                    ("stl_master", "STL master"),
                    ("stl_sub", "STL sub account"),
                    ("client", "Client"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="parent_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("top_master", "Top-level advisor master"),
                    ("second_master", "Second-level advisor master"),
                    ("money_manager", "Money manager"),
                    ("stl_master", "STL master"),
                    ("stl_sub", "STL sub account"),
                    ("client", "Client"),
                ],
                editable=False,
                max_length=16,
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="seat",
            name="role",
            field=models.CharField(
                choices=[
                    ("top", "Top-level advisor"),
                    ("second", "Second-level advisor"),
                    ("stl", "STL master"),
                    ("stl_sub", "STL sub account"),
                    ("manager", "Money manager"),
                    ("client", "Client"),
                    ("office", "Back office"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "top_master"), ("level", 1), ("parent__isnull", True), ("parent_kind__isnull", True)
                    ),
                    models.Q(
                        ("kind", "second_master"),
                        ("level", 2),
                        ("parent__isnull", False),
                        ("parent_kind", "top_master"),
                    ),
                    models.Q(
                        ("kind", "money_manager"),
                        ("level", 2),
                        ("parent__isnull", False),
                        ("parent_kind", "top_master"),
                    ),
                    models.Q(
                        ("kind", "stl_master"), ("level", 2), ("parent__isnull", False), ("parent_kind", "top_master")
                    ),
                    models.Q(
                        ("kind", "client"), ("level", 2), ("parent__isnull", False), ("parent_kind", "top_master")
                    ),
                    models.Q(
                        ("kind", "client"), ("level", 3), ("parent__isnull", False), ("parent_kind", "second_master")
                    ),
                    models.Q(
                        ("kind", "stl_sub"), ("level", 3), ("parent__isnull", False), ("parent_kind", "stl_master")
                    ),
                    _connector="OR",
                ),
                name="account_three_levels",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["top_master", "second_master", "money_manager"])),
                fields=("practice",),
                name="one_master_a_practice",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("account", None), ("firm", None), ("party", None), ("practice", None), ("role", "office")
                    ),
                    models.Q(
                        ("account", None),
                        ("firm__isnull", False),
                        ("practice__isnull", False),
                        ("role__in", ["top", "second"]),
                    ),
                    models.Q(
                        ("account__isnull", False), ("firm__isnull", False), ("role__in", ["stl", "stl_sub", "manager"])
                    ),
                    models.Q(("account", None), ("firm__isnull", False), ("party__isnull", False), ("role", "client")),
                    _connector="OR",
                ),
                name="seat_fits_role",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="accounts.account",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="firm",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.firm",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="manager",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="managed",
                to="accounts.account",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["manager", "-asked_at"], name="assignment_manager"),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["practice", "-asked_at"], name="assignment_practice"),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("asked", "accepted"))),
                fields=("account",),
                name="assignment_one_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("state", "asked")),
                    models.Q(models.Q(("state", "asked"), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="assignment_decided_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("state", "ended")),
                    models.Q(models.Q(("state", "ended"), _negated=True), ("ended_at", None)),
                    _connector="OR",
                ),
                name="assignment_ended_has_time",
            ),
        ),
        *WALLS,
    ]
