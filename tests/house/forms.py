"""The forms of a page as a browser would send them, so that a test can forge one field at a time."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit


@dataclass
class Form:
    """Where a form goes and what it says."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(said.get("action") or self.url, said.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form and tag in ("input", "button", "textarea") and said.get("name"):
            self._form.fields.setdefault(said["name"], said.get("value", ""))
        elif self._form and tag == "select" and said.get("name"):
            self._select = said["name"]
            self._form.fields.setdefault(self._select, "")
        elif self._form and tag == "option" and self._select and not self._form.fields[self._select]:
            self._form.fields[self._select] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None


def forms_in(html: str, url: str) -> list[Form]:
    """Every form of a page, with the first value of each field."""
    reader = _Reader(url)
    reader.feed(html)
    return reader.forms


def query_fields(html: str) -> set[str]:
    """Names that links of the page put into the query."""
    names: set[str] = set()
    for part in html.split('href="')[1:]:
        query = urlsplit(part.split('"', 1)[0].replace("&amp;", "&")).query
        names |= {pair.split("=", 1)[0] for pair in query.split("&") if pair}
    return names
