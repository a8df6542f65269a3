"""Nights after which a value turns out to have been another."""

from dataclasses import dataclass
from datetime import date

import pytest
from django.db import connection

from accounts.ground.access.context import as_role
from fees.posting.models import Charge
from fees.proofs.actions import recompute_charge
from fees.proofs.queries import proof
from fees.proofs.words import tell
from tests.fees.posting.nights import Nights

ANA = "U1000001"


@dataclass
class Corrected(Nights):
    """Nights with an import that restates values."""

    def correct(self, number: str, day: date, nlv: str, flow: str | None = None) -> None:
        """What the import does: the old value goes to the history, the new one takes its place."""
        account = self.world[number]
        with as_role("owner"), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO broker_navhistory"
                " (firm_id, account_id, nav_date, nlv, flow, currency, replaced_at, replaced_by_id)"
                " SELECT %s, account_id, nav_date, nlv, flow, currency, clock_timestamp(), 0"
                " FROM broker_navdaily WHERE account_id = %s AND nav_date = %s",
                [account.firm_id, account.pk, day],
            )
            cursor.execute(
                "UPDATE broker_navdaily SET nlv = %s, flow = coalesce(%s, flow)"
                " WHERE account_id = %s AND nav_date = %s",
                [nlv, flow, account.pk, day],
            )

    def leave(self, number: str, closed_on: date) -> None:
        """The broker says that the account was closed on a day that is past."""
        with as_role("owner"), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_account SET closed_on = %s, status = 'C' WHERE number = %s", [closed_on, number]
            )

    def revisions(self, number: str = ANA, **where: object) -> list[Charge]:
        with as_role("owner"):
            rows = Charge.unscoped.filter(account__number=number, **where).select_related("account")
            return list(rows.order_by("starts", "revision"))

    def agrees(self, charge: Charge) -> bool:
        with as_role("owner"):
            return recompute_charge(charge).agrees

    def story(self, charge: Charge) -> list[str]:
        with as_role("owner"):
            return [tell(sentence) for sentence in proof(charge).story]


@pytest.fixture
def nights(world):
    return Corrected(world)
