"""API addresses of the Investors' Marketplace."""

from django.urls import path

from accounts.desk.marketplace import api

urlpatterns = [
    path("marketplace/", api.Listings.as_view(), name="api_listings"),
    path("marketplace/own/", api.OwnListings.as_view(), name="api_own_listings"),
    path("marketplace/own/<slug:category>/", api.OwnListing.as_view(), name="api_own_listing"),
    path("marketplace/own/<slug:category>/submit/", api.SubmitListing.as_view(), name="api_submit_listing"),
    path("marketplace/<uuid:pk>/", api.OneListing.as_view(), name="api_listing"),
]
