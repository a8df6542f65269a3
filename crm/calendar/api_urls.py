"""API addresses of events."""

from django.urls import path

from crm.calendar.api import EventBack, Events, EventUndo, OneEvent

urlpatterns = [
    path("events/", Events.as_view(), name="api_events"),
    path("events/<uuid:event>/", OneEvent.as_view(), name="api_event"),
    path("events/<uuid:event>/back/", EventBack.as_view(), name="api_event_back"),
    path("events/<uuid:event>/undo/", EventUndo.as_view(), name="api_event_undo"),
]
