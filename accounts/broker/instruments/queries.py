"""Finding an instrument by what a person types."""

from accounts.broker.holdings.models import Instrument
from accounts.broker.instruments.rules import PRODUCT_OF, Traded, clean_symbol, country_of

# More instruments than this under one symbol say nothing to a person.
MOST = 20


def named(symbol: str, *, asset: str = "", country: str = "") -> Traded:
    """The instrument with that symbol; what is not said is filled in where the broker's list leaves no doubt."""
    symbol = clean_symbol(symbol)
    found = Instrument.unscoped.filter(symbol=symbol, asset__in=list(PRODUCT_OF)).order_by("conid")
    listed = [
        Traded(symbol, one.asset, country_of(one.isin), one.conid, one.currency)
        for one in found[:MOST]
        if asset in ("", one.asset)
    ]
    listed = [one for one in listed if country in ("", one.country)] or listed
    said = {(one.asset, one.country) for one in listed}
    if len(said) != 1:
        return Traded(symbol, asset, country)
    one = listed[0]
    only = listed[0].conid if len(listed) == 1 else None
    return Traded(symbol, asset or one.asset, country or one.country, only, one.currency if only else "")
