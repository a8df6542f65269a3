"""Addresses of a user's network addresses; they stand beside the user's own."""

from django.urls import path

from accounts.desk.addresses import views

urlpatterns = [
    path("settings/users/<int:seat>/addresses/", views.addresses, name="addresses"),
    path("settings/users/<int:seat>/addresses/new/", views.add, name="add_address"),
    path("settings/users/<int:seat>/addresses/<int:address>/confirm/", views.confirm, name="confirm_address"),
    path("settings/users/<int:seat>/addresses/<int:address>/remove/", views.remove, name="remove_address"),
]
