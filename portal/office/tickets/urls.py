"""Addresses of tickets and inquiries, below the back office's own."""

from django.urls import path

from portal.office.tickets import views

app_name = "tickets"

urlpatterns = [
    path("", views.ticket_list, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:pk>/", views.ticket, name="ticket"),
    path("<uuid:pk>/note/", views.note, name="note"),
    path("<uuid:pk>/assign/", views.assign, name="assign"),
    path("<uuid:pk>/state/", views.state, name="state"),
    path("<uuid:pk>/files/<uuid:file>/", views.file, name="file"),
]
