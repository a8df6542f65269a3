"""What kind of line a number is: asked of the service that carries texts where it knows, else read from the number."""

import logging

from django.conf import settings

from auth2fa.carriers import aws
from auth2fa.factors import numbers
from auth2fa.factors.numbers import BadNumber, Line

log = logging.getLogger(__name__)

_KINDS = {"MOBILE": Line.MOBILE, "PREPAID": Line.MOBILE, "LANDLINE": Line.FIXED}
_REFUSED = {"VOIP": "kind", "OTHER": "kind", "INVALID": "unreadable"}


def line_of(number: str) -> Line:
    """The kind of a number's line; `BadNumber` where its provider says that it can take no codes of ours.

    A service that does not answer keeps nobody out: what leaves is limited and counted all the same.
    """
    if not settings.CODES_URL.startswith("aws:"):
        return numbers.line_of(number)
    try:
        said = aws.looked_up(number)
    except Exception as problem:  # whatever is wrong with the service, its own words may repeat the number
        log.warning("the kind of a number could not be looked up: %s", type(problem).__name__)
        said = ""
    if said in _REFUSED:
        raise BadNumber(_REFUSED[said])
    return _KINDS.get(said) or numbers.line_of(number)
