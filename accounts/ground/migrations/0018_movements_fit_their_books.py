"""A movement fits its books: same firm, same currency, and an amount that the currency can pay."""

from django.db import migrations, models
from django.db.models.functions import Floor

TIE = """
ALTER TABLE accounts_transfer
    DROP CONSTRAINT transfer_debit_in_firm,
    DROP CONSTRAINT transfer_credit_in_firm,
    ADD CONSTRAINT transfer_debit_fits FOREIGN KEY (firm_id, currency, debit_id)
        REFERENCES accounts_book (firm_id, currency, id),
    ADD CONSTRAINT transfer_credit_fits FOREIGN KEY (firm_id, currency, credit_id)
        REFERENCES accounts_book (firm_id, currency, id)
"""
UNTIE = """
ALTER TABLE accounts_transfer
    DROP CONSTRAINT transfer_debit_fits,
    DROP CONSTRAINT transfer_credit_fits,
    ADD CONSTRAINT transfer_debit_in_firm FOREIGN KEY (firm_id, debit_id) REFERENCES accounts_book (firm_id, id),
    ADD CONSTRAINT transfer_credit_in_firm FOREIGN KEY (firm_id, credit_id) REFERENCES accounts_book (firm_id, id)
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_one_item_an_account")]

    operations = [
        migrations.AddConstraint(
            "book", models.UniqueConstraint(fields=["firm", "currency", "id"], name="book_firm_currency_id")
        ),
        migrations.RunSQL(TIE, reverse_sql=UNTIE),
        migrations.AddConstraint(
            "transfer",
            models.CheckConstraint(
                condition=~models.Q(currency__in=["JPY", "KRW"]) | models.Q(amount=Floor("amount")),
                name="transfer_payable",
            ),
        ),
        migrations.AddConstraint(
            "transfer",
            models.CheckConstraint(
                condition=models.Q(
                    currency__in=[
                        *("AED", "AUD", "BGN", "CAD", "CHF", "CNH", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS"),
                        *("JPY", "KRW", "MXN", "NOK", "NZD", "PLN", "RON", "RUB", "SAR", "SEK", "SGD", "TRY", "USD"),
                        "ZAR",
                    ]
                ),
                name="transfer_currency_known",
            ),
        ),
    ]
