"""Addresses of contacts that are probably one."""

from django.urls import path

from crm.duplicates import views

app_name = "duplicates"

urlpatterns = [
    path("contacts/duplicates/", views.duplicates, name="list"),
    path("contacts/duplicates/<uuid:contact>/<uuid:other>/", views.compare, name="compare"),
    path("contacts/duplicates/<uuid:contact>/<uuid:other>/apart/", views.apart, name="apart"),
]
