"""Addresses of notes."""

from django.urls import path

from crm.notes import views

app_name = "notes"

urlpatterns = [
    path("accounts/<str:number>/notes/", views.notes, name="list"),
    path("accounts/<str:number>/notes/<uuid:note>/", views.note, name="note"),
    path("accounts/<str:number>/notes/<uuid:note>/trash/", views.throw_away, name="throw_away"),
    path("accounts/<str:number>/notes/<uuid:note>/back/", views.take_back, name="take_back"),
]
