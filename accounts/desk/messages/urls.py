"""Addresses of the message center."""

from django.urls import path

from accounts.desk.messages import views

app_name = "messages"

urlpatterns = [
    path("messages/", views.center, name="list"),
    path("messages/new/", views.new, name="new"),
    path("messages/new-ticket/", views.new_ticket, name="new_ticket"),
    path("messages/<uuid:pk>/", views.thread, name="thread"),
    path("messages/<uuid:pk>/close/", views.close, name="close_thread"),
    path("messages/<uuid:pk>/share/", views.share, name="share_thread"),
    path("messages/<uuid:pk>/files/<uuid:file>/", views.file, name="message_file"),
]
