"""Grants on the tables of the libraries, which belong to no firm. The list is docs/decisions/0003-global-tables.md."""

from django.db import migrations

from accounts.ground.access import rls

EDIT = "SELECT, INSERT, UPDATE, DELETE"


class Migration(migrations.Migration):
    """Runs after the libraries have made their tables."""

    dependencies = [
        ("accounts", "0002_walls"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        rls.open_table("django_session", web=EDIT, worker="SELECT, DELETE", office=EDIT),
        rls.open_table("django_content_type", web="SELECT", worker="SELECT", night="SELECT", office="SELECT"),
        rls.open_table("auth_group", web="SELECT", office=EDIT),
        rls.open_table("auth_group_permissions", web="SELECT", office=EDIT),
        rls.open_table("auth_permission", web="SELECT", office="SELECT"),
        rls.open_table("account_emailaddress", web=EDIT, office=EDIT),
        rls.open_table("account_emailconfirmation", web=EDIT, office=EDIT),
        rls.open_table("django_admin_log", office="SELECT, INSERT"),
        *[
            rls.open_table(f"django_celery_beat_{name}", worker=EDIT, office=EDIT)
            for name in (
                "clockedschedule",
                "crontabschedule",
                "intervalschedule",
                "periodictask",
                "periodictasks",
                "solarschedule",
            )
        ],
    ]
