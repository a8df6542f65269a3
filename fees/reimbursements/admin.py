"""Reimbursements in the back office: to look at; advisors send them and nights pay them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from fees.reimbursements.models import Reimbursement
from fees.sending.admin import SentLineAdmin


@admin.register(Reimbursement)
class ReimbursementAdmin(SentLineAdmin):
    """What became of every reimbursement."""

    words = _("Reimbursements")
