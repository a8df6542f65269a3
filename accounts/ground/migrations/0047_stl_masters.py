"""The few STL masters are found without reading every account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0046_charges_given_back")]

    operations = [
        migrations.AddIndex(
            model_name="account",
            index=models.Index(condition=models.Q(("kind", "stl_master")), fields=["id"], name="account_stl_master"),
        ),
    ]
