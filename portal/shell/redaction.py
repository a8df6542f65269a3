"""What no log may hold: addresses that open something by themselves."""

import logging
import re

_SECRET = re.compile(r"(/calendar/feed/|/apply/(?=[\w-]{40}))[^/\s\"'?]+")


class Redaction(logging.Filter):
    """Takes the secret out of the address of a calendar feed or an application, wherever it would be written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record goes on, without the secret."""
        text = record.getMessage()
        if "/calendar/feed/" in text or "/apply/" in text:
            record.msg, record.args = _SECRET.sub(r"\1…", text), ()
        if record.exc_info and not record.exc_text:
            # The debugging traceback of an error may name the address too.
            record.exc_text = _SECRET.sub(r"\1…", logging.Formatter().formatException(record.exc_info))
        return True
