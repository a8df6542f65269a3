"""What corporate actions of statements are called."""

from django.utils.translation import gettext_lazy as _

# The broker's codes that come with a change of a holding.
KINDS = {
    "FS": _("Split"),
    "RS": _("Reverse split"),
    "SD": _("Stock dividend"),
    "SO": _("Spin-off"),
    "TC": _("Merger"),
    "TO": _("Tender offer"),
    "RI": _("Rights issue"),
    "IC": _("Change of name or number"),
    "DW": _("Delisting"),
}


def kind_words(code: str) -> str:
    """A code of the broker's in words; a code that nobody knows stays a corporate action."""
    return str(KINDS.get(code, _("Corporate action")))
