"""API addresses of webhooks."""

from django.urls import path

from accounts.desk.hooks import api

urlpatterns = [
    path("webhooks/", api.Webhooks.as_view(), name="api_webhooks"),
    path("webhooks/new/", api.NewWebhook.as_view(), name="api_new_webhook"),
    path("webhooks/<uuid:hook>/", api.OneWebhook.as_view(), name="api_webhook"),
    path("webhooks/<uuid:hook>/secret/", api.WebhookSecret.as_view(), name="api_webhook_secret"),
    path("webhooks/<uuid:hook>/deliveries/", api.WebhookDeliveries.as_view(), name="api_webhook_deliveries"),
    path(
        "webhooks/<uuid:hook>/deliveries/<uuid:delivery>/again/",
        api.WebhookReplay.as_view(),
        name="api_webhook_replay",
    ),
]
