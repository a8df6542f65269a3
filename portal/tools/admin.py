"""What of the tools the back office keeps; Django finds it here."""

from portal.tools.impact.admin import ImpactReleaseAdmin, ImpactTopicAdmin

__all__ = ["ImpactReleaseAdmin", "ImpactTopicAdmin"]
