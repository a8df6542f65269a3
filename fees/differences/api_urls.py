"""API addresses of differences between agreements and bills."""

from django.urls import path

from fees.differences.api import DifferenceList

urlpatterns = [path("fee-differences/", DifferenceList.as_view(), name="api_differences")]
