"""API addresses of copies of the client book."""

from django.urls import path

from crm.copies import api

urlpatterns = [path("vault/copy/", api.BookCopy.as_view(), name="api_vault_copy")]
