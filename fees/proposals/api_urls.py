"""API addresses of fee proposals."""

from django.urls import path

from fees.proposals.api import (
    CancelProposal,
    DeclineProposal,
    DraftTerms,
    OneProposal,
    PreviewTerms,
    ProposalList,
    SendTerms,
    SignProposal,
)
from fees.returned.api import ReturnedScan, ReturnPaper

urlpatterns = [
    path("fee-proposals/", ProposalList.as_view(), name="api_proposals"),
    path("fee-proposals/<uuid:pk>/", OneProposal.as_view(), name="api_proposal"),
    path("fee-proposals/<uuid:pk>/cancel/", CancelProposal.as_view(), name="api_cancel_proposal"),
    path("fee-proposals/<uuid:pk>/sign/", SignProposal.as_view(), name="api_sign_proposal"),
    path("fee-proposals/<uuid:pk>/decline/", DeclineProposal.as_view(), name="api_decline_proposal"),
    path("fee-proposals/<uuid:pk>/papers/", ReturnPaper.as_view(), name="api_return_paper"),
    path("fee-proposals/<uuid:pk>/papers/<uuid:paper>/", ReturnedScan.as_view(), name="api_returned_scan"),
    path("accounts/<str:number>/fee-terms/preview/", PreviewTerms.as_view(), name="api_fee_preview"),
    path("accounts/<str:number>/fee-terms/draft/", DraftTerms.as_view(), name="api_fee_draft"),
    path("accounts/<str:number>/fee-terms/send/", SendTerms.as_view(), name="api_send_terms"),
]
