"""API addresses of the fee overview."""

from django.urls import path

from fees.overview.api import AgreedTerms, FeeOverview

urlpatterns = [
    path("fee-overview/", FeeOverview.as_view(), name="api_fee_overview"),
    path("fee-schedules/", AgreedTerms.as_view(), name="api_fee_schedules"),
]
