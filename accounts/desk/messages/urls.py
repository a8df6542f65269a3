"""Addresses of the message center."""

from django.urls import path

from accounts.desk.messages import views

app_name = "messages"

urlpatterns = [
    path("messages/", views.center, name="list"),
    path("messages/new/", views.new, name="new"),
    path("messages/<uuid:pk>/", views.thread, name="thread"),
]
