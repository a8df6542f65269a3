"""API address of what one is told."""

from django.urls import path

from portal.news import api

urlpatterns = [path("notifications/choices/", api.NewsWishes.as_view(), name="api_news_choices")]
