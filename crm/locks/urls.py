"""Addresses of locks."""

from django.urls import path

from crm.locks import views

app_name = "locks"

urlpatterns = [path("contacts/<uuid:contact>/lock/", views.lock, name="lock")]
