"""Addresses of the search."""

from django.urls import path

from portal.find import views

app_name = "find"

urlpatterns = [
    path("find/", views.find, name="find"),
    path("find/used/", views.used, name="used"),
]
