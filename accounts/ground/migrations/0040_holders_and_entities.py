"""The date of birth of a holder who is a person, and the broker's companies as a list instead of free text."""

from django.db import migrations, models

# What no list has was never a company of the broker; its next statement says which one it is.
KNOWN = (
    "UPDATE accounts_account SET entity = '' WHERE entity NOT IN ('', 'IBLLC-US', 'IB-CAN', 'IB-UK', 'IB-IE', 'IBAU')"
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0039_pin_facts_settle")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="holder_born_on",
            field=models.DateField(blank=True, help_text="Where the holder is a person", null=True),
        ),
        migrations.RunSQL(KNOWN, reverse_sql=migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(entity__in=["", "IBLLC-US", "IB-CAN", "IB-UK", "IB-IE", "IBAU"]),
                name="account_entity_known",
            ),
        ),
    ]
