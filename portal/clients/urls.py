"""Addresses of the owner's own pages; the home page shares its address with the dashboard."""

from django.urls import path

from portal.clients import views

app_name = "clients"

urlpatterns = [path("approvals/", views.approvals, name="approvals")]
