"""Addresses of one's devices in the API."""

from django.urls import path

from auth2fa.devices import api

urlpatterns = [
    path("devices/", api.Devices.as_view(), name="api_devices"),
    path("devices/new/", api.NewDevice.as_view(), name="api_new_device"),
    path("devices/codes/", api.RecoveryCodes.as_view(), name="api_recovery_codes"),
    path("devices/<uuid:device>/", api.OneDevice.as_view(), name="api_device"),
    path("devices/<uuid:device>/name/", api.DeviceName.as_view(), name="api_device_name"),
    path("devices/<uuid:device>/confirm/", api.ConfirmDevice.as_view(), name="api_confirm_device"),
]
