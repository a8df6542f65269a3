"""API addresses of conversations."""

from django.urls import path

from accounts.desk.messages.api import ThreadList, ThreadRecord

urlpatterns = [
    path("messages/", ThreadList.as_view(), name="api_threads"),
    path("messages/<uuid:pk>/", ThreadRecord.as_view(), name="api_thread"),
]
