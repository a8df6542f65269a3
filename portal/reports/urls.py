"""Addresses of reports: one for each kind."""

from django.urls import path

from portal.reports import views
from portal.reports.wishes import Kind

app_name = "reports"

urlpatterns = [
    path("reports/", views.home, name="home"),
    path("reports/file/", views.file, name="file"),
    *(path(f"reports/{kind}/", views.report, {"kind": kind.value}, name=kind.value) for kind in Kind),
]
