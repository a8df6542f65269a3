"""Addresses of reports: one for each kind."""

from django.urls import path

from portal.reports import views
from portal.reports.regular import views as regular
from portal.reports.wishes import Kind

app_name = "reports"

urlpatterns = [
    path("reports/", views.home, name="home"),
    path("reports/file/", views.file, name="file"),
    path("reports/regular/", regular.keep, name="keep_regular"),
    path("reports/regular/<uuid:regular>/remove/", regular.remove, name="remove_regular"),
    *(path(f"reports/{kind}/", views.report, {"kind": kind.value}, name=kind.value) for kind in Kind),
]
