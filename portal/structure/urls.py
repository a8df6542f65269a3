"""Addresses of the structure."""

from django.urls import path

from portal.structure import views

app_name = "structure"

urlpatterns = [path("structure/", views.tree, name="tree")]
