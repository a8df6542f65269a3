"""The header by which a program says that a request it sends again is the same one."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

HEADER = "Idempotency-Key"
KEY = OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, required=True)
# Routes put their own name before it, and both together are stored.
LONGEST = 150


def key_of(request: Request) -> str:
    """The caller's key; ValidationError where there is none or it is too long."""
    key = request.headers.get(HEADER, "")
    if not key or len(key) > LONGEST:
        raise ValidationError({HEADER: [_("This request needs a key of its own.")]})
    return key
