"""Addresses of looking as another user."""

from django.urls import path

from accounts.desk.seen_as import views

app_name = "seen_as"

urlpatterns = [
    path("seen-as/", views.choose, name="choose"),
    path("seen-as/stop/", views.stop, name="stop"),
]
