"""API addresses of contacts that are probably one."""

from django.urls import path

from crm.duplicates.api import Duplicates, Merge

urlpatterns = [
    path("contacts/duplicates/", Duplicates.as_view(), name="api_duplicates"),
    path("contacts/duplicates/<uuid:contact>/<uuid:other>/", Merge.as_view(), name="api_merge"),
]
