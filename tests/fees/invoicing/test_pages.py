"""The invoicing pages and API: review before sending, double clicks, corrections in place, other people's invoices."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.ground.access.context import as_role
from fees.invoicing.models import Invoice, InvoiceUpload
from portal.lib.xlsx import write_bytes
from tests.fees.invoicing.conftest import ANA, CHIDI, KEN
from tests.world import PASSWORD

DESK, NEW, UPLOAD = (reverse(f"fees:{name}") for name in ("invoicing", "new_invoices", "upload_invoices"))
REVIEW, SEND = reverse("fees:review_invoices"), reverse("fees:send_invoices")


@pytest.fixture
def today(desk):
    """A fixed sum a month stands as Ana's limit, whatever the day of the test."""
    now = timezone.now().date()
    desk.cap(ANA, None, amount="500", starts=date(2025, 1, 2))
    return now


def sent() -> list[Invoice]:
    with as_role("owner"):
        return list(Invoice.unscoped.order_by("submitted_at"))


def rows(*given: tuple[str, str, str]) -> dict[str, list[str]]:
    return {
        name: list(column) for name, column in zip(("account", "amount", "memo"), zip(*given, strict=True), strict=True)
    }


def form_of(answer) -> dict[str, object]:
    """What a browser would send back from the review."""
    context = answer.context
    refused = context["refused"]
    return {
        "key": str(context["key"]), "name": context["file"].name, "sha256": context["file"].sha256,
        "table": context["table"],
        "fix-line": [row.line for row, *_ in refused], "fix-account": [row.account for row, *_ in refused],
        "fix-amount": [row.amount for row, *_ in refused], "fix-memo": [row.memo for row, *_ in refused],
        "fix-manager": [row.money_manager for row, *_ in refused],
    }  # fmt: skip


def test_the_form_shows_what_would_become_of_each_row_and_keeps_nothing(browse, today):
    answer = browse("alice").post(NEW, rows((ANA, "100", "Planning"), (KEN, "1", ""), ("U9000001", "1", "")))

    assert answer.status_code == 200
    assert [one.reason for _row, one, _words in answer.context["refused"]] == ["no_cap", "bad_account"]
    assert answer.context["accepted_count"] == 1
    assert sent() == []


def test_sending_asks_for_the_password_and_then_takes_the_rows_once(browse, today, password_field):
    alice = browse("alice")
    data = form_of(alice.post(NEW, rows((ANA, "100", "Planning"))))

    asked = alice.post(SEND, data)
    assert sent() == [], "nothing moved before the password"
    assert asked.status_code in (200, 403)

    first = alice.post(SEND, {**data, password_field: PASSWORD})
    again = alice.post(SEND, {**data, password_field: PASSWORD})

    assert (first.status_code, again.status_code) == (302, 302)
    assert [(one.amount, one.memo) for one in sent()] == [(100, "Planning")]


def test_eleven_clients_do_not_fit_the_form(browse, today):
    answer = browse("alice").post(
        NEW, rows(*[(f"U100000{n}", "1", "") for n in range(9)], (ANA, "1", ""), (KEN, "1", ""))
    )

    assert answer.status_code == 422
    assert "at most 10" in answer.content.decode()
    assert sent() == []


def test_a_file_is_corrected_in_place_and_remembered(browse, today, password_field):
    alice = browse("alice")
    content = f"account;amount\n{ANA};100.001\nU5550001;5\n".encode("cp1252")
    answer = alice.post(UPLOAD, {"file": SimpleUploadedFile("november.csv", content)})
    data = form_of(answer)
    data["fix-amount"] = ["100.10", ""]
    data["fix-account"] = [ANA, ""]

    checked = alice.post(REVIEW, data)
    assert (checked.context["accepted_count"], checked.context["refused_count"]) == (1, 0)

    alice.post(SEND, {**form_of(checked), password_field: PASSWORD})

    assert [str(one.amount) for one in sent()] == ["100.10"]
    with as_role("owner"):
        [file] = InvoiceUpload.unscoped.all()
    assert (file.name, [one.upload_id for one in sent()]) == ("november.csv", [file.pk])
    known = alice.post(UPLOAD, {"file": SimpleUploadedFile("copy.csv", content)})
    assert (known.context["before"].name, known.context["before"].accepted) == ("november.csv", 1)


