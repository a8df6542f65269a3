"""What ends by the clock because nobody has decided it: one list, so that beat needs one entry."""

from collections.abc import Callable, Mapping
from datetime import datetime

from accounts.broker.permissions import actions as permissions
from accounts.desk.hedge_funds import actions as hedge_funds
from accounts.ground.authorizations import lapsing as authorizations
from accounts.ground.consents import actions as consents
from accounts.ground.linkage import actions as linkage
from fees.invoicing import files
from fees.proposals import lapsing as proposals
from portal.tools.impact import actions as impact

LAPSES: Mapping[str, Callable[..., int]] = {
    "authorizations": authorizations.lapse_due,
    "consents": consents.lapse_due,
    "fee proposals": proposals.lapse_due,
    "files of invoices": files.lapse_due,
    "impact preferences": impact.lapse_due,
    "investments in hedge funds": hedge_funds.lapse_due,
    "links": linkage.lapse_due,
    "trading permissions": permissions.lapse_due,
}


def lapse_due(*, at: datetime) -> dict[str, int]:
    """End everything whose time has run out; run twice, it changes nothing."""
    return {kind: lapse(at=at) for kind, lapse in LAPSES.items()}
