"""API addresses of semi-electronic applications."""

from django.urls import path

from accounts.desk.filling.api import FillApplication, SemiApplications

urlpatterns = [
    path("semi-applications/", SemiApplications.as_view(), name="api_semi_applications"),
    path("semi-applications/<str:number>/<slug:step>/", FillApplication.as_view(), name="api_fill_application"),
]
