"""What a listing may say and which step may follow which; no rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from accounts.desk.marketplace.models import LONGEST_FEES, LONGEST_NAME, LONGEST_TEXT, ListingCategory, ListingState
from portal.lib.money import CURRENCIES

MOST_MINIMUM = Decimal("999999999999.99")
# From which states each step is taken.
STEPS: Mapping[ListingState, frozenset[str]] = {
    ListingState.DRAFT: frozenset(ListingState),
    ListingState.SUBMITTED: frozenset({ListingState.DRAFT}),
    ListingState.APPROVED: frozenset({ListingState.SUBMITTED}),
    ListingState.DECLINED: frozenset({ListingState.SUBMITTED}),
    ListingState.WITHDRAWN: frozenset({ListingState.DRAFT, ListingState.SUBMITTED, ListingState.APPROVED}),
}


class ListingProblem(ValueError):
    """A sentence a person can read: why a listing cannot be so."""


class ListingConflict(ListingProblem):
    """It stands where this cannot be done any more."""


@dataclass(frozen=True)
class Said:
    """What a firm says of itself."""

    name: str
    text: str
    contact: str
    region: str
    website: str = ""
    minimum: Decimal | None = None
    currency: str = "USD"
    fees: str = ""

    def cleaned(self) -> "Said":
        """With its white space in order; raises ListingProblem for what cannot be shown."""
        line = {name: " ".join(getattr(self, name).split()) for name in ("name", "contact", "region", "fees")}
        text = "\n".join(part.rstrip() for part in self.text.replace("\r\n", "\n").split("\n")).strip()
        made = Said(**line, text=text, website=self.website.strip(), minimum=self.minimum, currency=self.currency)
        made.check()
        return made

    def check(self) -> None:
        """Raises ListingProblem."""
        for words, value, most in (
            (_("The name"), self.name, LONGEST_NAME),
            (_("The text"), self.text, LONGEST_TEXT),
            (_("The contact"), self.contact, 200),
            (_("The region"), self.region, 80),
        ):
            if not value or len(value) > most:
                raise ListingProblem(_("%(what)s is needed, in at most %(most)s characters.") % {
                    "what": words, "most": most
                })  # fmt: skip
        if len(self.fees) > LONGEST_FEES:
            raise ListingProblem(_("Say the fees in at most %(most)s characters.") % {"most": LONGEST_FEES})
        if "\0" in "".join((self.name, self.text, self.contact, self.region, self.fees, self.website)):
            raise ListingProblem(_("The text holds a character that cannot be stored."))
        if not is_website(self.website):
            raise ListingProblem(_("Give the website as an address that begins with https://."))
        self._check_minimum()

    def _check_minimum(self) -> None:
        if self.currency not in CURRENCIES:
            raise ListingProblem(_("Choose a currency of the list."))
        if self.minimum is None:
            return
        if not self.minimum.is_finite() or not 0 <= self.minimum <= MOST_MINIMUM:
            raise ListingProblem(_("Enter amounts of zero or above."))
        if self.minimum != self.minimum.quantize(Decimal("0.01")):
            raise ListingProblem(_("Give amounts with at most %(places)s decimal places.") % {"places": 2})


def is_website(text: str) -> bool:
    """Nothing, or an address that a browser opens safely; it is shown and never fetched by us."""
    if not text:
        return True
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    plain = len(text) <= 200 and text.isprintable() and not any(one in text for one in " <>\"'\\`")
    return plain and parts.scheme == "https" and "." in host and not parts.username and not parts.password


def check_step(held: str, wanted: ListingState) -> None:
    """Raises ListingConflict where the step does not follow from where the listing stands."""
    if held not in STEPS[wanted]:
        raise ListingConflict(_("The listing does not stand where this can be done."))


def check_category(category: str) -> None:
    """Raises ListingProblem for an offer that there is no place for."""
    if category not in ListingCategory.values:
        raise ListingProblem(_("There is no such category."))
