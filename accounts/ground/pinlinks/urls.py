"""Addresses of approvals by PIN link."""

from django.urls import path

from accounts.ground.pinlinks import views

app_name = "pinlinks"

urlpatterns = [
    path("approvals/changes/<uuid:pk>/pin-link/", views.send, name="send_pin_link"),
    path("approve/<str:secret>/", views.answer, name="open"),
]
