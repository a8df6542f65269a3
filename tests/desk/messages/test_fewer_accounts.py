"""An advisor's user with fewer accounts is still the practice, and only its own practice."""

from datetime import UTC, datetime
from uuid import uuid4

from accounts.desk.messages.actions import begin
from accounts.desk.messages.models import Message, Thread
from accounts.ground.access.context import acting, enter


def test_vera_reads_her_own_practices_conversations_alone_and_writes_on_its_side(world, browse, as_role):
    """Vera of Northgate has ana's account and chidi's, who is Bright's client."""
    threads = {}
    at = datetime(2025, 9, 30, 12, tzinfo=UTC)
    for name, number in (("ana", "U1000001"), ("chidi", "U2000001")):
        with acting(world.users[name].pk) as who:
            threads[name] = begin(who=who, account=world[number], subject="Hello", body="A word", key=uuid4(), at=at).pk
    vera = browse("vera")

    assert vera.get(f"/messages/{threads['chidi']}/").status_code == 404
    assert vera.get(f"/api/v1/messages/{threads['chidi']}/").status_code == 404
    assert vera.get(f"/messages/{threads['ana']}/").status_code == 200
    with as_role("portal_web"):
        enter(world.users["vera"].pk)
        assert set(Thread.unscoped.values_list("pk", flat=True)) == {threads["ana"]}
    with acting(world.users["vera"].pk) as who:
        begin(who=who, account=world["U1000001"], subject="Fees", body="From us", key=uuid4(), at=at)
    assert Message.unscoped.get(author_id=world.users["vera"].pk).side == "practice"
