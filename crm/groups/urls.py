"""Addresses of groups."""

from django.urls import path

from crm.groups import views

app_name = "groups"

urlpatterns = [
    path("groups/", views.groups, name="list"),
    path("groups/<uuid:group>/", views.group, name="group"),
    path("groups/<uuid:group>/members/", views.members, name="members"),
    path("groups/<uuid:group>/trash/", views.throw_away, name="throw_away"),
    path("groups/<uuid:group>/back/", views.take_back, name="take_back"),
]
