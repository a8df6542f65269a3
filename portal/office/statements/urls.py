"""Addresses of the statement pages, below the back office's own."""

from django.urls import path

from portal.office.statements import views

app_name = "statement_files"

urlpatterns = [
    path("", views.uploads, name="uploads"),
    path("jobs/<uuid:pk>/", views.job, name="job"),
    path("queries/<int:query>/fetch/", views.fetch, name="fetch"),
    path("corrections/", views.corrections, name="corrections"),
    path("rates/", views.rates, name="rates"),
]
