"""Addresses of the frame."""

from django.urls import path

from portal.shell import views

app_name = "shell"

urlpatterns = [
    path("menu/", views.fold, name="fold"),
    path("theme/", views.theme, name="theme"),
    path("language/", views.language, name="language"),
    path("support/", views.help_page, name="help"),
]
