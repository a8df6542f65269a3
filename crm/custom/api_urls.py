"""API addresses of own fields."""

from django.urls import path

from crm.custom.api import Fields, OneField

urlpatterns = [
    path("contacts/fields/", Fields.as_view(), name="api_contact_fields"),
    path("contacts/fields/<uuid:field>/", OneField.as_view(), name="api_contact_field"),
]
