"""API addresses of conversations."""

from django.urls import path

from accounts.desk.messages.api import MessageFile, NewTicket, ThreadClosing, ThreadList, ThreadRecord, ThreadSharing

urlpatterns = [
    path("messages/", ThreadList.as_view(), name="api_threads"),
    path("messages/tickets/", NewTicket.as_view(), name="api_new_ticket"),
    path("messages/<uuid:pk>/", ThreadRecord.as_view(), name="api_thread"),
    path("messages/<uuid:pk>/close/", ThreadClosing.as_view(), name="api_close_thread"),
    path("messages/<uuid:pk>/share/", ThreadSharing.as_view(), name="api_share_thread"),
    path("messages/<uuid:pk>/files/<uuid:file>/", MessageFile.as_view(), name="api_message_file"),
]
