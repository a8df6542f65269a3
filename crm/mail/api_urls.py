"""API addresses of one's own mail."""

from django.urls import path

from crm.mail.api import KeptMailBack, MailFile, Mails, OneKeptMail, OneMail, OwnMailbox

urlpatterns = [
    path("email/box/", OwnMailbox.as_view(), name="api_own_mailbox"),
    path("email/kept/<uuid:kept>/", OneKeptMail.as_view(), name="api_kept_mail"),
    path("email/kept/<uuid:kept>/back/", KeptMailBack.as_view(), name="api_kept_mail_back"),
    path("email/mails/", Mails.as_view(), name="api_mails"),
    path("email/mails/<slug:mail>/", OneMail.as_view(), name="api_mail"),
    path("email/mails/<slug:mail>/files/<int:part>/", MailFile.as_view(), name="api_mail_file"),
]
