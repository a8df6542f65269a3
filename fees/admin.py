"""Gathers the admin pages of the slices, so that Django finds them under the label `fees`."""

from fees.invoicing import admin as invoicing
from fees.proofs import admin as proofs
from fees.schedules import admin as schedules

__all__ = ["invoicing", "proofs", "schedules"]
