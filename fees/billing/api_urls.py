"""API addresses of the billing desk."""

from django.urls import path

from fees.billing.api import ApproveLine, BillingForecast, BillingLockView, BillingMonth, BillingThreshold

urlpatterns = [
    path("billing/", BillingMonth.as_view(), name="api_billing"),
    path("billing/forecast/", BillingForecast.as_view(), name="api_billing_forecast"),
    path("billing/lock/", BillingLockView.as_view(), name="api_billing_lock"),
    path("billing/threshold/", BillingThreshold.as_view(), name="api_billing_threshold"),
    path("billing/<str:kind>/<uuid:pk>/approve/", ApproveLine.as_view(), name="api_approve_line"),
]
