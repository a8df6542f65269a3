"""Who is woken when a night stops."""

import django.db.models.manager
from django.db import migrations, models

from accounts.ground.access import rls

TABLE = "accounts_nightwatch"

WALLS = [
    # Of the installation and no firm; only the back office sees and says it.
    rls.secure(TABLE, read="false", web="", worker="", office="SELECT, INSERT"),
    rls.append_only(TABLE),
    rls.trailed(TABLE, "user_id", "by_id"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0049_parties_of_fewer_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="NightWatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.BigIntegerField(null=True)),
                ("by_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            managers=[("unscoped", django.db.models.manager.Manager())],
        ),
        *WALLS,
    ]
