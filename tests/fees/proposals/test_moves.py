"""An account that moves takes no unsigned proposal of its former advisor along."""

from datetime import UTC, datetime

import pytest

from accounts.ground.access.context import acting, as_role
from accounts.ground.access.scope import scope
from accounts.ground.linkage import actions as links
from accounts.ground.tree.models import Account
from fees.proposals.actions import ProposalRefused
from fees.proposals.models import Proposal
from portal.structure.moves import carry_out_due
from tests.fees.proposals.conftest import CHIDI, NEW_YORK, percent, wanted

THURSDAY = datetime(2025, 10, 9, 10, 0, tzinfo=NEW_YORK)
MOVED = datetime(2025, 10, 10, 20, 0, tzinfo=UTC)


def test_what_waits_and_what_is_a_draft_end_with_the_move(table):
    waiting = table.propose("bob", CHIDI, wanted(percent("0.012")), on=THURSDAY)
    assert waiting.state == "proposed"
    with as_role("owner"):
        Account.unscoped.filter(kind="client").update(customer_type="Individual")
    with acting(table.world.users["chidi"].pk) as who:
        account = scope(who, Account).get(number=CHIDI)
        asked = links.ask(who=who, account=account, master="F200003", title="Lakeside LLC", at=THURSDAY)
    with acting(table.world.users["carol"].pk):
        links.decide(link=asked, accept=True, by=table.world.users["carol"].pk, at=THURSDAY)

    carry_out_due(at=MOVED)

    before = table.kept()
    assert before["states"] == ["cancelled"]
    with as_role("owner"):
        assert Proposal.unscoped.get().decided_at == MOVED
    with pytest.raises(ProposalRefused):
        table.sign("chidi", waiting, on=MOVED)
    assert table.kept() == before
