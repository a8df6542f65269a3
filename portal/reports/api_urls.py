"""API addresses of reports."""

from django.urls import path

from portal.reports.api import Figures, OneReport, ReportFile, Reports
from portal.reports.regular.api import OneRegularReport, RegularReports

urlpatterns = [
    path("reports/", Reports.as_view(), name="api_reports"),
    path("reports/figures/", Figures.as_view(), name="api_report_figures"),
    path("reports/<uuid:report>/", OneReport.as_view(), name="api_report"),
    path("reports/<uuid:report>/file/", ReportFile.as_view(), name="api_report_file"),
    path("regular-reports/", RegularReports.as_view(), name="api_regular_reports"),
    path("regular-reports/<uuid:regular>/", OneRegularReport.as_view(), name="api_regular_report"),
]
