"""Every address of the portal, read from the URL resolver, with the gate of its view and what it takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.ground.access.gates import Gate, gate_of


@dataclass(frozen=True)
class Route:
    """One address: `template` has {name} where a parameter goes."""

    name: str
    template: str
    parameters: tuple[str, ...]
    gate: Gate | None
    view: Any

    def __str__(self) -> str:
        return self.template

    def url(self, **values: object) -> str:
        """The address with parameters filled in."""
        return "/" + self.template.format(**values)


def routes() -> list[Route]:
    """All of them, the admin's among them."""
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: list[Any], prefix: str, names: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        template, more = _template(pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, prefix + template, (*names, *more))
        elif isinstance(pattern, URLPattern):
            yield Route(
                pattern.name or "", prefix + template, (*names, *more), gate_of(pattern.callback), pattern.callback
            )


def _template(pattern: Any) -> tuple[str, tuple[str, ...]]:
    """The resolver's own reading of a pattern: 'accounts/%(number)s/' and its parameter names."""
    possibilities = pattern.pattern.converters and list(pattern.pattern.converters)
    text = str(pattern.pattern)
    if possibilities:
        for name in possibilities:
            start = text.index("<")
            end = text.index(">", start)
            text = f"{text[:start]}{{{name}}}{text[end + 1 :]}"
        return text, tuple(possibilities)
    if "(?P<" in text:
        from django.utils.regex_helper import normalize

        form, names = normalize(text)[0]
        return form % {name: f"{{{name}}}" for name in names}, tuple(names)
    return text.lstrip("^").rstrip("$").replace("\\Z", ""), ()
