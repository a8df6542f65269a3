"""Addresses of Transfer & Pay."""

from django.urls import path

from accounts.broker.funding import bill_views, request_views, views
from accounts.broker.positions import views as positions
from accounts.broker.recurring import views as recurring

app_name = "transfer"

urlpatterns = [
    path("transfer/funds/", views.funds, name="funds"),
    path("transfer/saved/", views.saved, name="saved"),
    path("transfer/banks/<uuid:pk>/delete/", views.delete_bank, name="delete_bank"),
    path("transfer/requests/<uuid:pk>/", request_views.show, name="funding_request"),
    path("transfer/requests/<uuid:pk>/number/", request_views.number, name="funding_number"),
    path("transfer/requests/<uuid:pk>/resend/", request_views.resend, name="funding_resend"),
    path("transfer/requests/<uuid:pk>/consent/", request_views.consent, name="funding_consent"),
    path("transfer/requests/<uuid:pk>/answer/", request_views.verify, name="funding_verify"),
    path("transfer/requests/<uuid:pk>/cancel/", request_views.cancel, name="funding_cancel"),
    path("transfer/requests/<uuid:pk>/amount/", request_views.amount, name="funding_amount"),
    path("transfer/positions/", positions.listed, name="positions"),
    path("transfer/bills/", bill_views.listed, name="bill_pay"),
    path("transfer/recurring/", recurring.listed, name="recurring"),
    path("transfer/recurring/<uuid:pk>/", recurring.show, name="recurring_one"),
    path("transfer/recurring/<uuid:pk>/pause/", recurring.pause, name="recurring_pause"),
    path("transfer/recurring/<uuid:pk>/resume/", recurring.resume, name="recurring_resume"),
    path("transfer/recurring/<uuid:pk>/end/", recurring.end, name="recurring_end"),
    path("accounts/<str:number>/transfer/", views.account, name="account"),
    path("accounts/<str:number>/transfer/deposit/", views.deposit, name="deposit"),
    path("accounts/<str:number>/transfer/withdraw/", views.withdraw, name="withdraw"),
    path("accounts/<str:number>/transfer/internal/", views.move, name="move"),
    path("accounts/<str:number>/transfer/bank/", views.save_bank, name="save_bank"),
    path("accounts/<str:number>/transfer/positions/", positions.account, name="account_positions"),
    path("accounts/<str:number>/transfer/positions/in/", positions.bring, name="positions_in"),
    path("accounts/<str:number>/transfer/positions/out/", positions.send, name="positions_out"),
    path("accounts/<str:number>/transfer/broker/", positions.save_broker, name="save_broker"),
    path("accounts/<str:number>/transfer/payee/", bill_views.save_payee, name="save_payee"),
    path("accounts/<str:number>/transfer/bill/", bill_views.pay, name="pay_bill"),
    path("accounts/<str:number>/transfer/recurring/", recurring.set_up, name="recur"),
]
