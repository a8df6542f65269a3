"""Addresses of the fee room."""

from django.urls import path

from fees.proofs import views as proofs

app_name = "fees"

urlpatterns = [
    path("fees/proofs/<uuid:pk>/", proofs.show, name="proof"),
    path("fees/proofs/<uuid:pk>/recompute/", proofs.recompute, name="recompute"),
]
