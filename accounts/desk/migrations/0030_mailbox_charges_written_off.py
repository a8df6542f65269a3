"""A charge for a mailbox that the broker rejected may be written off instead of charged again."""

from django.db import migrations, models

from accounts.desk.mailboxes import sql_setup, sql_written_off
from accounts.ground.access import rls


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0054_mailbox_charges_written_off"),
        ("broker", "0040_mailbox_charges_given_up"),
        ("desk", "0029_forget_deliveries"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailboxcharge",
            name="is_written_off",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The broker never took it, and is told of nothing",
                verbose_name="written off",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailboxcharge",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_written_off", False), ("reverses__isnull", False), _connector="OR"),
                name="mailboxcharge_written_off",
            ),
        ),
        migrations.RunSQL(sql_written_off.WRITTEN_OFF, reverse_sql=sql_written_off.WRITTEN_OFF_BACK),
        rls.trailed(sql_setup.CHARGES, *sql_written_off.TRAILED, "is_written_off"),
    ]
