"""API addresses of invoices."""

from django.urls import path

from fees.invoicing.api import InvoiceList, OneInvoice, SendInvoices
from fees.invoicing.file_api import InvoiceFiles, OneInvoiceFile

urlpatterns = [
    path("invoices/", InvoiceList.as_view(), name="api_invoices"),
    path("invoices/send/", SendInvoices.as_view(), name="api_send_invoices"),
    path("invoice-files/", InvoiceFiles.as_view(), name="api_invoice_files"),
    path("invoice-files/<uuid:task>/", OneInvoiceFile.as_view(), name="api_invoice_file"),
    path("invoices/<uuid:pk>/", OneInvoice.as_view(), name="api_invoice"),
]