def test_rows_by_hand_are_no_upload(browse, today, password_field):
    alice = browse("alice")
    data = form_of(alice.post(NEW, rows((ANA, "100", ""))))

    alice.post(SEND, {**data, password_field: PASSWORD})

    assert [one.upload_id for one in sent()] == [None]
    with as_role("owner"):
        assert not InvoiceUpload.unscoped.exists()


def test_a_row_refused_for_its_manager_is_refused_again_until_the_manager_is_taken_out(browse, today, password_field):
    """The page carries the manager in an input of its own; a checked row may not lose it on the way."""
    alice = browse("alice")
    answer = alice.post(UPLOAD, {"file": SimpleUploadedFile("x.csv", f"{ANA},100,U7777777,fee\n".encode())})
    assert 'name="fix-manager" value="U7777777"' in answer.content.decode()

    checked = alice.post(REVIEW, form_of(answer))
    assert [one.reason for _row, one, _words in checked.context["refused"]] == ["bad_money_manager"]
    errors = alice.post(REVIEW, {**form_of(checked), "errors": "csv"}).content.decode("utf-8-sig")
    assert "U7777777" in errors

    alice.post(SEND, {**form_of(checked), password_field: PASSWORD})
    assert sent() == []

    corrected = alice.post(REVIEW, {**form_of(checked), "fix-manager": [""]})
    assert corrected.context["accepted_count"] == 1


def test_the_most_that_fits_is_offered_and_a_row_can_be_left_out(browse, today):
    alice = browse("alice")
    answer = alice.post(NEW, rows((ANA, "501", "Planning"), (KEN, "5", "")))
    page = answer.content.decode()
    assert 'name="use" value="1 500.00"' in page

    fitting = alice.post(REVIEW, {**form_of(answer), "use": "1 500.00"})
    left = alice.post(REVIEW, {**form_of(fitting), "skip": "2"})

    assert [(row.amount, one.amount) for row, one in left.context["accepted"]] == [("500.00", 500)]
    assert left.context["refused_count"] == 0
    assert sent() == []


def test_a_decimal_comma_is_read_once_somebody_has_said_so(browse, today):
    alice = browse("alice")
    content = f"account;amount\n{ANA};100,50\n{KEN};1.234,5\n".encode()
    answer = alice.post(UPLOAD, {"file": SimpleUploadedFile("november.csv", content)})
    assert answer.context["accepted_count"] == 0
    assert 'name="comma"' in answer.content.decode()

    read = alice.post(REVIEW, {**form_of(answer), "comma": "1"})

    assert [(row.amount, one.amount) for row, one in read.context["accepted"]] == [("100.50", Decimal("100.50"))]
    assert [row.amount for row, *_rest in read.context["refused"]] == ["1234.5"]
    assert 'name="comma"' not in read.content.decode()


@pytest.mark.parametrize("use", ["", "1", "x 5", "1 5 6", "99 1"])
def test_a_forged_choice_changes_no_row(browse, today, use):
    alice = browse("alice")
    data = form_of(alice.post(NEW, rows((ANA, "501", ""))))

    answer = alice.post(REVIEW, {**data, "use": use})

    assert answer.status_code in (200, 404)
    assert answer.status_code == 404 or answer.context["accepted_count"] == 0


def test_refused_rows_come_as_a_file(browse, today):
    alice = browse("alice")
    data = form_of(alice.post(NEW, rows((ANA, "1", ""), (KEN, "2", "=1+1"))))

    answer = alice.post(REVIEW, {**data, "errors": "csv"})

    assert answer["Content-Type"].startswith("text/csv")
    text = answer.content.decode("utf-8-sig")
    assert KEN in text
    assert "'=1+1" in text
    assert ANA not in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (write_bytes([("account", "amount"), (ANA, "10")]), "spreadsheet"),
        (b"", "file is empty"),
        (f'{ANA},1\n{KEN},1,,"x\n'.encode(), "never closed"),
        (f"{ANA},1\n{KEN},1,,x\x00y\n".encode(), "null character"),
        (b"a,b\n", "no invoices"),
    ],
)
def test_what_is_no_table_is_said_at_the_field(browse, today, content, words):
    answer = browse("alice").post(UPLOAD, {"file": SimpleUploadedFile("x.csv", content)})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert sent() == []
    with as_role("owner"):
        assert not InvoiceUpload.unscoped.exists()


