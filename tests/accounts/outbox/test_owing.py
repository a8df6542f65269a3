"""What is owed is written once and delivered, however often it is asked for and whatever fails."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail

from accounts.ground.idempotency.actions import KeyRefused, KeyReused, once
from accounts.ground.idempotency.models import IdempotencyKey
from accounts.ground.outbox import actions as outbox
from accounts.ground.outbox.carriers import NoCarrier
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.actions import ask, finish
from accounts.ground.requests.models import Request, RequestKind, RequestStatus

AT = datetime(2025, 10, 1, 12, 0, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def owe(key="a"):
    outbox.owe(channel="mail", recipient="ana@example.test", subject="Notice", body="Text", natural_key=key)


def test_a_message_owed_twice_is_sent_once(world):
    owe()
    owe()

    assert outbox.deliver_due(at=LATER) == 1
    assert outbox.deliver_due(at=LATER) == 0
    assert [sent.to for sent in mail.outbox] == [["ana@example.test"]]


def test_a_failed_delivery_waits_longer_each_time_and_gives_up_in_the_end(world, settings):
    settings.EMAIL_BACKEND = "tests.accounts.outbox.test_owing.Broken"
    owe()
    at = LATER
    for _try in range(outbox.MOST_ATTEMPTS):
        assert outbox.deliver_due(at=at) == 0
        at += timedelta(days=1)

    message = OutboxMessage.unscoped.get()
    assert message.attempts == outbox.MOST_ATTEMPTS
    assert message.failed_at is not None
    assert message.last_error == "OSError: no route"
    assert outbox.deliver_due(at=at) == 0


def test_a_message_that_cannot_be_sent_does_not_stop_those_behind_it(world):
    outbox.owe(channel="mail", recipient="a@example.test", subject="Two\nlines", body="", natural_key="bad")
    owe()

    assert outbox.deliver_due(at=LATER) == 1

    bad = OutboxMessage.unscoped.get(natural_key="bad")
    assert (bad.attempts, bad.delivered_at, bad.failed_at) == (1, None, None)
    assert bad.last_error.startswith("BadHeaderError: ")
    assert bad.due_at > LATER
    assert OutboxMessage.unscoped.get(natural_key="a").delivered_at - LATER < timedelta(seconds=60)


def test_a_code_that_is_owed_last_leaves_first_and_a_mail_to_many_last(world, settings):
    """Also one that is owed while others are sent."""
    settings.OUTBOX_CARRIERS = dict.fromkeys(("mail", "sms"), "tests.accounts.outbox.test_owing.noted")
    LEFT.clear()
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    owed = [
        *[("mail", f"mailing {number}", True) for number in range(200)],
        ("mail", "bill", False), ("mail", "link", True), ("sms", "code", False),
    ]  # fmt: skip
    outbox.owe_many(
        [
            OutboxMessage(
                channel=channel,
                recipient="x",
                natural_key=key,
                is_secret=is_secret,
                due_at=long_ago + timedelta(hours=place),
            )
            for place, (channel, key, is_secret) in enumerate(owed)
        ]
    )
    assert outbox.deliver_due(at=LATER, most=6) == 6
    assert LEFT == ["code", "link", "bill", "mailing 0", "second code", "mailing 1"]


LEFT = []


def noted(message, at):
    """A carrier; while it carries the first mail to many, somebody asks for a code."""
    LEFT.append(message.natural_key)
    if message.natural_key == "mailing 0":
        outbox.owe_many(
            [
                OutboxMessage(
                    channel="sms", recipient="x", natural_key="second code", due_at=at + timedelta(microseconds=1)
                )
            ]
        )


@pytest.mark.parametrize("channel", ["fax", "pigeon"])
def test_what_nothing_carries_is_not_owed_and_never_counts_as_delivered(world, channel):
    with pytest.raises(NoCarrier):
        outbox.owe(channel=channel, recipient="a", subject="", body="", natural_key="x")
    assert not OutboxMessage.unscoped.exists()

    owe()
    OutboxMessage.unscoped.update(channel=channel)

    assert outbox.deliver_due(at=LATER) == 0
    assert mail.outbox == []
    message = OutboxMessage.unscoped.get()
    assert (message.delivered_at, message.last_error) == (None, f"NoCarrier: no carrier for {channel}")


class Broken:
    """A mail server that is down."""

    def __init__(self, **options):
        self.options = options

    def send_messages(self, messages):
        raise OSError("no route")


def test_the_same_key_gives_the_first_answer_and_acts_once(world):
    acted = []

    def act():
        acted.append(1)
        return 201, {"id": len(acted)}

    first = once(user_id=1, key="k", route="/x", body={"a": 1}, act=act)
    second = once(user_id=1, key="k", route="/x", body={"a": 1}, act=act)
    other = once(user_id=2, key="k", route="/x", body={"a": 1}, act=act)

    assert first == second == (201, {"id": 1})
    assert other == (201, {"id": 2})
    assert len(acted) == 2


def test_the_same_key_with_another_body_is_refused_and_nothing_moves(world):
    once(user_id=1, key="k", route="/x", body={"a": 1}, act=lambda: (201, None))

    with pytest.raises(KeyReused):
        once(user_id=1, key="k", route="/x", body={"a": 2}, act=lambda: pytest.fail("acted"))

    assert IdempotencyKey.unscoped.count() == 1


def test_a_failed_act_leaves_its_key_free(world):
    with pytest.raises(ZeroDivisionError):
        once(user_id=1, key="k", route="/x", body=None, act=lambda: (1 // 0, None))

    assert once(user_id=1, key="k", route="/x", body=None, act=lambda: (200, "ok")) == (200, "ok")


def test_asking_twice_is_one_request_and_finishing_twice_is_once(world):
    fields = {
        "account": world["U1000001"],
        "kind": RequestKind.STATEMENT,
        "title": "No statement",
        "natural_key": "U1000001 2025-09-30",
        "day": AT.date(),
    }
    request = ask(**fields)
    assert ask(**fields).pk == request.pk
    assert Request.unscoped.count() == 1

    assert finish(request=request, status=RequestStatus.APPROVED, at=AT)
    assert not finish(request=request, status=RequestStatus.REJECTED, at=AT)

    assert Request.unscoped.get().status == RequestStatus.APPROVED
    assert ask(**fields).finished_at is None


@pytest.mark.parametrize("key", ["", "k" * 201, "a\nb", "a\0b"])
def test_what_is_no_key_is_refused_and_nothing_moves(world, key):
    with pytest.raises(KeyRefused):
        once(user_id=1, key=key, route="/x", body={}, act=lambda: pytest.fail("acted"))

    assert not IdempotencyKey.unscoped.exists()


def test_an_amount_and_its_text_are_two_requests(world):
    once(user_id=1, key="k", route="/x", body={"a": "1"}, act=lambda: (201, None))

    with pytest.raises(KeyReused):
        once(user_id=1, key="k", route="/x", body={"a": Decimal(1)}, act=lambda: pytest.fail("acted"))
