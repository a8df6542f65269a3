"""Addresses of applications."""

from django.urls import path

from accounts.ground.applications import views

app_name = "applications"

urlpatterns = [
    path("applications/new/", views.new, name="new"),
    path("applications/second-level/", views.second_level, name="second_level"),
    path("applications/<str:number>/status/", views.change, name="change"),
    path("applications/<str:number>/delete/", views.delete, name="delete"),
]
