"""Tables of contacts from spreadsheets and other programs: what each column means, and all or nothing per row."""

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from crm.imports.contacts import read as read_file
from crm.imports.draft import Address, ImportRefused, Reach
from crm.imports.people import read as read_people
from portal.lib.words import english

HEADER = "First name,Last name,Email,Phone"
OUTLOOK = (
    "First Name,Last Name,Title,Company,Job Title,Business Street,Business City,Business State,Business Postal Code,"
    "Business Country/Region,Home Street,Business Fax,Business Phone,Mobile Phone,E-mail Address,E-mail 2 Address,"
    "Birthday"
)
GOOGLE = (
    "Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Address 1 - Type,"
    "Address 1 - Street,Address 1 - City,Organization 1 - Name,Group Membership,Birthday"
)


def read(content):
    return read_people(
        content if isinstance(content, bytes) else content.encode(), most_rows=100, most_bytes=5 * 1024 * 1024
    )


def rows(content):
    return read(content)[0]


def said(one):
    return english(one.problem) if one.problem else ""


def workbook(*lines):
    book = Workbook()
    for line in lines:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_outlook():
    line = "Jo,Doe,Dr.,IBM,Boss,1 Main,Reno,NV,10001,USA,2 Home,111,222,444,j@x.com,k@x.com,3/22/1980"
    (one,) = rows(f"{OUTLOOK}\n{line}")
    draft = one.draft

    assert said(one) == ""
    assert (draft.salutation, draft.job_title, draft.organisation) == ("Dr.", "Boss", "IBM")
    assert draft.addresses == [
        Address("work", "", "", "1 Main", "Reno", "NV", "10001", "USA"),
        Address("home", street="2 Home"),
    ]
    assert draft.phones == [Reach("111", "work fax"), Reach("222", "work"), Reach("444", "mobile")]
    assert [mail.value for mail in draft.emails] == ["j@x.com", "k@x.com"]
    assert draft.born_on == date(1980, 3, 22)


