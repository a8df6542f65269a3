"""API addresses of tasks."""

from django.urls import path

from crm.tasks.api import OneTask, TaskBack, TaskMove, Tasks

urlpatterns = [
    path("tasks/", Tasks.as_view(), name="api_tasks"),
    path("tasks/<uuid:task>/", OneTask.as_view(), name="api_task"),
    path("tasks/<uuid:task>/state/", TaskMove.as_view(), name="api_task_move"),
    path("tasks/<uuid:task>/back/", TaskBack.as_view(), name="api_task_back"),
]
