"""Address books as telephones and mail programs write them: what each card says, and that a broken one stops none."""

import json
from datetime import date

import pytest

from crm.imports import cards
from crm.imports.draft import Address, ImportRefused, Reach, draft_of
from portal.lib.words import english


def read(content):
    content = content if isinstance(content, bytes) else content.replace("\n", "\r\n").encode()
    return cards.read(content, most_cards=100, most_bytes=1_000_000)


def one(lines, version="3.0"):
    (found,) = read(f"BEGIN:VCARD\nVERSION:{version}\n{lines}\nEND:VCARD\n")
    return found


def told(found):
    return [english(remark) for remark in found.remarks]


def test_names_are_taken_apart_and_escaped_signs_are_text():
    draft = one(r"N:Doe;John;Richter\, James;Mr.;Sr." "\n" r"FN:Mr. John Doe\; Sr.").draft

    assert (draft.salutation, draft.first_name, draft.middle_name) == ("Mr.", "John", "Richter, James")
    assert (draft.name, draft.suffix, draft.full_name) == ("Doe", "Sr.", "Mr. John Doe; Sr.")


def test_a_folded_line_goes_on_without_its_space_and_in_the_oldest_version_with_it():
    assert one("N:Doe;Jo\n hn;;;").draft.first_name == "John"
    assert one("N:Doe;John\n Paul;;;", "2.1").draft.first_name == "John Paul"


def test_a_letter_may_be_folded_in_its_middle():
    folded = b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:M" + b"\xc3\r\n \xbcller;Ana;;;\r\nEND:VCARD\r\n"

    assert read(folded)[0].draft.name == "Müller"


def test_quoted_printable_of_a_charset_goes_on_over_lines():
    lines = "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=\n=F6rg;;;\nTEL;WORK;VOICE;PREF:+49 30 1"
    found = one(lines, "2.1")

    assert (found.draft.name, found.draft.first_name) == ("Müller", "Jörg")
    assert found.draft.phones == [Reach("+49 30 1", "work", is_preferred=True)]


def test_an_unknown_charset_or_one_that_is_no_text_breaks_nothing():
    for charset in ("idna", "unicode_escape", "zlib", "no-such", "utf-7", ""):
        found = one(f"N;CHARSET={charset};ENCODING=QUOTED-PRINTABLE:Doe;J=C3=B6rg;;;", "2.1")
        assert found.draft.first_name == "Jörg"


def test_labels_of_a_telephone_stand_behind_what_they_name():
    lines = "N:Doe;Jo;;;\nitem1.TEL:111\nitem1.X-ABLabel:_$!<HomeFAX>!$_\nitem2.EMAIL;type=INTERNET:a@b.com\n"
    draft = one(lines + "item2.X-ABLabel:Boat\nTEL;type=IPHONE;type=CELL;type=VOICE:222").draft

    assert draft.phones == [Reach("111", "homefax"), Reach("222", "mobile")]
    assert draft.emails == [Reach("a@b.com", "boat")]
    assert draft.phone == "222"


def test_version_four():
    lines = (
        'N:Stevenson;John;Philip,Paul;Dr.;Jr.,M.D.\nTEL;VALUE=uri;PREF=1;TYPE="voice,home":tel:+1-555-555-5555;ext=5555\n'
        "EMAIL;PREF=1:mailto:j@x.com\nBDAY:--0203\nANNIVERSARY:20090808T1430-0500\nGENDER:F;grrrl\n"
        "ADR;TYPE=home:;;123 Main Street;Any Town,Other;CA;91921-1234;U.S.A.\nLANG:en\nKIND:individual"
    )
    draft = one(lines, "4.0").draft

    assert (draft.middle_name, draft.suffix) == ("Philip Paul", "Jr. M.D.")
    assert draft.phones == [Reach("+1-555-555-5555 ext. 5555", "home", is_preferred=True)]
    assert draft.email == "j@x.com"
    assert (draft.born_on, draft.birthday) == (None, "--0203")
    assert draft.anniversary == date(2009, 8, 8)
    assert draft.gender == "grrrl"
    assert draft.addresses == [
        Address("home", "", "", "123 Main Street", "Any Town Other", "CA", "91921-1234", "U.S.A.")
    ]
    assert draft.more == ["LANG: en"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("BDAY:1980-03-22", date(1980, 3, 22)),
        ("BDAY:19800322", date(1980, 3, 22)),
        ("BDAY;VALUE=date-time:1980-03-22T00:00:00Z", date(1980, 3, 22)),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-22", None),
        ("BDAY:1980", None),
    ],
)
def test_days_of_birth(written, day):
    found = one(f"N:Doe;Jo;;;\n{written}")

    assert (found.draft.born_on, found.remarks) == (day, [])


def test_an_impossible_day_is_told_and_the_rest_is_taken():
    found = one("N:Doe;Jo;;;\nBDAY:1980-02-30\nEMAIL:a@b.com")

    assert found.problem is None
    assert found.draft.born_on is None
    assert told(found) == ["“1980-02-30” is not a date of the calendar; it was left out."]
    assert found.draft.email == "a@b.com"


