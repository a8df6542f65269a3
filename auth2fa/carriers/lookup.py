"""What kind of line a number is: asked of the service that carries texts where it knows, else read from the number."""

import logging
from collections.abc import Callable

from django.http import HttpRequest

from accounts.ground.access.elsewhere import asked_elsewhere
from auth2fa.carriers import aws
from auth2fa.factors import numbers
from auth2fa.factors.numbers import BadNumber, Line

log = logging.getLogger(__name__)

_KINDS = {"MOBILE": Line.MOBILE, "PREPAID": Line.MOBILE, "LANDLINE": Line.FIXED}
_REFUSED = {"VOIP": "kind", "OTHER": "kind", "INVALID": "unreadable"}


def asking_for(request: HttpRequest) -> Callable[[str, Callable[[], None]], Line]:
    """Tells what line a number is, for one request: its provider is asked while no transaction is open.

    `limited` raises where the person has had enough looks; it is called once a look.
    """

    def line(number: str, limited: Callable[[], None]) -> Line:
        def look() -> Line:
            limited()
            return line_of(number)

        return asked_elsewhere(request, f"line {number}", look) if aws.looks_up() else look()

    return line


def line_of(number: str) -> Line:
    """The kind of a number's line; `BadNumber` where its provider says that it can take no codes of ours.

    A service that does not answer keeps nobody out: what leaves is limited and counted all the same.
    """
    if not aws.looks_up():
        return numbers.line_of(number)
    try:
        said = aws.looked_up(number)
    except Exception as problem:  # whatever is wrong with the service, its own words may repeat the number
        log.warning("the kind of a number could not be looked up: %s", type(problem).__name__)
        said = ""
    if said in _REFUSED:
        raise BadNumber(_REFUSED[said])
    return _KINDS.get(said) or numbers.line_of(number)
