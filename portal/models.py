"""The roof's own tables: what people prefer on its pages, and the reports they have made regularly."""

from portal.preferences.models import Preference, SavedView
from portal.reports.regular.models import RegularReport

__all__ = ["Preference", "RegularReport", "SavedView"]
