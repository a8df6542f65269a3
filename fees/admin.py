"""Gathers the admin pages of the slices, so that Django finds them under the label `fees`."""

from fees.differences import admin as differences
from fees.funds import admin as funds
from fees.invoicing import admin as invoicing
from fees.proofs import admin as proofs
from fees.reimbursements import admin as reimbursements
from fees.returned import admin as returned
from fees.schedules import admin as schedules

__all__ = ["differences", "funds", "invoicing", "proofs", "reimbursements", "returned", "schedules"]
