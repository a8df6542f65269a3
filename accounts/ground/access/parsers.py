"""How the API reads what it is sent."""

from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from portal.lib.jsontext import shallow


class JSONParser(parsers.JSONParser):
    """JSON in a character set that text has, nested no deeper than anybody means it."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """What it says; everything else is answered with 400."""
        try:
            return shallow(super().parse(stream, media_type, parser_context))
        except (RecursionError, ValueError, TypeError, AttributeError, LookupError):
            raise ParseError(_("This is not JSON that can be read.")) from None
