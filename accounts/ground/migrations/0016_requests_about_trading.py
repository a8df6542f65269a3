"""Trading permissions that are asked for, and allocations that no longer match, wait for somebody too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_linkage"),
    ]

    operations = [
        migrations.AlterField(
            model_name="request",
            name="kind",
            field=models.CharField(
                choices=[
                    ("statement", "Statement"),
                    ("application", "Client Account Application"),
                    ("client_approval", "Client Approval"),
                    ("funding", "Funding"),
                    ("authorization", "Request Authorization"),
                    ("linkage", "Client Linkage Request"),
                    ("trading_permission", "Trading Permission"),
                    ("allocation", "Allocation Break"),
                ],
                max_length=20,
            ),
        ),
    ]
