"""API address of what happened around a contact."""

from django.urls import path

from crm.timeline.api import Timeline

urlpatterns = [path("contacts/<uuid:contact>/timeline/", Timeline.as_view(), name="api_contact_timeline")]
