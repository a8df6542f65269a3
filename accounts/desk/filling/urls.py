"""Addresses of semi-electronic applications."""

from django.urls import path

from accounts.desk.filling import views

app_name = "filling"

urlpatterns = [
    path("applications/semi/", views.begin, name="begin_application"),
    path("applications/<str:number>/fill/<slug:step>/", views.fill, name="fill_application"),
]
