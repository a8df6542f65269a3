"""Addresses of the home page and its cards."""

from django.urls import path

from portal.dashboard import views

app_name = "dashboard"

urlpatterns = [
    path("", views.home, name="home"),
    path("dashboard/series.json", views.series, name="series"),
    path("dashboard/data/", views.data, name="data"),
    path("pending/", views.pending, name="pending"),
    path("activity/", views.activity, name="activity"),
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/<int:pk>/", views.notification, name="notification"),
]
