"""Addresses of the phone key; the service worker's reach is what lies below its own address."""

from django.urls import path

from auth2fa.phone import views

app_name = "phone"

urlpatterns = [
    path("phone/", views.phone, name="page"),
    path("phone/key/", views.key, name="key"),
    path("phone/passkey/", views.passkey, name="passkey"),
    path("phone/open/", views.opening, name="open"),
    path("phone/manifest.webmanifest", views.manifest, name="manifest"),
    path("phone/worker.js", views.worker, name="worker"),
]
