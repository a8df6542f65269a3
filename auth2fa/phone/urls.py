"""Addresses of the phone key; the service worker's reach is what lies below its own address."""

from django.urls import path

from auth2fa.phone import views

app_name = "phone"

urlpatterns = [
    path("phone/", views.phone, name="page"),
    path("phone/key/", views.key, name="key"),
    path("phone/manifest.webmanifest", views.manifest, name="manifest"),
    path("phone/worker.js", views.worker, name="worker"),
]
