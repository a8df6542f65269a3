"""Addresses of the client book."""

from django.urls import path

from crm.contacts import editing_views as editing
from crm.contacts import export_views as exports
from crm.contacts import history_views as past
from crm.contacts import import_views as imports
from crm.contacts import inviting_views as inviting
from crm.contacts import record_views as record
from crm.contacts import views

app_name = "contacts"

urlpatterns = [
    path("contacts/", views.contacts, name="list"),
    path("contacts/new/", editing.new, name="new"),
    path("contacts/bring-in/", views.bring_in, name="bring_in"),
    path("contacts/import/", imports.upload, name="import"),
    path("contacts/import/template/", imports.template, name="template"),
    path("contacts/import/<uuid:intake>/", imports.intake, name="intake"),
    path("contacts/import/<uuid:intake>/columns/", imports.columns, name="columns_of_file"),
    path("contacts/import/<uuid:intake>/take/", imports.take, name="take"),
    path("contacts/import/<uuid:intake>/undo/", imports.undo, name="undo"),
    path("contacts/export/", exports.export, name="export"),
    path("contacts/<uuid:contact>/card/", exports.card, name="card"),
    path("contacts/<uuid:contact>/", record.profile, name="profile"),
    path("contacts/<uuid:contact>/configuration/", record.configuration, name="configuration"),
    path("contacts/<uuid:contact>/financial/", record.financial, name="financial"),
    path("contacts/<uuid:contact>/agenda/", record.agenda, name="agenda"),
    path("contacts/<uuid:contact>/peek/", record.peek, name="peek"),
    path("contacts/<uuid:contact>/place/", past.place, name="place"),
    path("contacts/<uuid:contact>/history/", past.history, name="history"),
    path("contacts/<uuid:contact>/history/<uuid:past>/undo/", past.undo, name="undo_change"),
    path("contacts/<uuid:contact>/edit/", editing.edit, name="edit"),
    path("contacts/<uuid:contact>/invite/", inviting.invite, name="invite"),
    path("contacts/<uuid:contact>/state/", editing.move, name="move"),
    path("contacts/<uuid:contact>/link/", editing.link, name="link"),
    path("contacts/<uuid:contact>/ties/", editing.relate, name="relate"),
    path("contacts/<uuid:contact>/trash/", editing.throw_away, name="throw_away"),
    path("contacts/<uuid:contact>/back/", editing.take_back, name="take_back"),
]
