"""API addresses of what investments in hedge funds are worth."""

from django.urls import path

from fees.funds.api import FundValueList

urlpatterns = [path("fund-values/", FundValueList.as_view(), name="api_fund_values")]
