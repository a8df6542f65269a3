"""Addresses that remember what a person prefers."""

from django.urls import path

from portal.preferences import views

app_name = "preferences"

urlpatterns = [
    path("settings/user/", views.user, name="user"),
    path("preferences/zone/", views.zone, name="zone"),
    path("preferences/dates/", views.dates, name="dates"),
    path("preferences/numbers/", views.numbers, name="numbers"),
    path("preferences/columns/", views.columns, name="columns"),
    path("preferences/cards/", views.card, name="card"),
    path("preferences/views/", views.view, name="view"),
]
