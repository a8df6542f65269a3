"""Addresses of seats."""

from django.urls import path

from accounts.desk.seats.views import choose

urlpatterns = [path("seat/", choose, name="seat")]
