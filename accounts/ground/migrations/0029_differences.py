"""A fee that differs from its agreement is a thing that waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0028_search"),
    ]

    operations = [
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
                    ("billing", "Agreement to Bill"),
                ],
                max_length=20,
            ),
        ),
    ]
