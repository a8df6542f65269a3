"""API addresses of brands."""

from django.urls import path

from accounts.desk.brand.api import BrandRecord

urlpatterns = [path("brand/", BrandRecord.as_view(), name="api_brand")]
