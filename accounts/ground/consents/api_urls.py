"""API addresses of what a client is asked to agree to."""

from django.urls import path

from accounts.ground.consents import api

urlpatterns = [
    path("accounts/<str:number>/authority/", api.AccountAuthority.as_view(), name="api_authority"),
    path("accounts/<str:number>/authority/ask/", api.AskAuthority.as_view(), name="api_ask_authority"),
    path("consents/<uuid:pk>/", api.TakeBack.as_view(), name="api_consent"),
    path("consents/<uuid:pk>/agree/", api.Agree.as_view(), name="api_agree"),
    path("consents/<uuid:pk>/decline/", api.Decline.as_view(), name="api_decline_consent"),
]