def test_google():
    line = "Ana Ruiz,Ana,Ruiz,* Home,a@x.com ::: b@x.com,Mobile,+1 212,Home,5 Elm,Reno,ACME,* myContacts ::: VIP,"
    (one,) = rows(f"{GOOGLE}\n{line}")
    draft = one.draft

    assert (draft.first_name, draft.name, draft.organisation) == ("Ana", "Ruiz", "ACME")
    assert draft.emails == [Reach("a@x.com", "home"), Reach("b@x.com", "home")]
    assert draft.phones == [Reach("+1 212", "mobile")]
    assert draft.addresses == [Address("home", street="5 Elm", city="Reno")]
    assert draft.groups == ["myContacts", "VIP"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_russian_columns_in_any_encoding_and_separator(encoding, sign):
    text = "Фамилия;Имя;Телефон;Электронная почта;Дата рождения\r\nИванов;Пётр;+7 900;p@x.ru;22.03.1980\r\n"

    (one,) = rows(text.replace(";", sign).encode(encoding))

    assert (one.draft.name, one.draft.first_name) == ("Иванов", "Пётр")
    assert (one.draft.phone, one.draft.email, one.draft.born_on) == ("+7 900", "p@x.ru", date(1980, 3, 22))


def test_a_workbook():
    content = workbook(
        ["First name", "Last name", "Phone", "Date of birth", "Net worth", "Shoe size"],
        ["Ana", "Ruiz", 12125550100.0, date(1980, 3, 22), 1250000.5, 38],
        [None, None, None, None, None, None],
        ["Jo", "Doe", "+1 212", "1980-02-30", None, None],
    )
    found, unknown = read(content)

    assert [(one.line, said(one)) for one in found] == [
        (2, ""),
        (4, "Date of birth: write the date as 1980-03-22, not “1980-02-30”."),
    ]
    assert (found[0].draft.phone, found[0].draft.born_on) == ("12125550100", date(1980, 3, 22))
    assert found[0].draft.fields == {"net_worth": "1250000.5"}
    assert (found[0].draft.more, unknown) == (["Shoe size: 38"], ["Shoe size"])


def test_con_6_a_row_without_a_last_name_is_rejected_and_the_other_99_are_taken():
    lines = [f"Ann{number},Lee{number},,{number}" for number in range(1, 101)]
    lines[6] = "Ann7,,,7"
    file = read_file("\n".join([HEADER, *lines]).encode(), most_rows=100, most_bytes=5_242_880)

    assert (file.count("create"), file.count("reject")) == (99, 1)
    rejected = next(one for one in file.rows if one.verdict == "reject")
    # The header is line 1, so row 7 of the contacts stands on line 8.
    assert (rejected.read.line, english(rejected.reason)) == (8, "Last name is required.")


def test_con_5_too_many_rows_and_too_many_bytes_are_refused_whole():
    lines = "\n".join(f"Ann,Lee{number},,{number}" for number in range(101))
    with pytest.raises(ImportRefused, match="more than 100 contacts"):
        read_file(f"{HEADER}\n{lines}".encode(), most_rows=100, most_bytes=5_242_880)
    with pytest.raises(ImportRefused, match="larger than 5242880 bytes"):
        read_file(HEADER.encode().ljust(5_242_881, b"\n"), most_rows=100, most_bytes=5_242_880)


def test_days_with_slashes_are_read_only_as_the_file_shows_it():
    def born(*days):
        return [
            said(one) or one.draft.born_on.isoformat()
            for one in rows("First name,Last name,Birthday\n" + "\n".join(f"A,B,{day}" for day in days))
        ]

    refused = "Birthday: write the date as 1980-03-22, not “4/5/1981”."
    assert born("3/22/1980", "4/5/1981") == ["1980-03-22", "1981-04-05"]
    assert born("22/3/1980", "4/5/1981") == ["1980-03-22", "1981-05-04"]
    assert born("4/5/1981") == [refused]
    assert born("5/5/1981") == ["1981-05-05"]
    both = born("22/3/1980", "3/22/1980", "4/5/1981")
    assert both[2] == refused


def test_the_same_person_twice_is_skipped():
    lines = "Ana,Ruiz,a@x.com,1\nAnna,Ruiz,A@X.com,2\nana,RUIZ,,+1\nAna,Ruiz,,3\n"
    file = read_file(f"{HEADER}\n{lines}".encode())

    assert [one.verdict for one in file.rows] == ["create", "skip", "skip", "create"]
    assert english(file.rows[1].reason) == "The same as line 2: the same e-mail address."
    assert english(file.rows[2].reason) == "The same as line 2: the same name and telephone number."


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Ana,Ruiz,nobody,1", "“nobody” is no e-mail address."),
        (",Ruiz,,", "First name is required."),
        (f"Ana,{'x' * 101},,", "A name holds more than 100 characters."),
    ],
)
def test_what_is_wrong_with_a_row(line, words):
    (one,) = rows(f"{HEADER}\n{line}")

    assert said(one) == words


def test_formulas_that_we_guarded_come_back_as_they_were():
    (one,) = rows(f"{HEADER}\n'=Ana,'+Ruiz,,'+1 212")

    assert (one.draft.first_name, one.draft.name, one.draft.phone) == ("=Ana", "+Ruiz", "+1 212")


def test_one_long_text_that_every_cell_refers_to_swells_nothing():
    content = workbook(["First name", "Last name", *range(190)], *[["A", "B", *["y" * 20_000] * 190]] * 20)

    with pytest.raises(ImportRefused, match="would swell"):
        read(content)


def packed(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file has no rows."),
        (b"\n\n,,\n", "The file has no rows."),
        (b"a,b\n1,2", "names no column of contacts"),
        (b"<!DOCTYPE html><html></html>", "is a web page"),
        (b"\xd0\xcf\x11\xe0 old", "before 2007"),
        (b"PK\x03\x04 no zip", "no workbook"),
        (packed({"word/document.xml": "x"}), "no workbook"),
        (packed({"[Content_Types].xml": "x"}), "no workbook"),
        (packed({"[Content_Types].xml": b"0" * 20_000_000}), "would swell"),
        (b'First name,Last name\n"Ana,Ruiz\n', "never closed"),
        (b"First name,Last name\nAna\0,Ruiz\n", "not plain text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not plain text"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content, words):
    with pytest.raises(ImportRefused, match=words):
        read(content)
