"""Closing prices of benchmarks, the same for every firm; a correction is a later row."""

import django.db.models.manager
from django.db import migrations, models

from accounts.ground.access import rls

WALLS = [
    rls.secure("broker_closingprice", read="true", night="SELECT, INSERT", office="SELECT, INSERT"),
    rls.append_only("broker_closingprice"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("broker", "0013_history_by_day"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClosingPrice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("symbol", models.CharField(max_length=60)),
                ("day", models.DateField()),
                ("price", models.DecimalField(decimal_places=10, max_digits=20)),
                ("recorded_at", models.DateTimeField()),
                ("source", models.CharField(max_length=200)),
            ],
            options={
                "db_table": "broker_closingprice",
                "constraints": [
                    models.UniqueConstraint(fields=("symbol", "day", "recorded_at"), name="closingprice_once"),
                    models.CheckConstraint(condition=models.Q(("price__gt", 0)), name="closingprice_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("symbol", ""), _negated=True), name="closingprice_named"
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        *WALLS,
    ]
