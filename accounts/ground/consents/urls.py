"""Addresses of what a client is asked to agree to."""

from django.urls import path

from accounts.ground.consents import views

app_name = "consents"

urlpatterns = [
    path("accounts/<str:number>/authority/", views.of_an_account, name="authority"),
    path("accounts/<str:number>/authority/ask/", views.ask, name="ask_authority"),
    path("accounts/<str:number>/authority/end/", views.end, name="end_authority"),
    path("approvals/changes/<uuid:pk>/", views.show, name="consent"),
    path("approvals/changes/<uuid:pk>/agree/", views.agree, name="agree"),
    path("approvals/changes/<uuid:pk>/decline/", views.decline, name="decline_consent"),
    path("approvals/changes/<uuid:pk>/cancel/", views.cancel, name="cancel_consent"),
]
