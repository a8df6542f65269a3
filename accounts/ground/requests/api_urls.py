"""API addresses of what waits and what is new."""

from django.urls import path

from accounts.ground.requests.api import NotificationList, PendingList

urlpatterns = [
    path("pending/", PendingList.as_view(), name="api_pending"),
    path("notifications/", NotificationList.as_view(), name="api_notifications"),
]
