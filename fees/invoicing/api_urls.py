"""API addresses of invoices."""

from django.urls import path

from fees.invoicing.api import InvoiceList, OneInvoice, SendInvoices

urlpatterns = [
    path("invoices/", InvoiceList.as_view(), name="api_invoices"),
    path("invoices/send/", SendInvoices.as_view(), name="api_send_invoices"),
    path("invoices/<uuid:pk>/", OneInvoice.as_view(), name="api_invoice"),
]
