"""Addresses of feeds."""

from django.urls import path

from crm.feeds import views

app_name = "feeds"

urlpatterns = [
    path("calendar/feeds/", views.feeds, name="list"),
    path("calendar/feeds/<uuid:feed>/end/", views.end, name="end"),
    path("calendar/feed/<str:secret>.ics", views.read, name="read"),
]
