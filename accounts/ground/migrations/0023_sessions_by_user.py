"""Sessions that say whose they are; the earlier ones end, as nobody can tell whose they were without opening them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls

EDIT = "SELECT, INSERT, UPDATE, DELETE"


class Migration(migrations.Migration):
    """Everybody signs in once more."""

    dependencies = [("accounts", "0022_own_sign_in")]

    operations = [
        migrations.CreateModel(
            name="SignInSession",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "db_table": "accounts_session",
                "abstract": False,
            },
        ),
        rls.open_table("accounts_session", web=EDIT, worker="SELECT, DELETE", office=EDIT),
        migrations.RunSQL(
            "DELETE FROM django_session; REVOKE ALL ON django_session FROM portal_web, portal_worker, portal_office",
            reverse_sql="GRANT SELECT, INSERT, UPDATE, DELETE ON django_session TO portal_web, portal_office;"
            " GRANT SELECT, DELETE ON django_session TO portal_worker",
        ),
    ]
