"""API addresses of approvals by PIN link."""

from django.urls import path

from accounts.ground.pinlinks import api

urlpatterns = [path("consents/<uuid:pk>/pin-link/", api.SendPinLink.as_view(), name="api_send_pin_link")]
