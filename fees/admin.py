"""Gathers the admin pages of the slices, so that Django finds them under the label `fees`."""

from fees.proofs import admin as proofs
from fees.schedules import admin as schedules

__all__ = ["proofs", "schedules"]
