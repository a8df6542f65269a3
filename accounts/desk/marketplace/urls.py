"""Addresses of the Investors' Marketplace."""

from django.urls import path

from accounts.desk.marketplace import views

app_name = "marketplace"

urlpatterns = [
    path("marketplace/", views.home, name="home"),
    path("marketplace/own/", views.own, name="own"),
    path("marketplace/own/<slug:category>/", views.write, name="write_listing"),
    path("marketplace/own/<slug:category>/submit/", views.submit, name="submit_listing"),
    path("marketplace/own/<slug:category>/withdraw/", views.withdraw, name="withdraw_listing"),
    path("marketplace/<uuid:pk>/", views.listing, name="listing"),
]
