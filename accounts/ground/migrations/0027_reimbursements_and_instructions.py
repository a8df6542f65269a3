"""Money that goes back to a client is a movement of its own, and a rejected instruction waits for somebody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0026_turned_away_from_a_seat"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="transfer",
            name="transfer_kind_known",
        ),
        migrations.AlterField(
            model_name="request",
            name="kind",
            field=models.CharField(
                choices=[
                    ("statement", "Statement"),
                    ("seal", "Seal of a day"),
                    ("application", "Client Account Application"),
                    ("client_approval", "Client Approval"),
                    ("funding", "Funding"),
                    ("authorization", "Request Authorization"),
                    ("linkage", "Client Linkage Request"),
                    ("trading_permission", "Trading Permission"),
                    ("allocation", "Allocation Break"),
                    ("instruction", "Instruction to the Broker"),
                ],
                max_length=20,
            ),
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
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["fee", "invoice", "sweep", "reversal", "reimburse"])),
                name="transfer_kind_known",
            ),
        ),
    ]
