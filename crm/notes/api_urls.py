"""API addresses of notes."""

from django.urls import path

from crm.notes.api import ContactNotes, Notes, OneNote

urlpatterns = [
    path("accounts/<str:number>/notes/", Notes.as_view(), name="api_notes"),
    path("accounts/<str:number>/notes/<uuid:note>/", OneNote.as_view(), name="api_note"),
    path("contacts/<uuid:contact>/notes/", ContactNotes.as_view(), name="api_contact_notes"),
    path("contacts/<uuid:contact>/notes/<uuid:note>/", OneNote.as_view(), name="api_contact_note"),
]
