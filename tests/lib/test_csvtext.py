"""CSV at the border: strangers' files read strictly, our files harmless in a spreadsheet."""

import codecs
import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.csvtext import BadCsv, Row, guarded, read, unguarded, write, write_bytes

INVOICES = "account,amount,money_manager,memo\nU1234567,250.00,,Q3 planning fee\n"


def cells(content: bytes, **limits) -> list[tuple[str, ...]]:
    return [row.cells for row in read(content, **limits)]


EXPECTED = [("account", "amount", "money_manager", "memo"), ("U1234567", "250.00", "", "Q3 planning fee")]


@pytest.mark.parametrize(
    "content",
    [
        INVOICES.encode(),
        codecs.BOM_UTF8 + INVOICES.encode(),
        INVOICES.encode("utf-16"),
        codecs.BOM_UTF16_BE + INVOICES.encode("utf-16-be"),
        INVOICES.replace("\n", "\r\n").encode(),
        INVOICES.replace(",", ";").encode(),
        ("\n\n" + INVOICES + " , \n").encode(),
    ],
    ids=["utf-8", "mark", "utf-16 little", "utf-16 big", "crlf", "semicolons", "empty lines"],
)
def test_the_usual_ways_to_save_a_table_are_all_read(content):
    assert cells(content) == EXPECTED


def test_rows_know_the_line_they_begin_on():
    rows = read(b'a,b\n\n"two\nlines",c\nd,e\n')

    assert rows == [Row(1, ("a", "b")), Row(3, ("two\nlines", "c")), Row(5, ("d", "e"))]


def test_a_separator_inside_quotes_does_not_decide():
    assert cells(b'"a;b;c",d\n') == [("a;b;c", "d")]
    assert cells(b"a;b,c\n", delimiter=",") == [("a;b", "c")]


def test_an_empty_file_has_no_rows():
    assert read(b"") == read(b"\n\n") == read(codecs.BOM_UTF8) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'a,b\nc,"never closed\nd,e\n', "quotation mark opened in the row at line 2 is never closed"),
        (b'a\n"b"c\n', "row at line 2 is not quoted correctly"),
        (b"a\nb\0c\n", "Line 2 holds a null character"),
        ("a,b\n".encode("utf-16-le"), "Line 1 holds a null character"),
        (b"a\nb\xff\n", "Line 2 is not valid UTF-8"),
        (codecs.BOM_UTF16_LE + b"a\0\x00\xd8", "not valid UTF-16"),
        (b"a" * 2001, "larger than 2000 bytes"),
        (b"a\n" * 12, "more than 11 rows"),
        (b"a\n" + b"," * 5, None),
        (b"a\n" + b"x," * 5, "Line 2 has more than 5 columns"),
    ],
)
def test_what_is_not_plainly_a_table_is_refused_with_its_place(content, problem):
    limits = {"max_bytes": 2000, "max_rows": 11, "max_columns": 5}
    if problem is None:
        assert len(read(content, **limits)) == 1
        return

    with pytest.raises(BadCsv, match=problem) as refusal:
        read(content, **limits)

    assert str(refusal.value) == refusal.value.msgid % refusal.value.params


def test_an_enormous_cell_is_refused():
    with pytest.raises(BadCsv, match="line 2 has a cell longer than 131072"):
        read(b"a\n" + b"x" * 200_000)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\x00=1", "＝1", "＋1", "－1", "＠1", "'=1", '"=1'],
)
def test_text_that_a_spreadsheet_would_run_is_guarded(text):
    assert guarded(text) == "'" + text
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "Ann", "O'Neil", "'tis", "1-2", "a=b", "a@b.c", "..."])
def test_ordinary_text_is_left_alone(text):
    assert guarded(text) == unguarded(text) == text


def test_numbers_stay_numbers_and_text_is_quoted():
    row = ['Smith, "Al"', Decimal("-12.30"), -5, Decimal("1E+3"), date(2025, 9, 30), None, True, "-5"]

    assert write([row]) == '"Smith, ""Al""",-12.30,-5,1000,2025-09-30,,true,"\'-5"\r\n'


def test_a_float_never_leaves_by_accident():
    with pytest.raises(TypeError, match="float"):
        write([[1.5]])


def test_bytes_carry_the_mark_that_excel_needs():
    assert write_bytes([["ä"]], delimiter=";") == codecs.BOM_UTF8 + '"ä"\r\n'.encode()


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20),
            min_size=2,
            max_size=4,
        ),
        max_size=5,
    )
)
def test_what_we_write_is_safe_and_comes_back_whole(rows):
    written = write(rows)
    back = list(csv.reader(io.StringIO(written, newline=""), strict=True))

    assert [[unguarded(cell) for cell in row] for row in back] == rows
    assert not any(
        cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for row in back for cell in row
    )
    kept = [row for row in rows if any(guarded(cell).strip() for cell in row)]
    assert [[unguarded(cell) for cell in row.cells] for row in read(written.encode(), delimiter=",")] == kept


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_never_anything_else(content):
    try:
        read(content)
    except BadCsv:
        return
