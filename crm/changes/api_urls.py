"""API addresses of changes of several contacts."""

from django.urls import path

from crm.changes.api import Changes, Several, UndoChange

urlpatterns = [
    path("contacts/several/", Several.as_view(), name="api_several"),
    path("contacts/changes/", Changes.as_view(), name="api_changes"),
    path("contacts/changes/<uuid:change>/undo/", UndoChange.as_view(), name="api_undo_change"),
]
