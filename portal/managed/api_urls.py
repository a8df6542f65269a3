"""API addresses of money managers and the accounts assigned to them."""

from django.urls import path

from portal.managed import api

urlpatterns = [
    path("assignments/", api.Assignments.as_view(), name="api_assignments"),
    path("assignments/<uuid:pk>/answer/", api.Answer.as_view(), name="api_answer_assignment"),
    path("assignments/<uuid:pk>/", api.End.as_view(), name="api_end_assignment"),
]
