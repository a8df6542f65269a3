"""What may stand in an address: account numbers, months, transactions. Importing this makes them known everywhere."""

from datetime import date

from django.urls import register_converter


class Number:
    """An account number; anything else is no page."""

    regex = "[A-Za-z]{1,2}[0-9]{2,8}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Month:
    """A month, such as 2026-11."""

    regex = r"(?:19|20)\d{2}-(?:0[1-9]|1[0-2])"

    def to_python(self, text: str) -> date:
        return date.fromisoformat(f"{text}-01")

    def to_url(self, month: date | str) -> str:
        return month if isinstance(month, str) else f"{month:%Y-%m}"


class Entry:
    """A transaction: where it is from, and its key there."""

    regex = "[a-z]{1,20}-[0-9a-f-]{1,36}"

    def to_python(self, text: str) -> str:
        return text

    def to_url(self, value: str) -> str:
        return value


register_converter(Number, "account")
register_converter(Entry, "entry")
register_converter(Month, "month")
