"""API addresses of the settings of accounts."""

from django.urls import path

from accounts.desk.lei import api as lei

urlpatterns = [
    path("accounts/<str:number>/lei/", lei.AccountLei.as_view(), name="api_lei"),
    path("accounts/<str:number>/lei/elect/", lei.ElectLei.as_view(), name="api_elect_lei"),
]
