"""What the list of recent activity says beside an event."""

from accounts.ground.clock import exchange_today
from accounts.ground.trail.actions import record


def test_an_event_says_in_words_how_far_it_has_got_or_leaves_it_to_its_title(world, browse):
    told = (("permission", "Permission given", "granted"), ("mailbox", "A mailbox", "provisioning"),
            ("deposit", "Deposit", "Completed"), ("status", "Account status changed", "C"))  # fmt: skip
    for kind, title, status in told:
        record(account=world["U1000001"], kind=kind, title=title, status=status, day=exchange_today())
    world.users["alice"].language = "ru"
    world.users["alice"].save(update_fields=["language"])

    page = browse("alice").get("/activity/").content.decode()

    assert "granted" not in page and "provisioning" not in page
    assert "· Создаётся" in page and "· Выполнено" in page and "· Закрыт" in page
