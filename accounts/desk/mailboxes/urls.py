"""Addresses of mailboxes."""

from django.urls import path

from accounts.desk.mailboxes import views

app_name = "mailbox"

urlpatterns = [
    path("email/mailboxes/", views.listed, name="home"),
    path("email/mailboxes/request/", views.ask, name="request"),
    path("email/mailboxes/request/send/", views.send, name="send"),
    path("email/mailboxes/mx/", views.mx, name="mx"),
    path("email/mailboxes/<uuid:mailbox>/", views.show, name="mailbox"),
    path("email/mailboxes/<uuid:mailbox>/name/", views.rename, name="rename"),
    path("email/mailboxes/<uuid:mailbox>/archive/", views.archive, name="archive"),
    path("email/mailboxes/<uuid:mailbox>/cancel/", views.cancel, name="cancel"),
    path("email/mailboxes/<uuid:mailbox>/check/", views.check, name="check"),
]
