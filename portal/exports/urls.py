"""Addresses of files made from lists."""

from django.urls import path

from portal.exports import views

app_name = "exports"

urlpatterns = [
    path("accounts/export/", views.accounts, name="accounts"),
    path("fees/export/", views.fees, name="fees"),
    path("fees/notices/export/", views.notices, name="notices"),
    path("fees/differences/export/", views.differences, name="differences"),
    path("transactions/export/", views.transactions, name="transactions"),
    path("structure/export/", views.structure, name="structure"),
    path("fees/what-if/<uuid:trial>/export/", views.what_if, name="what_if"),
    path("tools/queries/export/", views.inquiries, name="inquiries"),
    path("exports/<uuid:job>/", views.job, name="job"),
    path("exports/<uuid:job>/stop/", views.stop, name="stop"),
    path("exports/<uuid:job>/file/", views.file, name="file"),
]
