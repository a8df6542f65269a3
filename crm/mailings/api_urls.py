"""API addresses of mails to several contacts."""

from django.urls import path

from crm.mailings.api import ContactMails, Mailings, OneMailing

urlpatterns = [
    path("mailings/", Mailings.as_view(), name="api_mailings"),
    path("mailings/<uuid:mailing>/", OneMailing.as_view(), name="api_mailing"),
    path("contacts/<uuid:contact>/mails/", ContactMails.as_view(), name="api_contact_mails"),
]
