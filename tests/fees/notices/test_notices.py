"""What a client is told of a charged fee: by its advisor's choice, in its own language, kept as it was written."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.desk.brand.models import BrandVersion
from accounts.desk.messages.models import Message, Thread
from accounts.ground.access.context import as_role
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import Party
from accounts.ground.tree.models import Practice
from fees.notices.document import hash_of
from fees.notices.models import Notice, NoticeSetting
from fees.posting.checks import Night, look
from fees.posting.models import Charge
from tests.fees.posting.nights import Nights, figures
from tests.world import PASSWORD

FIRST, DAY = date(2025, 9, 30), date(2025, 10, 1)
ANA, CHIDI = "U1000001", "U2000001"


@pytest.fixture
def charged(world, settings, tmp_path) -> Nights:
    """Ana is charged 100,000 × 5 % ÷ 252 = 19.84 for 30 September; Chidi pays Bright 1.00."""
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
    nights = Nights(world)
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=FIRST)
    nights.agree(CHIDI, figures("ANNUALFLATFEE", flat="252"), starts=FIRST)
    for number in (ANA, CHIDI):
        nights.values(number, "100000", FIRST, DAY)
    nights.night(FIRST)
    nights.accrue(DAY)
    nights.close(DAY)
    nights.post(DAY)
    nights.sweep(DAY)
    nights.transmit(DAY)
    return nights


def registered(number: str, *, yes: bool) -> None:
    with as_role("owner"):
        Practice.unscoped.filter(accounts__number=number).update(is_registered=yes)


def chosen(nights: Nights, number: str, mode: str) -> None:
    account = nights.account(number)
    with as_role("owner"):
        NoticeSetting.unscoped.create(
            practice=account.practice, firm_id=account.firm_id, mode=mode, changed_at=datetime.now(UTC), changed_by=1
        )


def told() -> dict[str, Notice]:
    with as_role("owner"):
        return {one.account.number: one for one in Notice.unscoped.select_related("account")}


def mails() -> list[str]:
    return list(OutboxMessage.unscoped.filter(channel="mail").values_list("recipient", flat=True))


def test_on_for_registered_advisors_and_off_for_everybody_else(charged):
    registered(ANA, yes=True)
    registered(CHIDI, yes=False)

    charged.notices(DAY)

    assert list(told()) == [ANA]


def test_what_a_practice_has_chosen_counts(charged):
    chosen(charged, ANA, "none")
    chosen(charged, CHIDI, "mail")

    charged.notices(DAY)

    assert {number: one.mode for number, one in told().items()} == {CHIDI: "mail"}


def test_the_document_says_amount_method_period_and_the_calculation(charged):
    registered(ANA, yes=True)
    charged.notices(DAY)

    notice = told()[ANA]
    document = notice.document
    assert str(notice.amount) == "19.84"
    assert document["title"] == "Advisory Fee Invoice"
    assert document["row"][0] == ANA
    assert document["row"][3].replace("\N{MINUS SIGN}", "-").startswith("-19.84")
    assert any("252" in sentence for sentence in document["story"])
    assert document["days"][0][1] == "100,000.00"
    assert notice.sha256 == hash_of(document)


def test_in_the_clients_language_and_the_firms_brand(charged):
    registered(ANA, yes=True)
    account = charged.account(ANA)
    with as_role("owner"):
        Party.unscoped.filter(rights__account=account).update(language="ru")
        BrandVersion.unscoped.create(
            firm_id=account.firm_id, practice=account.practice, brand_id="polaris", name="Polaris Wealth",
            saved_at=datetime(2025, 1, 1, tzinfo=UTC), effective_at=datetime(2025, 1, 2, tzinfo=UTC), saved_by=1,
        )  # fmt: skip

    charged.notices(DAY)

    notice = told()[ANA]
    assert (notice.language, notice.brand) == ("ru", "Polaris Wealth")
    assert notice.document["title"] == "Счёт за услуги консультанта"


def test_told_twice_is_told_once_and_agrees_with_the_ledger(charged):
    registered(ANA, yes=True)
    charged.notices(DAY)
    before = mails()

    assert charged.notices(DAY).rows == 0

    assert mails() == before
    assert look(Night(charged.run(DAY).pk, DAY)) == []
    refused = pytest.raises(Exception, match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cur:
        cur.execute("UPDATE fees_notice SET amount = 1")


def asked_for_notices(nights: Nights, flats: int) -> int:
    """How many statements a stretch takes when Ana pays so many fees, one of them cut by nothing."""
    with CaptureQueriesContext(connection) as asked:
        assert nights.notices(DAY).rows == flats
    return len(asked)


def test_a_stretch_takes_as_many_statements_for_many_fees_as_for_few(charged):
    """Two charges, then eight more of the same day, with mail and the message center."""
    for name in ("ana", "chidi"):
        with as_role("owner"):
            charged.world.users[name].email = f"{name}@example.test"
            charged.world.users[name].save()
    chosen(charged, ANA, "both")
    chosen(charged, CHIDI, "both")
    few = asked_for_notices(charged, 2)
    with as_role("owner"):
        for charge in list(Charge.unscoped.filter(posted_on=DAY)):
            for revision in range(4):
                copy = Charge.unscoped.get(pk=charge.pk)
                copy.pk, copy.starts = uuid4(), charge.starts - timedelta(days=revision + 1)
                copy.save(force_insert=True)

    assert asked_for_notices(charged, 8) == few


def test_the_mail_says_neither_amount_nor_account(charged):
    registered(ANA, yes=True)
    with as_role("owner"):
        charged.world.users["ana"].email = "ana@example.test"
        charged.world.users["ana"].save()

    charged.notices(DAY)

    [mail] = OutboxMessage.unscoped.filter(recipient="ana@example.test")
    assert ANA not in mail.body and "19.84" not in mail.body
    assert reverse("fees:notice", args=[told()[ANA].pk]) in mail.body


@pytest.fixture
def sealed(charged):
    registered(ANA, yes=True)
    charged.notices(DAY)
    charged.reconcile(DAY)
    assert charged.seal(DAY).problem == ""
    return charged


def test_the_client_and_the_advisor_read_print_and_save_it(browse, sealed):
    notice = told()[ANA]
    for name in ("ana", "alice"):
        reader = browse(name)
        assert "19.84" in reader.get(reverse("fees:notices")).content.decode()
        assert "100,000.00" in reader.get(reverse("fees:notice", args=[notice.pk])).content.decode()
        pdf = reader.get(reverse("fees:notice_pdf", args=[notice.pk])).content
        assert pdf.startswith(b"%PDF")
        assert pdf == reader.get(reverse("fees:notice_pdf", args=[notice.pk])).content
    bulk = browse("alice").get(reverse("fees:print_notices"), {"day": "2025-10-01", "as": "zip"})
    names = ZipFile(BytesIO(bulk.content)).namelist()
    assert sorted(name.split("_")[0] for name in names) == sorted(told())


@pytest.mark.parametrize("name", ["chidi", "carol", "mallory", "ken"])
def test_nobody_else_knows_of_it(browse, sealed, name):
    notice = told()[ANA]
    for route in ("notice", "notice_pdf"):
        assert browse(name).get(reverse(f"fees:{route}", args=[notice.pk])).status_code == 404


def test_an_advisor_chooses_for_the_own_practice_and_a_client_does_not(browse, sealed):
    from auth2fa.stepup.rules import PASSWORD_FIELD

    body = {"mode": "none", PASSWORD_FIELD: PASSWORD}
    assert browse("ana").post(reverse("fees:notice_mode"), body).status_code == 403
    assert not NoticeSetting.unscoped.exists()

    assert browse("alice").post(reverse("fees:notice_mode"), body).status_code == 302

    assert NoticeSetting.unscoped.get().mode == "none"


def test_with_the_message_center_the_owner_reads_it_there_and_the_practice_once_it_is_answered(charged, browse):
    chosen(charged, ANA, "both")
    chosen(charged, CHIDI, "mail")
    charged.notices(DAY)
    charged.notices(DAY)

    ana, alice = browse("ana"), browse("alice")
    center = reverse("messages:list")
    assert "An advisory fee was charged" in ana.get(center).content.decode()
    assert "An advisory fee was charged" not in alice.get(center).content.decode()
    with as_role("owner"):
        [message] = Message.unscoped.all()
        thread = Thread.unscoped.get()
    assert str(told()[ANA].pk) in message.body
    assert (message.side, thread.account.number) == ("practice", ANA)

    page = reverse("messages:thread", args=[thread.pk])
    assert browse("bob").get(page).status_code == 404
    ana.post(page, {"body": "Why so much?", "key": str(uuid4())})

    assert "An advisory fee was charged" in alice.get(center).content.decode()
    with as_role("owner"):
        assert Message.unscoped.count() == 2


def test_the_nights_login_reads_no_conversation(charged):
    from tests.fees.posting.nights import night_role

    for table in ("desk_thread", "desk_message"):
        with pytest.raises(ProgrammingError), night_role(), connection.cursor() as cur:
            cur.execute(f"SELECT count(*) FROM {table}")
