"""Keys for programs: a person's own rights over the API, fewer of them, for a time."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.ground.people.models import Seat, User
from accounts.ground.tree.models import Firm


class ApiToken(models.Model):
    """One token. What is stored opens nothing: the secret is shown once and kept as its hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    abilities = ArrayField(models.CharField(max_length=40), default=list)
    hint = models.CharField(max_length=12, help_text="The secret's first characters, to tell tokens apart")
    secret_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret")
    created_at = models.DateTimeField(db_default=models.functions.Now())
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    unscoped = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["seat"], name="token_seat"), models.Index(fields=["user"], name="token_user")]
