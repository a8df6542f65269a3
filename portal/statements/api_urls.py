"""API addresses of statements."""

from django.urls import path

from portal import addresses  # noqa: F401 (account, month)
from portal.statements.api import MonthList, MonthRecord

urlpatterns = [
    path("accounts/<account:number>/statements/", MonthList.as_view(), name="api_statements"),
    path("accounts/<account:number>/statements/<month:month>/", MonthRecord.as_view(), name="api_statement"),
]
