"""Addresses of money managers and the accounts assigned to them."""

from django.urls import path

from portal import addresses  # noqa: F401 (account)
from portal.managed import views

app_name = "managed"

urlpatterns = [
    path("money-managers/", views.listed, name="list"),
    path("money-managers/assign/", views.assign, name="assign"),
    path("money-managers/accounts/<account:number>/", views.account, name="managed_account"),
    path("money-managers/assignments/<uuid:pk>/answer/", views.answer, name="answer_assignment"),
    path("money-managers/assignments/<uuid:pk>/end/", views.end, name="end_assignment"),
]
