"""API addresses of corrected values."""

from django.urls import path

from portal import addresses  # noqa: F401 (account)
from portal.corrections.api import CorrectionList

urlpatterns = [path("accounts/<account:number>/corrections/", CorrectionList.as_view(), name="api_corrections")]
