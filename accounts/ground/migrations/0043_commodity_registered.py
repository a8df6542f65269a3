"""Which advisors are registered for commodities in the United States, and so may charge for futures there."""

from django.db import migrations, models

from accounts.ground.access import rls

COLUMNS = ("name", "level", "is_registered")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0042_night_decisions"),
    ]

    operations = [
        migrations.AddField(
            model_name="practice",
            name="is_commodity_registered",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="registered for commodities in the United States"
            ),
        ),
        migrations.RunSQL(
            "DROP TRIGGER accounts_practice_trail ON accounts_practice",
            reverse_sql=rls.trailed("accounts_practice", *COLUMNS).sql,
        ),
        rls.trailed("accounts_practice", *COLUMNS, "is_commodity_registered"),
    ]
