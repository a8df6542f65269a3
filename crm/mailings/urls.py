"""Addresses of mails to several contacts."""

from django.urls import path

from crm.mailings import views

app_name = "mailings"

urlpatterns = [
    path("mailings/", views.mailings, name="list"),
    path("mailings/new/", views.new, name="new"),
    path("mailings/<uuid:mailing>/", views.mailing, name="mailing"),
    path("mailings/<uuid:mailing>/on/", views.on, name="on"),
    path("mailings/<uuid:mailing>/again/", views.again, name="again"),
    path("contacts/<uuid:contact>/mails/", views.choose, name="choose"),
    path("no-more-mails/<str:mark>/", views.stop, name="stop"),
]
