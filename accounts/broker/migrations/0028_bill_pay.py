"""Payees of bills: one more way for money to leave."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0049_parties_of_fewer_accounts"),
        ("broker", "0027_recurring_money"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="savedbank",
            name="savedbank_method",
        ),
        migrations.AlterField(
            model_name="fundingrequest",
            name="method",
            field=models.CharField(
                blank=True,
                choices=[
                    ("WIRE", "Wire"),
                    ("ACH", "ACH"),
                    ("EFT", "EFT"),
                    ("SEPA", "SEPA"),
                    ("CHECK", "Check"),
                    ("BILLPAY", "Bill pay"),
                    ("INTERNAL", "Internal"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="recurringinstruction",
            name="method",
            field=models.CharField(
                choices=[
                    ("WIRE", "Wire"),
                    ("ACH", "ACH"),
                    ("EFT", "EFT"),
                    ("SEPA", "SEPA"),
                    ("CHECK", "Check"),
                    ("BILLPAY", "Bill pay"),
                    ("INTERNAL", "Internal"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="savedbank",
            name="method",
            field=models.CharField(
                choices=[
                    ("WIRE", "Wire"),
                    ("ACH", "ACH"),
                    ("EFT", "EFT"),
                    ("SEPA", "SEPA"),
                    ("CHECK", "Check"),
                    ("BILLPAY", "Bill pay"),
                    ("INTERNAL", "Internal"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="savedbank",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["WIRE", "ACH", "EFT", "SEPA", "BILLPAY"])), name="savedbank_method"
            ),
        ),
    ]
