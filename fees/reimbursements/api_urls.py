"""API addresses of reimbursements."""

from django.urls import path

from fees.reimbursements.api import OneReimbursement, ReimbursementList, SendReimbursements

urlpatterns = [
    path("reimbursements/", ReimbursementList.as_view(), name="api_reimbursements"),
    path("reimbursements/send/", SendReimbursements.as_view(), name="api_send_reimbursements"),
    path("reimbursements/<uuid:pk>/", OneReimbursement.as_view(), name="api_reimbursement"),
]
