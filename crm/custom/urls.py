"""Addresses of own fields."""

from django.urls import path

from crm.custom import views

app_name = "custom"

urlpatterns = [
    path("contacts/fields/", views.fields, name="fields"),
    path("contacts/fields/<uuid:field>/", views.change, name="change"),
]
