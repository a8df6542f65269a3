"""Terms of fees on results, trades and funds: data beside the columns, in the form that the engine describes."""

from decimal import Decimal

from django.db import migrations, models
from django.db.models import Q, Value


class Migration(migrations.Migration):
    dependencies = [("fees", "0013_end_invoicing")]

    operations = [
        migrations.AddField(
            model_name="component",
            name="terms",
            field=models.JSONField(db_default=Value({}, output_field=models.JSONField()), default=dict),
        ),
        migrations.AddConstraint(
            model_name="component",
            constraint=models.CheckConstraint(
                condition=Q(("method__gte", 30), ("terms", {}), _connector="OR"), name="component_terms_of_its_method"
            ),
        ),
        migrations.AddConstraint(
            model_name="component",
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(("method__in", (31, 32)), _negated=True),
                    Q(
                        ("flat__isnull", True),
                        ("rate__gt", 0),
                        ("rate__isnull", False),
                        ("rate__lte", Decimal("0.30")),
                    ),
                    _connector="OR",
                ),
                name="component_profit_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="component",
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(("method__in", (41,)), _negated=True),
                    Q(("rate__isnull", True), ("terms__has_key", "schedules")),
                    _connector="OR",
                ),
                name="component_trade_schedules",
            ),
        ),
        migrations.AddConstraint(
            model_name="component",
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(("method__in", (51, 52)), _negated=True),
                    Q(("rate__isnull", True), ("terms__has_key", "funds")),
                    _connector="OR",
                ),
                name="component_funds",
            ),
        ),
    ]
