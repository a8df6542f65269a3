"""Addresses of notes: below the account or the contact that they are about, and a new one about either."""

from django.urls import path

from crm.notes import views

app_name = "notes"

urlpatterns = [
    path("notes/new/", views.new, name="new"),
    path("accounts/<str:number>/notes/", views.notes, name="list"),
    path("accounts/<str:number>/notes/<uuid:note>/", views.note, name="note"),
    path("accounts/<str:number>/notes/<uuid:note>/pin/", views.pin, name="pin"),
    path("accounts/<str:number>/notes/<uuid:note>/trash/", views.throw_away, name="throw_away"),
    path("accounts/<str:number>/notes/<uuid:note>/back/", views.take_back, name="take_back"),
    path("contacts/<uuid:contact>/notes/", views.notes, name="contact_list"),
    path("contacts/<uuid:contact>/notes/<uuid:note>/", views.note, name="contact_note"),
    path("contacts/<uuid:contact>/notes/<uuid:note>/pin/", views.pin, name="contact_pin"),
    path("contacts/<uuid:contact>/notes/<uuid:note>/trash/", views.throw_away, name="contact_throw_away"),
    path("contacts/<uuid:contact>/notes/<uuid:note>/back/", views.take_back, name="contact_take_back"),
]
