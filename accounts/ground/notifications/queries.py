"""The bell: what is new for a person."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.notifications.models import Notification, NotificationRead


def latest(who: Who) -> "QuerySet[Notification]":
    """Newest first, each with `is_read` for this user."""
    read = NotificationRead.objects.filter(user_id=who.user_id, notification_id=OuterRef("pk"))
    rows = scope(who, Notification).annotate(is_read=Exists(read)).select_related("account")
    return rows.order_by("-created_at", "-pk")
