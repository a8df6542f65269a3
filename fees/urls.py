"""Addresses of the fee room."""

from django.urls import path

from fees.billing import views as billing
from fees.borne import views as borne
from fees.differences import views as differences
from fees.funds import views as funds
from fees.history import views as history
from fees.invoicing import file_views as invoice_files
from fees.invoicing import views as invoicing
from fees.minimums import views as minimums
from fees.notices import views as notices
from fees.overview import views as overview
from fees.patterns import several_views as several
from fees.patterns import views as patterns
from fees.proofs import views as proofs
from fees.proposals import approval_views as approvals
from fees.proposals import views as proposals
from fees.reimbursements import views as reimbursements
from fees.returned import views as returned
from fees.whatif import views as whatif

app_name = "fees"

urlpatterns = [
    path("fees/billing/", billing.desk, name="billing"),
    path("fees/billing/forecast/", billing.forecast, name="billing_forecast"),
    path("fees/billing/approval/", billing.threshold, name="billing_threshold"),
    path("fees/billing/close/", billing.close, name="close_month"),
    path("fees/billing/open/", billing.reopen, name="open_month"),
    path("fees/billing/<str:kind>/<uuid:pk>/approve/", billing.approve, name="approve_line"),
    path("fees/differences/", differences.differences, name="differences"),
    path("fees/borne/", borne.charges, name="borne"),
    path("fees/allocation-minimums/", minimums.desk, name="allocation_minimums"),
    path("fees/allocation-minimums/choose/", minimums.choose, name="choose_minimums"),
    path("fees/allocation-minimums/choose-for/", minimums.choose_for, name="choose_minimum_for"),
    path("fees/borne/<str:number>/", borne.account_cap, name="account_cap"),
    path("fees/hedge-funds/", funds.investments, name="hedge_funds"),
    path("fees/invoicing/", invoicing.desk, name="invoicing"),
    path("fees/invoicing/new/", invoicing.new, name="new_invoices"),
    path("fees/invoicing/upload/", invoicing.upload, name="upload_invoices"),
    path("fees/invoicing/review/", invoicing.review, name="review_invoices"),
    path("fees/invoicing/send/", invoicing.send, name="send_invoices"),
    path("fees/invoicing/files/<uuid:task>/", invoice_files.progress, name="invoice_file"),
    path("fees/invoicing/files/<uuid:task>/review/", invoice_files.review, name="review_invoice_file"),
    path("fees/invoicing/files/<uuid:task>/send/", invoice_files.send, name="send_invoice_file"),
    path("fees/invoicing/files/<uuid:task>/stop/", invoice_files.stop, name="stop_invoice_file"),
    path("fees/invoicing/download/", invoicing.download, name="download_invoices"),
    path("fees/invoicing/available/", invoicing.available, name="invoice_available"),
    path("fees/invoicing/example.csv", invoicing.template, name="invoice_template"),
    path("fees/invoicing/limit/<str:number>/", invoicing.limit, name="invoice_limit"),
    path("fees/invoicing/<uuid:pk>/", invoicing.change, name="invoice"),
    path("fees/invoicing/<uuid:pk>/cancel/", invoicing.cancel, name="cancel_invoice"),
    path("fees/reimburse/", reimbursements.desk, name="reimburse"),
    path("fees/reimburse/new/", reimbursements.new, name="new_reimbursements"),
    path("fees/reimburse/send/", reimbursements.send, name="send_reimbursements"),
    path("fees/reimburse/available/", reimbursements.available, name="reimbursement_available"),
    path("fees/reimburse/<uuid:pk>/", reimbursements.change, name="reimbursement"),
    path("fees/reimburse/<uuid:pk>/cancel/", reimbursements.cancel, name="cancel_reimbursement"),
    path("fees/notices/", notices.listed, name="notices"),
    path("fees/notices/mode/", notices.choose, name="notice_mode"),
    path("fees/notices/print/", notices.bulk, name="print_notices"),
    path("fees/notices/<uuid:pk>/", notices.show, name="notice"),
    path("fees/notices/<uuid:pk>/invoice.pdf", notices.pdf, name="notice_pdf"),
    path("fees/configure/", several.configure, name="configure"),
    path("fees/configure/<str:number>/", proposals.configure, name="configure_account"),
    path("fees/configure/<str:number>/preview/", proposals.preview, name="fee_preview"),
    path("fees/configure/<str:number>/send/", proposals.send, name="send_proposal"),
    path("fees/templates/", patterns.listed, name="templates"),
    path("fees/templates/new/", patterns.new, name="new_template"),
    path("fees/templates/<uuid:template>/", patterns.change, name="template"),
    path("fees/templates/new/lines/", patterns.lines, name="new_template_lines"),
    path("fees/templates/<uuid:template>/lines/", patterns.lines, name="template_lines"),
    path("fees/templates/<uuid:template>/copy/", patterns.copy, name="copy_template"),
    path("fees/templates/<uuid:template>/default/", patterns.make_default, name="default_template"),
    path("fees/templates/<uuid:template>/delete/", patterns.delete, name="delete_template"),
    path("fees/templates/<uuid:template>/apply/", patterns.apply, name="apply_template"),
    path("fees/templates/jobs/<uuid:task>/", patterns.job, name="template_job"),
    path("fees/templates/jobs/<uuid:task>/send/", patterns.send, name="send_template"),
    path("fees/templates/jobs/<uuid:task>/stop/", patterns.stop, name="stop_template"),
    path("fees/proposals/", proposals.listed, name="proposals"),
    path("fees/proposals/<uuid:pk>/", proposals.show, name="proposal"),
    path("fees/proposals/<uuid:pk>/cancel/", proposals.cancel, name="cancel_proposal"),
    path("fees/proposals/<uuid:pk>/returned/", returned.return_paper, name="return_paper"),
    path("fees/proposals/<uuid:pk>/returned/<uuid:paper>/", returned.returned_scan, name="returned_scan"),
    path("fees/proposals/<uuid:pk>/paper.pdf", approvals.proposal_pdf, name="proposal_pdf"),
    path("approvals/fees/<uuid:pk>/", approvals.approval, name="approval"),
    path("approvals/fees/<uuid:pk>/sign/", approvals.sign_proposal, name="sign_proposal"),
    path("approvals/fees/<uuid:pk>/decline/", approvals.decline_proposal, name="decline_proposal"),
    path("fees/history/<str:number>/", history.history, name="history"),
    path("fees/history/<str:number>/fees.csv", history.as_csv, name="history_csv"),
    path("fees/history/<str:number>/fees.xlsx", history.as_xlsx, name="history_xlsx"),
    path("fees/history/<str:number>/fees.pdf", history.as_pdf, name="history_pdf"),
    path("fees/overview/", overview.overview, name="overview"),
    path("fees/what-if/", whatif.what_if, name="what_if"),
    path("fees/what-if/<uuid:trial>/", whatif.trial, name="what_if_trial"),
    path("fees/what-if/<uuid:trial>/stop/", whatif.stop, name="what_if_stop"),
    path("fees/what-if/<uuid:trial>/send/", whatif.send, name="what_if_send"),
    path("fees/what-if/<uuid:trial>/send/stop/", whatif.stop_sending, name="what_if_stop_sending"),
    path("fees/proofs/<uuid:pk>/", proofs.show, name="proof"),
    path("fees/proofs/<uuid:pk>/recompute/", proofs.recompute, name="recompute"),
]
