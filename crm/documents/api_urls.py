"""API addresses of documents."""

from django.urls import path

from crm.documents.api import DocumentBack, DocumentEdition, DocumentEditions, Documents, OneDocument

urlpatterns = [
    path("documents/", Documents.as_view(), name="api_documents"),
    path("documents/<uuid:document>/", OneDocument.as_view(), name="api_document"),
    path("documents/<uuid:document>/editions/", DocumentEditions.as_view(), name="api_document_editions"),
    path("documents/<uuid:document>/editions/<int:edition>/", DocumentEdition.as_view(), name="api_document_edition"),
    path("documents/<uuid:document>/back/", DocumentBack.as_view(), name="api_document_back"),
]
