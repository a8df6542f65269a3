"""API addresses of client applications."""

from django.urls import path

from accounts.desk.applying.api import (
    ApplicationDocument,
    ApplicationDocuments,
    ApplicationInvitation,
    ClientApplication,
    ClientApplications,
)

urlpatterns = [
    path("client-applications/", ClientApplications.as_view(), name="api_client_applications"),
    path("client-applications/<str:number>/", ClientApplication.as_view(), name="api_client_application"),
    path(
        "client-applications/<str:number>/invitation/",
        ApplicationInvitation.as_view(),
        name="api_application_invitation",
    ),
    path(
        "client-applications/<str:number>/documents/",
        ApplicationDocuments.as_view(),
        name="api_application_documents",
    ),
    path(
        "client-applications/<str:number>/documents/<uuid:file>/",
        ApplicationDocument.as_view(),
        name="api_application_document",
    ),
]
