"""API addresses of mass upload."""

from django.urls import path

from portal.mass_upload.api import MassUpload

urlpatterns = [path("mass-upload/", MassUpload.as_view(), name="api_mass_upload")]
