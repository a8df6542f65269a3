"""Rows of every kind for every account of the cast, each carrying the account's word, for the access matrix."""

from datetime import date

from accounts.ground.notifications.actions import notify
from accounts.ground.notifications.models import NotificationKind
from accounts.ground.requests.actions import ask
from accounts.ground.requests.models import RequestKind
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import HOLDING_KINDS
from fees.posting.models import Charge
from tests.fees.posting.nights import Nights, figures
from tests.world import CANARIES, World

DAY = date(2025, 9, 30)
UNHELD = "U1000002"


def dress(world: World) -> None:
    """Give every account a request, a notification and an event; bill the holding ones in a night that is sealed.

    One account has no value that day, so there is a hold to be seen, and not to be seen, as well.
    """
    news = world.rows["notification"] = {}
    for number, word in CANARIES.items():
        account = world[number]
        ask(account=account, kind=RequestKind.STATEMENT, title=f"{word} waits", natural_key=number, day=DAY)
        news[number] = notify(
            account=account,
            kind=NotificationKind.STATEMENT,
            title=f"{word} news",
            natural_key=f"news {number}",
            day=DAY,
        ).pk
        record(account=account, kind="deposit", title=f"{word} deposit", day=DAY)
    _bill(world)


def _bill(world: World) -> None:
    nights = Nights(world)
    holding = [number for number in CANARIES if world[number].kind in HOLDING_KINDS]
    for place, number in enumerate(holding):
        nights.agree(number, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
        if number != UNHELD:
            nights.value(number, DAY, f"{250000 + place}")
    # Ana's practice is not the only one that is paid: the top level charges a second level's client too.
    nights.agree(
        "U2000001",
        figures("ANNUALFLATFEE_MONTHLY", flat="1000"),
        starts=DAY,
        practice=world["F100001"].practice,
    )
    nights.night(DAY)
    by_account = world.rows["charge"] = {}
    for charge in Charge.unscoped.select_related("account").order_by("method"):
        own = charge.practice_id == charge.account.practice_id
        kind = by_account if own else world.rows.setdefault("charge from above", {})
        kind[charge.account.number] = charge.pk
