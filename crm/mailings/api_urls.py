"""API addresses of mails to several contacts."""

from django.urls import path

from crm.mailings.api import ContactMails, MailingAgain, MailingOn, Mailings, OneMailing

urlpatterns = [
    path("mailings/", Mailings.as_view(), name="api_mailings"),
    path("mailings/<uuid:mailing>/", OneMailing.as_view(), name="api_mailing"),
    path("mailings/<uuid:mailing>/on/", MailingOn.as_view(), name="api_mailing_on"),
    path("mailings/<uuid:mailing>/again/", MailingAgain.as_view(), name="api_mailing_again"),
    path("contacts/<uuid:contact>/mails/", ContactMails.as_view(), name="api_contact_mails"),
]