def test_who_a_card_is_without_a_name_of_its_own():
    assert (one("FN:Ana María Ruiz").draft.first_name, one("FN:Ana María Ruiz").draft.name) == ("Ana María", "Ruiz")
    assert (one("FN:Ruiz, Ana").draft.first_name, one("FN:Ruiz, Ana").draft.name) == ("Ana", "Ruiz")
    company = one("N:;;;;\nFN:ACME Inc.\nORG:ACME Inc.;Sales").draft
    assert (company.kind, company.name, company.department) == ("company", "ACME Inc.", "Sales")
    shown_as = one("N:Doe;Jo;;;\nORG:ACME\nX-ABShowAs:COMPANY").draft
    assert (shown_as.kind, shown_as.name, shown_as.related) == ("company", "ACME", [Reach("Jo Doe", "contact")])
    assert one("N:Doe;Jo;;;\nFN:Jo Doe\nORG:ACME").draft.kind == "person"
    mum = one("N:;Mum;;;\nTEL:1")
    assert (mum.draft.name, mum.draft.first_name, mum.problem) == ("Mum", "", None)
    assert told(mum) == ["The card has only one name; it is kept as the last name."]
    assert english(one("TEL:1").problem) == "The card names nobody."


def test_a_picture_is_weighed_and_not_mistaken_for_properties():
    found = one("N:Doe;Jo;;;\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\n SkZJRgAB\nTEL:1")

    assert found.draft.photo_bytes == 12
    assert found.draft.phone == "1"
    oldest = one("N:Doe;Jo\nPHOTO;JPEG;BASE64:\n /9j/4AAQ\n SkZJRgAB\n\nTEL:1", "2.1")
    assert (oldest.draft.photo_bytes, oldest.draft.phone) == (12, "1")


def test_a_broken_card_stops_no_other():
    content = (
        "BEGIN:VCARD\nVERSION:3.0\nN:One;A;;;\nBEGIN:VCARD\nVERSION:3.0\nN:Two;B;;;\nno property at all\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Friends\nMEMBER:urn:uuid:1\nEND:VCARD\n"
        "begin:vcard\nversion:3.0\nn:Three;C;;;\nend:vcard\n"
    )
    found = read(content)

    assert [(one.line, one.draft.name, english(one.problem) if one.problem else "") for one in found] == [
        (1, "One", "The card is never closed."),
        (4, "Two", ""),
        (9, "Friends", "The card is a list of other cards, not a contact."),
        (15, "Three", ""),
    ]
    assert told(found[1]) == ["Line 7 could not be read; it was left out."]


def test_the_card_of_an_agent_inside_a_card_is_passed_over():
    agent = "BEGIN:VCARD\nVERSION:2.1\nN:Friday;Fred\nEND:VCARD"
    content = f"BEGIN:VCARD\nVERSION:2.1\nN:Doe;Jo\nAGENT:\n{agent}\nTEL:1\nEND:VCARD\n"

    assert [(one.draft.name, one.draft.phone) for one in read(content)] == [("Doe", "1")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_any_encoding(encoding):
    text = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Müller;Jörg;;;\r\nEND:VCARD\r\n"

    (found,) = read(text.encode(encoding))

    assert (found.draft.name, found.draft.first_name) == ("Müller", "Jörg")


def test_hostile_cards():
    found = one('N:Doe;<script>alert(1)</script>;;;\nTEL;TYPE="home:1\nNOTE:a\0b\n')
    assert found.draft.first_name == "<script>alert(1)</script>"
    assert found.draft.note == "ab"
    long = one("N:Doe;Jo;;;\nNOTE:" + "x" * 50_000)
    assert len(long.draft.note) == 20_000
    assert told(long) == ["A text of more than 20000 characters was cut."]
    deep = "BEGIN:VCARD\n" * 3000 + "N:Doe;Jo;;;\n" + "END:VCARD\n" * 3000
    assert len(cards.read(deep.encode(), most_cards=5000, most_bytes=1_000_000)) == 3000


def test_what_is_no_address_book_and_what_is_too_much_is_refused():
    for content in (b"", b"hello", b"\x89PNG\r\n"):
        with pytest.raises(ImportRefused, match="holds no vCard"):
            read(content)
    card = b"BEGIN:VCARD\nN:Doe;Jo\nEND:VCARD\n"
    with pytest.raises(ImportRefused, match="more than 2 contacts"):
        cards.read(card * 3, most_cards=2, most_bytes=1000)
    with pytest.raises(ImportRefused, match="larger than 10 bytes"):
        cards.read(card, most_cards=2, most_bytes=10)


def test_a_large_picture_costs_no_more_than_its_size():
    """A line of base64 after the other, 200,000 of them: work that grew with the square would never end."""
    picture = b"\r\n".join(b" " + b"QUJD" * 18 for _line in range(200_000))
    content = b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Doe;Jo\r\nPHOTO;ENCODING=b:\r\n" + picture + b"\r\nEND:VCARD\r\n"

    (found,) = cards.read(content, most_cards=1, most_bytes=20_000_000)

    assert found.draft.photo_bytes == 200_000 * 54


def test_of_a_kind_only_what_somebody_means_is_taken():
    found = one("N:Doe;Jo;;;\n" + "\n".join(f"TEL:{number}\nEMAIL:a{number}@x.com\nNOTE:abc" for number in range(9000)))

    assert (len(found.draft.phones), len(found.draft.emails), len(found.draft.note)) == (100, 100, 20_000)
    assert "Of a kind, only the first 100 were taken." in told(found)


def test_a_draft_comes_out_of_an_inbox_as_it_went_in():
    draft = one(
        "N:Doe;Jo;;;\nBDAY:1980-03-22\nADR:;;1 Main;Reno;NV;1;US\nTEL;PREF=1:1\nX-AIM:jo\nCATEGORIES:VIP,A"
    ).draft

    assert draft_of(json.loads(json.dumps(draft.told(), default=str))) == draft
