"""Addresses of mass upload."""

from django.urls import path

from portal.mass_upload import views

app_name = "mass_upload"

urlpatterns = [
    path("applications/mass-upload/", views.upload, name="mass_upload"),
    path("applications/mass-upload/template/", views.template, name="mass_upload_template"),
]
