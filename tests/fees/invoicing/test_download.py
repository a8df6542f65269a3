"""Invoices as a workbook and as CSV: the reader's own rows, text as text, and an account to choose in a review."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse

from fees.sending.rules import Asked
from tests.fees.invoicing.conftest import ANA, CHIDI, SEPTEMBER

DOWNLOAD = reverse("fees:download_invoices")


@pytest.fixture
def sent(desk):
    desk.cap(CHIDI)
    desk.values(CHIDI, "100000", *SEPTEMBER)
    desk.send("alice", Asked(1, ANA, "100", "=1+1"))
    desk.send("bob", (CHIDI, "50"))
    return desk


def sheet(answer) -> str:
    return ZipFile(BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()


def test_a_workbook_of_ones_own_clients(browse, sent):
    text = sheet(browse("bob").get(DOWNLOAD, {"as": "xlsx"}))

    assert CHIDI in text
    assert ANA not in text


def test_a_memo_is_never_a_formula(browse, sent):
    text = sheet(browse("alice").get(DOWNLOAD))

    assert "=1+1" in text
    assert "<f>" not in text
    assert "'=1+1" in browse("alice").get(DOWNLOAD, {"as": "csv"}).content.decode()


@pytest.mark.parametrize("name", ["ana", "tess"])
def test_who_may_not_set_fees_gets_nothing(browse, sent, name):
    assert browse(name).get(DOWNLOAD).status_code == 403


def test_a_refused_row_of_a_review_offers_the_clients(browse, sent):
    answer = browse("alice").post(reverse("fees:new_invoices"), {"account": "U999", "amount": "1", "memo": ""})

    page = answer.content.decode()
    assert f'<option value="{ANA}">' in page
    assert 'name="fix-account" value="U999" list="clients"' in page


def test_an_example_to_fill_in_comes_as_csv_and_as_a_workbook(browse, sent):
    example = reverse("fees:invoice_template")
    text = browse("alice").get(example).content.decode("utf-8-sig")
    assert text.replace('"', "").splitlines()[0] == "account,amount,money_manager,memo"

    workbook = sheet(browse("alice").get(example, {"as": "xlsx"}))

    assert "money_manager" in workbook and "<v>250.00</v>" in workbook
    assert [browse(name).get(example, {"as": "xlsx"}).status_code for name in ("ana", "tess")] == [403, 403]
