"""API addresses of charges."""

from django.urls import path

from fees.proofs.api import ChargeList, ChargeProof

urlpatterns = [
    path("charges/", ChargeList.as_view(), name="api_charges"),
    path("charges/<uuid:pk>/proof/", ChargeProof.as_view(), name="api_charge_proof"),
]
