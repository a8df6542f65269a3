"""Groups of contacts: names and saved searches are sealed; whose they are, and who is in them, is clear."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from crm.contacts.models import Contact, known_parties
from crm.vault.models import Kept
from crm.vault.sealed import SealedRow

if TYPE_CHECKING:
    from accounts.ground.access.context import Who


class Group(SealedRow):
    """Contacts under one name: chosen one by one, or whoever a saved search finds at the moment."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    owner_id: int
    is_private = models.BooleanField(default=False)
    is_search = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    trashed_at = models.DateTimeField(null=True)
    name_sealed = models.BinaryField()
    query_sealed = models.BinaryField()

    sealed = ("name", "query")

    class Meta(SealedRow.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "practice", "id"], name="group_practice_id")]
        indexes = [models.Index(fields=["practice", "created_at"], name="group_practice_made")]

    @classmethod
    def in_part(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """All of the practice's; who is in them is another question."""
        return rows

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """A private group is its maker's alone."""
        return super().narrowed(who, rows).filter(Q(is_private=False) | Q(owner_id=who.user_id))


class GroupMember(Kept):
    """One contact in one group."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="members", db_constraint=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    added_at = models.DateTimeField()

    class Meta(Kept.Meta):
        constraints = [models.UniqueConstraint(fields=["group", "contact"], name="group_member_once")]
        indexes = [models.Index(fields=["contact"], name="group_member_contact")]

    @classmethod
    def in_part(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """Those whose accounts somebody with fewer of them has."""
        return rows.filter(contact__party__in=known_parties(who))

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """Those of the groups that somebody sees."""
        return super().narrowed(who, rows).filter(Q(group__is_private=False) | Q(group__owner_id=who.user_id))
