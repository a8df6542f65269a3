"""API addresses of statement files."""

from django.urls import path

from portal.office.statements.api import StatementFiles, StatementJob

urlpatterns = [
    path("statement-files/", StatementFiles.as_view(), name="api_statement_files"),
    path("statement-files/<uuid:pk>/", StatementJob.as_view(), name="api_statement_job"),
]
