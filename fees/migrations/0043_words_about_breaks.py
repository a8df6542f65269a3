"""Who looks after a difference of the reconciliation, and what is known about it."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls

TABLE = "fees_breaknote"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0042_night_decisions"),
        ("fees", "0042_fund_values"),
    ]

    operations = [
        migrations.CreateModel(
            name="BreakNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("reference", models.CharField(max_length=200)),
                ("owner_id", models.BigIntegerField(null=True)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("user_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
            ],
            options={
                "db_table": "fees_breaknote",
                "abstract": False,
                "indexes": [models.Index(fields=["kind", "reference", "-id"], name="breaknote_latest")],
            },
        ),
        # No page reads it: differences are the back office's, and so is what it says of them.
        rls.secure(TABLE, read="false", web="", worker="", night="SELECT", office="SELECT, INSERT"),
        rls.append_only(TABLE),
        rls.trailed(TABLE, "kind", "reference", "owner_id", "note"),
    ]
