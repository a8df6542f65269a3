"""API addresses of the client book."""

from django.urls import path

from crm.contacts.api import BringIn, ContactBack, ContactLink, Contacts, ContactState, ContactTies, OneContact
from crm.contacts.history_api import ContactChangeUndo, ContactHistory
from crm.contacts.import_api import IntakeColumns, Intakes, OneIntake
from crm.contacts.inviting_api import ContactInvitation

urlpatterns = [
    path("contacts/", Contacts.as_view(), name="api_contacts"),
    path("contacts/bring-in/", BringIn.as_view(), name="api_bring_in"),
    path("contacts/import/", Intakes.as_view(), name="api_contact_files"),
    path("contacts/import/<uuid:intake>/", OneIntake.as_view(), name="api_contact_file"),
    path("contacts/import/<uuid:intake>/columns/", IntakeColumns.as_view(), name="api_contact_file_columns"),
    path("contacts/<uuid:contact>/", OneContact.as_view(), name="api_contact"),
    path("contacts/<uuid:contact>/state/", ContactState.as_view(), name="api_contact_state"),
    path("contacts/<uuid:contact>/back/", ContactBack.as_view(), name="api_contact_back"),
    path("contacts/<uuid:contact>/ties/", ContactTies.as_view(), name="api_contact_ties"),
    path("contacts/<uuid:contact>/invitation/", ContactInvitation.as_view(), name="api_contact_invitation"),
    path("contacts/<uuid:contact>/history/", ContactHistory.as_view(), name="api_contact_history"),
    path(
        "contacts/<uuid:contact>/history/<uuid:past>/undo/",
        ContactChangeUndo.as_view(),
        name="api_undo_contact_change",
    ),
    path("contacts/<uuid:contact>/link/", ContactLink.as_view(), name="api_contact_link"),
]
