"""Sign-in names are of plain letters: two that look alike in two scripts would be two people."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0020_rows_at_home")]

    operations = [
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("username__regex", "^[A-Za-z0-9@.+_-]+$")), name="user_name_ascii"
            ),
        ),
    ]
