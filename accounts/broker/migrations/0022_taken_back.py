"""What the broker rejected may be given up: the next night takes it back by an entry of its own."""

from django.db import migrations, models

from accounts.ground.access import rls

COLUMNS = ("reverse_asked_at", "reverse_asked_by", "reverse_reason")


class Migration(migrations.Migration):
    dependencies = [
        ("broker", "0021_values_carried"),
    ]

    operations = [
        migrations.AddField(model_name="instruction", name="reverse_asked_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="instruction", name="reverse_asked_by", field=models.BigIntegerField(null=True)),
        migrations.AddField(
            model_name="instruction",
            name="reverse_reason",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        migrations.AddConstraint(
            model_name="instruction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reverse_asked_at", None),
                    models.Q(
                        models.Q(("reverse_reason", ""), _negated=True),
                        ("again_asked_at", None),
                        ("answer", "rejected"),
                        ("kind__in", ("fee", "invoice")),
                        ("reverse_asked_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="instruction_reversed_if_rejected",
            ),
        ),
        migrations.RunSQL(
            f"GRANT UPDATE ({', '.join(COLUMNS)}) ON broker_instruction TO portal_office;"
            " DROP TRIGGER broker_instruction_trail ON broker_instruction",
            reverse_sql=migrations.RunSQL.noop,
        ),
        rls.trailed("broker_instruction", "answer", "answer_words", "again_asked_at", *COLUMNS),
    ]
