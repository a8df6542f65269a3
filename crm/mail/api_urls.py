"""API addresses of one's own mail."""

from django.urls import path

from crm.mail.api import MailFile, MailFileDocument, Mails, OneMail, OwnMailbox
from crm.mail.kept_api import KeptMailBack, OneKeptMail

urlpatterns = [
    path("email/box/", OwnMailbox.as_view(), name="api_own_mailbox"),
    path("email/kept/<uuid:kept>/", OneKeptMail.as_view(), name="api_kept_mail"),
    path("email/kept/<uuid:kept>/back/", KeptMailBack.as_view(), name="api_kept_mail_back"),
    path("email/mails/", Mails.as_view(), name="api_mails"),
    path("email/mails/<slug:mail>/", OneMail.as_view(), name="api_mail"),
    path("email/mails/<slug:mail>/files/<int:part>/", MailFile.as_view(), name="api_mail_file"),
    path(
        "email/mails/<slug:mail>/files/<int:part>/document/",
        MailFileDocument.as_view(),
        name="api_mail_file_document",
    ),
]
