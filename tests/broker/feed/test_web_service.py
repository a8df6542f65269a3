"""FLX-6: what the broker's web service may answer, and how patient we are. No socket is opened."""

import io
from contextlib import contextmanager

import pytest

from accounts.broker.feed.web_service import ADDRESS, FetchFailed, NotReady, fetch
from tests.broker.flex import document, nav, statement

GOOD = document(statement(nav("100")))
ACCEPTED = b"<FlexStatementResponse><Status>Success</Status><ReferenceCode>777</ReferenceCode></FlexStatementResponse>"


def error(code: int) -> bytes:
    return (
        f"<FlexStatementResponse timestamp='x'>\n<Status>Fail</Status>\n<ErrorCode>{code}</ErrorCode>\n"
        "<ErrorMessage>words</ErrorMessage></FlexStatementResponse>"
    ).encode()


class Broker:
    """Gives the prepared answers in turn and remembers what was asked and how long we waited."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.waits: list[float] = []

    @contextmanager
    def ask(self, url: str):
        self.asked.append(url)
        yield io.BytesIO(self.answers.pop(0))

    def fetch(self, folder):
        return fetch(token="secret", query="55", into=folder, ask=self.ask, wait=self.waits.append)


def test_flx6_a_statement_that_is_still_being_made_is_waited_for(tmp_path):
    broker = Broker(ACCEPTED, error(1019), error(1019), GOOD)

    path = broker.fetch(tmp_path)

    assert path.read_bytes() == GOOD
    assert broker.waits == [5, 5]
    assert broker.asked[0] == f"{ADDRESS}SendRequest?t=secret&q=55&v=3"
    assert broker.asked[-1] == f"{ADDRESS}GetStatement?t=secret&q=777&v=3"


def test_flx6_an_expired_token_is_not_tried_again(tmp_path):
    broker = Broker(error(1012))

    with pytest.raises(FetchFailed, match="token expired") as caught:
        broker.fetch(tmp_path)

    assert (broker.waits, len(broker.asked)) == ([], 1)
    assert "secret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_too_many_requests_wait_longer_and_end_after_five_tries(tmp_path):
    broker = Broker(*[error(1018)] * 6)

    with pytest.raises(FetchFailed, match="too many requests"):
        broker.fetch(tmp_path)

    assert (broker.waits, len(broker.asked)) == ([10, 10, 10, 10], 5)


@pytest.mark.parametrize("code", [1004, 1005, 1006, 1007, 1008, 1021])
def test_data_that_are_not_ready_are_for_later(tmp_path, code):
    with pytest.raises(NotReady):
        Broker(error(code)).fetch(tmp_path)


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"<html>", b"<!DOCTYPE x><FlexStatementResponse/>", error(9999), ACCEPTED.replace(b"777", b"../../x"),
        ACCEPTED.replace(b"Success", b"Fail"),
    ],
)  # fmt: skip
def test_an_answer_that_makes_no_sense_fails(tmp_path, answer):
    with pytest.raises(FetchFailed):
        Broker(answer).fetch(tmp_path)

    assert list(tmp_path.iterdir()) == []
