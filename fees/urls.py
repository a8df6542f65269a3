"""Addresses of the fee room."""

from django.urls import path

from fees.invoicing import views as invoicing
from fees.proofs import views as proofs

app_name = "fees"

urlpatterns = [
    path("fees/invoicing/", invoicing.desk, name="invoicing"),
    path("fees/invoicing/new/", invoicing.new, name="new_invoices"),
    path("fees/invoicing/upload/", invoicing.upload, name="upload_invoices"),
    path("fees/invoicing/review/", invoicing.review, name="review_invoices"),
    path("fees/invoicing/send/", invoicing.send, name="send_invoices"),
    path("fees/invoicing/available/", invoicing.available, name="invoice_available"),
    path("fees/invoicing/example.csv", invoicing.template, name="invoice_template"),
    path("fees/invoicing/limit/<str:number>/", invoicing.limit, name="invoice_limit"),
    path("fees/invoicing/<uuid:pk>/", invoicing.change, name="invoice"),
    path("fees/invoicing/<uuid:pk>/cancel/", invoicing.cancel, name="cancel_invoice"),
    path("fees/proofs/<uuid:pk>/", proofs.show, name="proof"),
    path("fees/proofs/<uuid:pk>/recompute/", proofs.recompute, name="recompute"),
]
