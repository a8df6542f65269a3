"""The roof's own tables: what people prefer on its pages."""

from portal.preferences.models import Preference, SavedView

__all__ = ["Preference", "SavedView"]
