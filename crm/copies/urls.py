"""Addresses of copies of the client book."""

from django.urls import path

from crm.copies import views

app_name = "copies"

urlpatterns = [
    path("settings/storage-password/copy/", views.copy, name="copy"),
    path("settings/storage-password/copy/file/", views.file, name="file"),
]
