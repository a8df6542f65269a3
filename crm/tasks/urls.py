"""Addresses of tasks."""

from django.urls import path

from crm.tasks import views

app_name = "tasks"

urlpatterns = [
    path("tasks/", views.tasks, name="list"),
    path("tasks/new/", views.new, name="new"),
    path("tasks/<uuid:task>/", views.task, name="task"),
    path("tasks/<uuid:task>/state/", views.move, name="move"),
    path("tasks/<uuid:task>/trash/", views.throw_away, name="throw_away"),
    path("tasks/<uuid:task>/back/", views.take_back, name="take_back"),
]
