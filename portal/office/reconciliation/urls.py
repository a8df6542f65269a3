"""The address of the reconciliation, below the back office's own."""

from django.urls import path

from portal.office.reconciliation import views

app_name = "reconciliation"

urlpatterns = [
    path("", views.reconciliation, name="now"),
    path("note/", views.note, name="note"),
    path("take-back/", views.take_back, name="take_back"),
]
