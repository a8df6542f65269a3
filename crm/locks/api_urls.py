"""API addresses of locks."""

from django.urls import path

from crm.locks.api import ContactLock

urlpatterns = [path("contacts/<uuid:contact>/lock/", ContactLock.as_view(), name="api_contact_lock")]
