"""API addresses of one's own calendar addresses."""

from django.urls import path

from crm.feeds.api import Feeds, OneFeed

urlpatterns = [
    path("calendar-addresses/", Feeds.as_view(), name="api_feeds"),
    path("calendar-addresses/<uuid:feed>/", OneFeed.as_view(), name="api_feed"),
]
