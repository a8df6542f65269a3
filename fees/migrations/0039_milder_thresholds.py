"""A threshold that asks a second person less often holds from the next business day on; the former one until then."""

from django.db import migrations, models

MAY = migrations.RunSQL(
    """
    GRANT UPDATE (former, holds_from) ON fees_billingrule TO portal_web;
    DROP TRIGGER fees_billingrule_trail ON fees_billingrule;
    CREATE TRIGGER fees_billingrule_trail AFTER INSERT OR UPDATE OR DELETE ON fees_billingrule FOR EACH ROW
        EXECUTE FUNCTION app_write_trail('threshold', 'holds_from');
    """,
    reverse_sql="""
    DROP TRIGGER fees_billingrule_trail ON fees_billingrule;
    CREATE TRIGGER fees_billingrule_trail AFTER INSERT OR UPDATE OR DELETE ON fees_billingrule FOR EACH ROW
        EXECUTE FUNCTION app_write_trail('threshold');
    """,
)


class Migration(migrations.Migration):
    dependencies = [("fees", "0038_give_up_in_order")]

    operations = [
        migrations.AddField(
            model_name="billingrule",
            name="former",
            field=models.DecimalField(decimal_places=2, max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name="billingrule",
            name="holds_from",
            field=models.DateField(null=True),
        ),
        migrations.AddConstraint(
            model_name="billingrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("former__isnull", True), ("holds_from__isnull", True)),
                    models.Q(("former__gt", 0), ("holds_from__isnull", False)),
                    _connector="OR",
                ),
                name="billing_threshold_former",
            ),
        ),
        MAY,
    ]
