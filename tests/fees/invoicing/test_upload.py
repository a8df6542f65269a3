"""Files of invoices as spreadsheets write them: encodings, separators, headers, and what is no table at all."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.ground.access.context import as_role
from accounts.ground.tree.models import Account
from fees.invoicing.models import Invoice, InvoiceUpload
from fees.invoicing.upload import errors_table, known, parse, submit_file
from fees.sending.rules import Asked
from portal.lib.csvtext import BadCsv, write_bytes
from tests.fees.invoicing.conftest import ANA, CHIDI, KEN, OCTOBER, SEPTEMBER, at

PLAIN = "U1234567,250.00,,Planning für Müller\nU7654321,10,,\n"
ROWS = (Asked(1, "U1234567", "250.00", "Planning für Müller"), Asked(2, "U7654321", "10"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_encoding_and_separator_that_spreadsheets_write(encoding, separator):
    file = parse(PLAIN.replace(",", separator).encode(encoding), name="q4.csv")

    assert file.rows == ROWS
    assert not file.writes_decimal_comma


def test_a_header_is_found_and_gives_the_order():
    file = parse(b"Memo;Account;Amount\r\nfirst;U1234567;1.50\r\n;U7654321;2\r\n", name="x.csv")

    assert [(row.line, row.account, row.amount, row.memo) for row in file.rows] == [
        (2, "U1234567", "1.50", "first"),
        (3, "U7654321", "2", ""),
    ]


def test_a_first_row_with_a_bad_amount_is_no_header():
    assert parse(b"U1234567,abc\nU7654321,2\n", name="x.csv").rows[0] == Asked(1, "U1234567", "abc")


def test_quoted_cells_keep_separators_and_new_lines_keep_their_line():
    file = parse(b'U1234567,1,,"one, two"\n"U7654321",2,,"a\nb"\nU7654322,3\n', name="x.csv")

    assert [(row.line, row.memo) for row in file.rows] == [(1, "one, two"), (2, "a\nb"), (4, "")]


def test_a_decimal_comma_is_noticed_and_read_once_it_is_confirmed():
    content = b"account;amount\nU1;1.234,50\nU2;12,5\nU3;7\n"

    assert parse(content, name="x.csv").writes_decimal_comma
    read = parse(content, name="x.csv", decimal_comma=True)
    assert [row.amount for row in read.rows] == ["1234.50", "12.5", "7"]
    assert not read.writes_decimal_comma


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 and so on", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0 and so on", "spreadsheet"),
        (b"", "no invoices"),
        (b"account,amount\n", "no invoices"),
        (b"U1,1,,\x00x\n" * 20, "null character"),
        (b'U1,1,,"open\nU2,2\n', "never closed"),
        (b"U1234567,1\n" * 10_001, "more than 10000 rows"),
        (b"U1," + b"9" * 200_000, "longer than"),
    ],
)
def test_what_is_no_table_is_refused_whole(content, words):
    with pytest.raises(BadCsv, match=words):
        parse(content, name="x.csv")


def test_a_file_of_bad_rows_says_a_sentence_for_each_and_sends_nothing(desk):
    desk.cap(KEN)
    desk.values(KEN, "10000000", *SEPTEMBER)
    desk.cap(CHIDI)
    desk.values(CHIDI, "100000", *SEPTEMBER)
    [before] = desk.send("alice", (KEN, "10"))
    with as_role("owner"):
        Account.unscoped.filter(number=CHIDI).update(status="C", closed_on=OCTOBER.replace(day=1))
    bad = (
        (ANA, "166.68", "over_limit"),
        (KEN, "10", "duplicate_today"),
        ("U9000001", "10", "bad_account"),
        ("=U1000001", "10", "bad_account"),
        (CHIDI, "10", "account_restricted"),
        *((ANA, amount, "bad_amount") for amount in ("-1", "0", "9" * 30, "10.001", "=1+1", "@SUM(A1)", "")),
    )
    file = parse("".join(f"{account},{amount},,\n" for account, amount, _reason in bad).encode(), name="bad.csv")

    with desk.acting("alice") as who:
        _day, verdicts = submit_file(who=who, file=file, at=at(OCTOBER))

    assert [str(one.reason) for one in verdicts] == [reason for *_row, reason in bad]
    assert all(one.sentence for one in verdicts)
    with as_role("owner"):
        assert [str(one.pk) for one in Invoice.unscoped.all()] == [before.invoice]


def test_refused_rows_come_back_as_a_file_that_can_be_sent_again(desk):
    file = parse(f"{ANA},100\n{KEN},5,,=HYPERLINK(1)\n{ANA},1\n".encode(), name="x.csv")
    with desk.acting("alice") as who:
        _day, verdicts = submit_file(who=who, file=file, at=at(OCTOBER))

    told = ["" if one.sentence is None else str(one.reason) for one in verdicts]
    table = errors_table(file, verdicts, told)
    again = parse(write_bytes(table), name="errors.csv")

    assert table[1:] == [(KEN, "5", "", "=HYPERLINK(1)", "no_cap"), (ANA, "1", "", "", "duplicate_today")]
    assert [(row.account, row.amount, row.memo) for row in again.rows] == [(KEN, "5", "=HYPERLINK(1)"), (ANA, "1", "")]


def test_the_same_file_is_recognised_by_its_own_practice_alone(desk):
    file = parse(f"{ANA},100\n".encode(), name="x.csv")
    with desk.acting("alice") as who:
        assert known(who, file) is None
        submit_file(who=who, file=file, at=at(OCTOBER))
    with desk.acting("alice") as who:
        assert (known(who, file).rows, known(who, file).accepted) == (1, 1)
    with desk.acting("bob") as who:
        assert known(who, file) is None


def test_ten_thousand_rows_cost_as_many_questions_as_ten(desk, django_assert_max_num_queries):
    many = parse("".join(f"U{5_000_000 + n},1\n" for n in range(10_000)).encode(), name="x.csv")
    with desk.acting("alice") as who, django_assert_max_num_queries(30):
        _day, verdicts = submit_file(who=who, file=many, at=at(OCTOBER))

    assert {one.reason for one in verdicts} == {"bad_account"}


def command(desk, tmp_path, content: str, *options: str):
    path = tmp_path / "november.csv"
    path.write_text(content)
    out = StringIO()
    call_command(
        "submit_invoices", str(path), "--as", "alice", "--at", "2025-10-06T12:00", "--json", *options, stdout=out
    )
    return json.loads(out.getvalue().splitlines()[-1])


def test_the_command_says_what_becomes_of_every_row(desk, tmp_path):
    answer = command(desk, tmp_path, f"{ANA},100,,Planning\nU5550001,1\n{ANA},2\n")

    assert (answer["business_day"], answer["accepted"], answer["rejected"]) == ("2025-10-06", 1, 2)
    assert [row["verdict"] for row in answer["rows"]] == ["ok", "bad_account", "duplicate_today"]
    assert [str(one.pk) for one in desk.sent(ANA)] == [answer["rows"][0]["invoice"]]
    assert answer["uploaded_before"] is None


def test_the_command_keeps_nothing_when_it_is_tried_dry(desk, tmp_path):
    answer = command(desk, tmp_path, f"{ANA},100\n", "--dry-run")

    assert (answer["accepted"], answer["saved"]) == (1, False)
    with as_role("owner"):
        assert not Invoice.unscoped.exists()
        assert not InvoiceUpload.unscoped.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("nobody", "U1,1\n", "nobody signs in"), ("ana", f"{ANA},1\n", "no advisor"), ("alice", "", "no invoices")],
)
def test_the_command_refuses_in_one_line(desk, tmp_path, name, content, words):
    path = tmp_path / "x.csv"
    path.write_text(content)

    with pytest.raises(CommandError, match=words):
        call_command("submit_invoices", str(path), "--as", name)
