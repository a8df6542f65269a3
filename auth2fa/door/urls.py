"""Addresses between the password and being signed in."""

from django.urls import path

from auth2fa.door import views

urlpatterns = [
    path("locked-out/", views.locked_out, name="locked_out"),
    path("code/", views.second_proof, name="second_proof"),
    path("code/device/", views.take_device, name="second_proof_device"),
    path("code/again/", views.send_again, name="second_proof_again"),
]
