"""Addresses of the settings of accounts."""

from django.urls import path

from accounts.desk.lei import views as lei
from accounts.desk.topics import views

app_name = "settings"

urlpatterns = [
    path("settings/account/", views.listed, name="account"),
    path("settings/account/<str:number>/lei/", lei.show, name="lei"),
    path("settings/account/<str:number>/lei/elect/", lei.elect, name="elect_lei"),
]
