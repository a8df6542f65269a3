"""The price of a mailbox goes from an advisor's share to the provider; requests for mailboxes wait with the others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0052_payees_by_account"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="book",
            name="book_fits_kind",
        ),
        migrations.RemoveConstraint(
            model_name="transfer",
            name="transfer_kind_known",
        ),
        migrations.AlterField(
            model_name="book",
            name="kind",
            field=models.CharField(
                choices=[
                    ("client", "Client cash"),
                    ("clearing", "Fees collected under the master"),
                    ("payee", "Advisor's share"),
                    ("provider", "Provider of mailboxes"),
                ],
                max_length=10,
            ),
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
                    ("billing", "Agreement to Bill"),
                    ("inquiry", "Inquiry"),
                    ("house_inquiry", "Inquiry of the Back Office"),
                    ("mailbox", "Mailbox"),
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
                    ("adjustment", "Fee given back"),
                    ("borne", "Broker's charge paid by the advisor"),
                    ("borne_back", "Broker's charge given back to the advisor"),
                    ("draw", "Handed to the STL master for its fee"),
                    ("mailbox", "Charge for a mailbox"),
                    ("mail_back", "Charge for a mailbox given back"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="book",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account__isnull", False), ("kind", "client"), ("practice__isnull", True)),
                    models.Q(
                        ("account__isnull", True), ("kind__in", ["clearing", "provider"]), ("practice__isnull", True)
                    ),
                    models.Q(("account__isnull", True), ("kind", "payee"), ("practice__isnull", False)),
                    _connector="OR",
                ),
                name="book_fits_kind",
            ),
        ),
        migrations.AddConstraint(
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
                        ],
                    )
                ),
                name="transfer_kind_known",
            ),
        ),
    ]
