"""The address of what one is told."""

from django.urls import path

from portal.news import views

app_name = "news"

urlpatterns = [path("settings/notifications/", views.choices, name="choices")]
