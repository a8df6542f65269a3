"""The room of fees: schedules, accruals, postings and their proofs."""

from django.apps import AppConfig


class FeesConfig(AppConfig):
    name = "fees"
    label = "fees"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.desk.messages import topics
        from fees.proofs.topics import fee
        from fees.proposals.topics import fee_proposal
        from fees.whatif import leaving  # noqa: F401 (what a leaver may own makes itself known)

        topics.register("fee", fee)
        topics.register("fee_proposal", fee_proposal)
