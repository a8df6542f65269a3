"""What people prefer on the portal's pages; each reads and writes only the own rows."""

from django.db import migrations, models

from accounts.ground.access import rls

OWN_USER = "user_id = (SELECT app_user())"
EDIT = "SELECT, INSERT, UPDATE, DELETE"


class Migration(migrations.Migration):
    dependencies = [("portal", "0005_links")]

    operations = [
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("user_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("dates", models.CharField(default="iso", max_length=20)),
                (
                    "layout",
                    models.JSONField(default=dict, help_text="Cards of the dashboard and columns of each list"),
                ),
            ],
            managers=[("unscoped", models.manager.Manager())],
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.BigIntegerField()),
                ("seat_id", models.BigIntegerField()),
                ("list", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(max_length=500)),
            ],
            managers=[("unscoped", models.manager.Manager())],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user_id", "seat_id", "list", "name"), name="view_name_once")
                ],
            },
        ),
        rls.secure("portal_preference", read=OWN_USER, write=OWN_USER, web=EDIT, worker="SELECT", office="SELECT"),
        rls.secure("portal_savedview", read=OWN_USER, write=OWN_USER, web=EDIT, worker="SELECT", office="SELECT"),
    ]
