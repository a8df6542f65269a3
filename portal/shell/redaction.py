"""What no log may hold: addresses that open something by themselves."""

import logging

from portal.lib.openers import without_secrets


class Redaction(logging.Filter):
    """Takes the secret out of the address of a feed, an application or an invitation, wherever it would be written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record goes on, without the secret."""
        text = record.getMessage()
        told = without_secrets(text)
        if told != text:
            record.msg, record.args = told, ()
        if record.exc_info and not record.exc_text:
            # The debugging traceback of an error may name the address too.
            record.exc_text = without_secrets(logging.Formatter().formatException(record.exc_info))
        return True
