"""API address of the search."""

from django.urls import path

from portal.find import api

urlpatterns = [path("search/", api.Search.as_view(), name="api_search")]
