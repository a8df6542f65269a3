"""A day of trades whose agreed prices are below the commissions is given back by the advisor."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fees", "0048_draws")]

    operations = [
        migrations.RemoveConstraint(model_name="charge", name="charge_not_negative"),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gte", 0), ("exact__gte", 0)),
                    ("revision__gt", 0),
                    ("method", 41),
                    _connector="OR",
                ),
                name="charge_not_negative",
            ),
        ),
    ]
