"""Addresses that remember what a person prefers."""

from django.urls import path

from portal.preferences import views

app_name = "preferences"

urlpatterns = [
    path("preferences/dates/", views.dates, name="dates"),
    path("preferences/columns/", views.columns, name="columns"),
    path("preferences/cards/", views.card, name="card"),
    path("preferences/views/", views.view, name="view"),
]
