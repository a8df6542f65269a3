"""What the subs of an STL group hand to their master when its cash does not cover a fee."""

from django.db import migrations, models

KINDS = ["fee", "invoice", "sweep", "reversal", "reimburse", "adjustment", "borne", "borne_back", "draw"]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0047_stl_masters")]

    operations = [
        migrations.RemoveConstraint(model_name="transfer", name="transfer_kind_known"),
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
                    ("borne_back", "Broker's charge given back to the advisor"),
                    ("draw", "Handed to the STL master for its fee"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", KINDS)), name="transfer_kind_known"),
        ),
    ]
