"""Addresses of exam packs."""

from django.urls import path

from portal.examination import views

app_name = "examination"

urlpatterns = [
    path("reports/examination/", views.home, name="home"),
    path("reports/examination/make/", views.make, name="make"),
]
