"""Charges and proofs over the API: the same gates, amounts as text."""

from datetime import date

import pytest

from tests.fees.posting.nights import figures

LIST = "/api/v1/charges/"


def proof_of(charge):
    return f"{LIST}{charge.pk}/proof/"


def test_a_charge_is_listed_with_amounts_as_text(browse, month_end):
    (row,) = browse("alice").get(LIST).json()["results"]

    assert (row["account"], row["method"]) == ("U1000001", "PERCENTOFEQUITY_EOM")
    assert (row["exact"], row["amount"], row["currency"]) == ("208.33333333", "208.33", "USD")
    assert row["fingerprint"] == month_end.fingerprint


@pytest.mark.parametrize("name", ["bob", "carol", "chidi", "sam", "mallory"])
def test_others_get_nothing(browse, month_end, name):
    client = browse(name)

    assert client.get(LIST).json()["results"] == []
    assert client.get(proof_of(month_end)).status_code == 404


def test_nobody_must_be_signed_out(browse, month_end):
    assert browse("").get(LIST).status_code == 401
    assert browse("").get(proof_of(month_end)).status_code == 401


def test_filters_and_order(browse, nights, month_end):
    nights.agree("U2000001", figures("ANNUALFLATFEE", flat="1000"), starts=date(2025, 10, 1))
    nights.value("U2000001", date(2025, 10, 1), "1")
    nights.value("U1000001", date(2025, 10, 1), "1")
    nights.night(date(2025, 10, 1))
    client = browse("alice")

    assert [row["account"] for row in client.get(LIST).json()["results"]] == ["U2000001", "U1000001"]
    assert [row["account"] for row in client.get(LIST, {"state": "posted"}).json()["results"]] == ["U1000001"]
    assert [row["account"] for row in client.get(LIST, {"account__number": "U2000001"}).json()["results"]] == [
        "U2000001"
    ]


def test_a_proof_has_inputs_words_and_the_verdict(browse, month_end):
    answer = browse("ana").get(proof_of(month_end)).json()

    assert answer["inputs"][0] == "2025-09-30 250000.0000"
    assert answer["inputs"][1].endswith(" 0.010000 21")
    assert (answer["agrees"], answer["recomputed_amount"]) == (True, "208.33")
    assert answer["charge"]["payee"] is None
    assert any("21" in words for words in answer["words"])
