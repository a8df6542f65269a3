"""The roof's own tables: what people prefer on its pages and are told, the reports they have made regularly."""

from portal.news.models import NewsChoice
from portal.preferences.models import Preference, SavedView
from portal.reports.regular.models import RegularReport

__all__ = ["NewsChoice", "Preference", "RegularReport", "SavedView"]
