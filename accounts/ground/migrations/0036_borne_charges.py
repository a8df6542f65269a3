"""What an advisor pays of the broker's charges moves from its share to the client."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0035_mail_of_a_person"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="transfer",
            name="transfer_kind_known",
        ),
        migrations.AlterField(
            model_name="transfer",
            name="kind",
            field=models.CharField(
                choices=[
                    ("fee", "Advisor fee"),
                    ("invoice", "Invoice"),
                    ("sweep", "Sweep to the advisor"),
                    ("reversal", "Reversal"),
                    ("reimburse", "Reimbursement"),
                    ("adjustment", "Fee given back"),
                    ("borne", "Broker's charge paid by the advisor"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["fee", "invoice", "sweep", "reversal", "reimburse", "adjustment", "borne"])
                ),
                name="transfer_kind_known",
            ),
        ),
    ]
