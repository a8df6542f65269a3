"""Addresses of the help with codes of events about them and of the demo's inbox."""

from django.urls import path

from auth2fa.carriers import views

urlpatterns = [
    path("sign-in/help/", views.code_help, name="code_help"),
    path("hooks/codes/", views.events, name="code_events"),
    path("inbox-of-the-demo/", views.inbox, name="demo_inbox"),
]
