"""API addresses of mailboxes."""

from django.urls import path

from accounts.desk.mailboxes import api

urlpatterns = [
    path("mailboxes/", api.Mailboxes.as_view(), name="api_mailboxes"),
    path("mailboxes/review/", api.ReviewMailboxes.as_view(), name="api_review_mailboxes"),
    path("mailboxes/request/", api.RequestMailboxes.as_view(), name="api_request_mailboxes"),
    path("mailboxes/<uuid:mailbox>/", api.OneMailbox.as_view(), name="api_mailbox"),
    path("mailboxes/<uuid:mailbox>/settings/", api.ChangeMailbox.as_view(), name="api_mailbox_settings"),
    path("mailboxes/<uuid:mailbox>/check/", api.CheckMailbox.as_view(), name="api_check_mailbox"),
]
