"""API addresses of applications."""

from django.urls import path

from accounts.ground.applications.api import AccountStatus, Application, Applications, SecondLevels

urlpatterns = [
    path("applications/", Applications.as_view(), name="api_applications"),
    path("second-levels/", SecondLevels.as_view(), name="api_second_levels"),
    path("accounts/<str:number>/status/", AccountStatus.as_view(), name="api_account_status"),
    path("accounts/<str:number>/application/", Application.as_view(), name="api_account_application"),
]