@pytest.mark.parametrize("table", ["x", "1,2", '"', "a,b,c,d,e", "\x00", "99999999999999999999,a,b,c,d"])
def test_a_forged_table_takes_nothing(browse, today, table, password_field):
    key = str(uuid.uuid4())

    answer = browse("alice").post(SEND, {"table": table, "key": key, password_field: PASSWORD})

    assert answer.status_code in (302, 400, 404)
    assert sent() == []


def test_changing_and_cancelling_ones_own(browse, desk, today, password_field):
    invoice = waiting(desk, ANA)
    alice = browse("alice")

    alice.post(reverse("fees:invoice", args=[invoice.pk]), {"amount": "7", "memo": "less", password_field: PASSWORD})
    assert [(one.amount, one.memo) for one in sent()] == [(7, "less")]

    refused = alice.post(
        reverse("fees:invoice", args=[invoice.pk]), {"amount": "501", "memo": "", password_field: PASSWORD}
    )
    assert refused.status_code == 422
    assert "Over the limit" in refused.content.decode()

    alice.post(reverse("fees:cancel_invoice", args=[invoice.pk]))
    assert [one.state for one in sent()] == ["cancelled"]


@pytest.mark.parametrize(("name", "status"), [("bob", 404), ("mallory", 404), ("ana", 403), ("tess", 403), ("", 302)])
def test_other_peoples_invoices_cannot_be_touched(browse, desk, today, name, status, password_field):
    invoice = waiting(desk, ANA)
    client = browse(name)

    for action in ("invoice", "cancel_invoice"):
        data = {"amount": "1", "memo": "", password_field: PASSWORD}
        assert client.post(reverse(f"fees:{action}", args=[invoice.pk]), data).status_code == status

    assert [(one.state, one.amount) for one in sent()] == [("pending", 100)]


def test_the_limit_opens_the_days_behind_it(browse, desk):
    answer = browse("alice").get(reverse("fees:invoice_limit", args=[ANA]))

    assert answer.status_code == 200
    assert browse("bob").get(reverse("fees:invoice_limit", args=[ANA])).status_code == 404
    assert browse("alice").get(reverse("fees:invoice_limit", args=[CHIDI])).status_code == 200


def test_the_api_takes_rows_once_a_key(browse, today):
    alice = browse("alice")
    body = [{"account": ANA, "amount": "100", "memo": "by program"}, {"account": KEN, "amount": "1"}]

    def post(key: str, given=body, **headers):
        return alice.post(
            "/api/v1/invoices/send/",
            given,
            content_type="application/json",
            headers={"Idempotency-Key": key, "Confirm-Password": PASSWORD, **headers},
        )

    assert post("").status_code == 400
    first, again = post("k1"), post("k1")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert [row["verdict"] for row in first.json()["rows"]] == ["ok", "no_cap"]
    assert post("k1", body[:1]).status_code == 409
    assert len(sent()) == 1


def test_the_api_asks_for_the_password(browse, today):
    answer = browse("alice").post(
        "/api/v1/invoices/send/",
        [{"account": ANA, "amount": "1"}],
        content_type="application/json",
        headers={"Idempotency-Key": "k"},
    )

    assert answer.status_code == 403
    assert sent() == []


def waiting(desk, number: str) -> Invoice:
    """A pending invoice of a day that is still to come."""
    with as_role("owner"):
        account = desk.account(number)
        return Invoice.unscoped.create(
            firm_id=account.firm_id,
            account=account,
            practice_id=account.practice_id,
            amount=100,
            currency=account.base_currency,
            business_day=desk.next(timezone.now().date() + timedelta(days=2)),
            submitted_at=timezone.now(),
            submitted_by=desk.world.users["alice"],
        )
