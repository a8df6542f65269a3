"""Addresses of changes of several contacts."""

from django.urls import path

from crm.changes import views

app_name = "changes"

urlpatterns = [
    path("contacts/several/", views.several, name="several"),
    path("contacts/several/export/", views.export, name="export"),
    path("contacts/changes/", views.changes, name="list"),
    path("contacts/changes/<uuid:change>/undo/", views.undo, name="undo"),
]
