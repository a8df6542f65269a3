"""What the gate asks about step-up."""

from django.http import HttpRequest
from django.utils import timezone

from accounts.ground.stepup.actions import session_mark
from accounts.ground.stepup.models import StepUpGrant


def has_fresh_grant(request: HttpRequest) -> bool:
    """Whether some unused grant exists in this session; the task itself is compared when the grant is consumed."""
    if not request.session.session_key:
        return False
    return StepUpGrant.unscoped.filter(
        user_id=request.user.pk,
        session=session_mark(request.session.session_key),
        used_at__isnull=True,
        expires_at__gt=timezone.now(),
    ).exists()
