"""How days, hours and numbers are written in a text: as its reader has chosen, or, where it is for others, as usual."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.utils import timezone, translation

from accounts.ground.amounts import BY_LANGUAGE, current_numbers
from accounts.ground.dates import USUAL, current_form


class Forms(NamedTuple):
    """How days and numbers are written."""

    dates: str = USUAL
    numbers: str = BY_LANGUAGE


@contextmanager
def written_as(forms: Forms) -> Iterator[None]:
    """Days and numbers are written in these forms."""
    dates, numbers = current_form.set(forms.dates), current_numbers.set(forms.numbers)
    try:
        yield
    finally:
        current_form.reset(dates)
        current_numbers.reset(numbers)


@contextmanager
def told_in(language: str) -> Iterator[None]:
    """A text that is stored or sent: in its reader's language, and the same whoever makes it.

    A request has the language, the forms and the zone of who clicks; none of them is the reader's.
    """
    with translation.override(language), timezone.override(None), written_as(Forms()):
        yield
