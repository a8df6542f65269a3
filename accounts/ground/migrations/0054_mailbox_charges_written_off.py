"""The charge for a mailbox that the broker rejected may be written off by a movement of its own."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0053_mailboxes"),
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
                    ("borne_back", "Broker's charge given back to the advisor"),
                    ("draw", "Handed to the STL master for its fee"),
                    ("mailbox", "Charge for a mailbox"),
                    ("mail_back", "Charge for a mailbox given back"),
                    ("mail_off", "Charge for a mailbox written off"),
                ],
                max_length=10,
            ),
        ),
        AddConstraintNotValid(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "fee",
                            "invoice",
                            "sweep",
                            "reversal",
                            "reimburse",
                            "adjustment",
                            "borne",
                            "borne_back",
                            "draw",
                            "mailbox",
                            "mail_back",
                            "mail_off",
                        ],
                    )
                ),
                name="transfer_kind_known",
            ),
        ),
    ]
