"""Limits and invoices in the back office: to read, by the back office alone; and the command that agrees a limit."""

import hashlib
import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.ground.access.context import as_role
from fees.invoicing.models import Invoice, InvoiceCap
from tests.fees.invoicing.conftest import ANA, CHIDI, KEN, OCTOBER, SEPTEMBER, at

LISTS = {"cap": reverse("admin:fees_invoicecap_changelist"), "invoice": reverse("admin:fees_invoice_changelist")}


@pytest.fixture
def sent(desk) -> Invoice:
    desk.send("alice", (ANA, "100", "Planning"))
    return desk.sent(ANA)[0]


def page(kind: str) -> str:
    model = {"cap": InvoiceCap, "invoice": Invoice}[kind]
    with as_role("owner"):
        row = model.unscoped.first()
    return reverse(f"admin:fees_{model._meta.model_name}_change", args=[row.pk])


@pytest.mark.parametrize(("kind", "words"), [("cap", "2.00%"), ("invoice", "Planning")])
def test_the_lists_and_their_pages(browse, sent, kind, words):
    olga = browse("olga")

    for address, query in ((LISTS[kind], {"q": ANA}), (page(kind), {})):
        answer = olga.get(address, query)
        assert answer.status_code == 200
        assert "Kestrel" in answer.content.decode()
        assert words in answer.content.decode()


@pytest.mark.parametrize("kind", ["cap", "invoice"])
@pytest.mark.parametrize("name", ["alice", "ana", "mallory", ""])
def test_nobody_else_comes_in(browse, sent, kind, name):
    assert browse(name).get(LISTS[kind]).status_code in (302, 403, 404)
    assert browse(name).get(page(kind)).status_code in (302, 403, 404)


@pytest.mark.parametrize("kind", ["cap", "invoice"])
def test_a_forged_form_changes_nothing(browse, sent, kind):
    answer = browse("olga").post(page(kind), {"amount": "1", "state": "processed", "ends": "2024-01-02"})

    assert answer.status_code == 403
    sent.refresh_from_db(from_queryset=Invoice.unscoped.all())
    assert (sent.amount, sent.state) == (100, "pending")


@pytest.mark.parametrize("kind", ["cap", "invoice"])
def test_the_lists_ask_as_often_for_many_as_for_few(browse, desk, sent, kind):
    olga = browse("olga")
    olga.get(LISTS[kind])
    with CaptureQueriesContext(connection) as few:
        olga.get(LISTS[kind])

    for number in (KEN, CHIDI):
        desk.cap(number, None, amount="500")
        desk.send("alice" if number == KEN else "bob", (number, "5"))
    with CaptureQueriesContext(connection) as many:
        olga.get(LISTS[kind])

    assert len(many) == len(few)


# manage.py agree_cap


def agree_cap(tmp_path, number: str, *options: str, advisor: str = "alice", signed: bool = True) -> dict:
    document = tmp_path / "limit.pdf"
    document.write_text("what the client signed")
    signature = ("--signed-name", "Ken", "--signed-at", "2025-09-01T15:40", "--document", str(document))
    out = StringIO()
    call_command(
        *("agree_cap", number, "--as", advisor, "--starts", "2025-09-02", "--json", *options),
        *(signature if signed else ()),
        stdout=out,
    )
    return json.loads(out.getvalue().splitlines()[-1])


def test_a_limit_agreed_by_command_is_the_one_that_invoices_are_held_to(desk, tmp_path):
    """2 % of 100,000 on each of the 21 business days of September is 166.67; the lower of that and the sum binds."""
    desk.values(CHIDI, "100000", *SEPTEMBER)

    told = agree_cap(tmp_path, CHIDI, "--rate", "2%", "--amount", "150", advisor="bob")

    assert (told["version"], told["kind"], told["rate"], told["amount"]) == (1, "monthly", "0.02", "150")
    assert told["document"] == hashlib.sha256(b"what the client signed").hexdigest()
    assert [one.reason for one in desk.send("bob", (CHIDI, "150.01"), on=at(OCTOBER))] == ["over_limit"]
    assert [one.reason for one in desk.send("bob", (CHIDI, "150.00"), on=at(OCTOBER))] == [""]


def test_a_second_limit_closes_the_first(desk, tmp_path):
    agree_cap(tmp_path, ANA, "--kind", "quarter-end", "--rate", "0.01")

    with as_role("owner"):
        caps = list(InvoiceCap.unscoped.filter(account__number=ANA).order_by("version"))
    assert [(cap.version, cap.kind, cap.rate, cap.ends and cap.ends.isoformat()) for cap in caps] == [
        (1, "PERCENTOFNLV_CAP", Decimal("0.02"), "2025-09-02"),
        (2, "PERCENTOFNLV_CAP_EOPEQTY_Q", Decimal("0.01"), None),
    ]


@pytest.mark.parametrize(
    ("number", "options", "more", "words"),
    [
        (KEN, ("--rate", "2%"), {"signed": False}, "needs the client's signature"),
        (KEN, (), {}, "rate:"),
        (KEN, ("--rate", "-1%"), {}, "rate:"),
        (KEN, ("--amount", "0"), {}, "above zero"),
        (KEN, ("--rate", "1%", "--ends", "2025-09-02"), {}, "must end after it starts"),
        (CHIDI, ("--rate", "1%"), {"advisor": "carol"}, "There is no account"),
        (ANA, ("--rate", "1%"), {"advisor": "bob"}, "There is no account"),
        (KEN, ("--rate", "1%"), {"advisor": "ana"}, "is not an advisor's user"),
        (KEN, ("--rate", "1%"), {"advisor": "nobody"}, "Nobody signs in"),
        ("F200002", ("--rate", "1%"), {}, "."),
    ],
)
def test_what_may_not_be_is_refused_in_words(desk, tmp_path, number, options, more, words):
    with as_role("owner"):
        before = InvoiceCap.unscoped.count()

    with pytest.raises(CommandError, match=words):
        agree_cap(tmp_path, number, *options, **more)

    with as_role("owner"):
        assert InvoiceCap.unscoped.count() == before
