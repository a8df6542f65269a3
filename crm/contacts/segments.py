"""The words of sealed records, gathered in parts, so that a long book is searched without opening every record."""

from django.db import models

from crm.vault.sealed import SealedRow


class SearchPart(SealedRow):
    """The words of some thousand records, and in which of them each word stands; sealed as the records are."""

    made_at = models.DateTimeField()
    size = models.PositiveIntegerField()
    words_sealed = models.BinaryField()
    places_sealed = models.BinaryField()

    sealed = ("words", "places")

    class Meta(SealedRow.Meta):
        indexes = [models.Index(fields=["practice", "made_at"], name="search_part_made")]
