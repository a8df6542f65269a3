"""Tells Django which site the admin pages of all apps register with."""

from django.contrib.admin.apps import AdminConfig


class OfficeAdminConfig(AdminConfig):
    default_site = "portal.office.site.OfficeSite"

    def ready(self) -> None:
        super().ready()
        from portal.office import admin  # noqa: F401
