"""API addresses of money in and out."""

from django.urls import path

from accounts.broker.funding import api, request_api
from accounts.broker.positions import api as positions
from accounts.broker.recurring import api as recurring

urlpatterns = [
    path("accounts/<str:number>/funding/", api.AccountFunding.as_view(), name="api_funding"),
    path("accounts/<str:number>/deposits/", api.NotifyDeposit.as_view(), name="api_deposit"),
    path("accounts/<str:number>/withdrawals/", api.Withdraw.as_view(), name="api_withdraw"),
    path("accounts/<str:number>/internal-transfers/", api.MoveCash.as_view(), name="api_move"),
    path("accounts/<str:number>/bank-instructions/", api.SaveBank.as_view(), name="api_save_bank"),
    path(
        "accounts/<str:number>/positions-to-move/", positions.AccountPositions.as_view(), name="api_positions_to_move"
    ),
    path("accounts/<str:number>/position-transfers/in/", positions.BringPositions.as_view(), name="api_positions_in"),
    path("accounts/<str:number>/position-transfers/out/", positions.SendPositions.as_view(), name="api_positions_out"),
    path("accounts/<str:number>/recurring-instructions/", recurring.SetUpRecurring.as_view(), name="api_recur"),
    path("recurring-instructions/", recurring.RecurringInstructions.as_view(), name="api_recurring"),
    path("recurring-instructions/<uuid:pk>/", recurring.OneRecurring.as_view(), name="api_recurring_one"),
    path("recurring-instructions/<uuid:pk>/pause/", recurring.PauseRecurring.as_view(), name="api_pause_recurring"),
    path("recurring-instructions/<uuid:pk>/resume/", recurring.ResumeRecurring.as_view(), name="api_resume_recurring"),
    path("bank-instructions/", api.SavedBanks.as_view(), name="api_saved_banks"),
    path("bank-instructions/<uuid:pk>/", api.DeleteBank.as_view(), name="api_delete_bank"),
    path("funding-requests/", api.FundingRequests.as_view(), name="api_funding_requests"),
    path("funding-requests/<uuid:pk>/", request_api.OneFundingRequest.as_view(), name="api_funding_request"),
    path("funding-requests/<uuid:pk>/cancel/", request_api.CancelFunding.as_view(), name="api_cancel_funding"),
    path("funding-requests/<uuid:pk>/consent/", request_api.ConsentToFunding.as_view(), name="api_consent_funding"),
    path("funding-requests/<uuid:pk>/answer/", request_api.VerifyFunding.as_view(), name="api_verify_funding"),
    path("funding-requests/<uuid:pk>/number/", request_api.ConfirmFunding.as_view(), name="api_confirm_funding"),
]
