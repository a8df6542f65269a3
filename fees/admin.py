"""Gathers the admin pages of the slices, so that Django finds them under the label `fees`."""

from fees.posting import admin as posting
from fees.schedules import admin as schedules

__all__ = ["posting", "schedules"]
