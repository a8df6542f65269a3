"""The delivery audit: what each client was sent in a quarter, what became of it, and who may know."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from django.db import connection

from accounts.desk.messages.models import Attachment, Message, Side, Thread, ThreadRead
from accounts.ground.access.context import acting
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import Seat
from fees.notices.models import Notice
from fees.proposals.models import Proposal, ProposalState
from fees.schedules.models import Strategy
from portal.reports import queries
from portal.reports.tasks import make_report
from tests.portal.reports.test_pages import nights, sealed, table, valued  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db

QUARTER = "period=custom&first=2025-07-01&last=2025-09-30"
ANA, SAM, CHIDI, NINA = "U1000001", "I4000001", "U2000001", "U9000001"
HOUSE = {ANA: "F100001", SAM: "F100001", CHIDI: "F200002", NINA: "F900001"}


def at(day, month=9):
    return datetime(2025, month, day, 15, tzinfo=UTC)


@pytest.fixture
def sent(valued):  # noqa: F811
    send(valued)
    return valued


def send(world):
    """Ana had two invoices (one by mail on the 3rd, one read in the message center after its mail failed), an agreement
    whose mail is still on its way, and a report of hers; Chidi an invoice that failed and a file that he has read.
    Nina of the other firm had one invoice. Sam and Ken had nothing. What is of June or October is of other quarters."""
    first, second = (_notice(world, ANA, date(2025, 9, day)) for day in (2, 16))
    _mail(world, f"fee notice:{first}:", "ana", "delivered_at", at(3))
    _message(world, ANA, first, at(2))
    _mail(world, f"fee notice:{second}:", "ana", "failed_at", at(17))
    _message(world, ANA, second, at(16), read_by="ana")
    _notice(world, ANA, date(2025, 6, 30))
    _notice(world, ANA, date(2025, 10, 1))
    _mail(world, f"fee proposal:{_proposal(world, ANA)}:proposed:", "ana")
    _mail(world, f"report {_report(world, 'ana', f'&accounts={ANA}')} ", "ana", "delivered_at", at(24))
    _mail(world, f"report {_report(world, 'sam', '&accounts=U4000001')} ", "sam", "delivered_at", at(24))
    _mail(world, f"fee notice:{_notice(world, CHIDI, date(2025, 9, 2))}:", "chidi", "failed_at", at(4))
    _message(world, CHIDI, uuid4(), at(9), read_by="chidi", file="review.pdf")
    _mail(world, f"fee notice:{_notice(world, NINA, date(2025, 9, 2))}:", "nina", "delivered_at", at(3))


def _whose(world, number):
    account = world[number]
    return {"firm_id": account.firm_id, "account_id": account.pk, "practice_id": world[HOUSE[number]].practice_id}


def _notice(world, number, day) -> UUID:
    key = uuid4()
    Notice.unscoped.create(
        charge_id=key, **_whose(world, number), day=day, mode="both", language="en", brand="-", amount=1,
        currency="USD", document={}, sha256="0" * 64, run_id=1,
    )  # fmt: skip
    return key


def _proposal(world, number) -> UUID:
    made = Proposal.unscoped.create(
        **_whose(world, number), version=1, strategy=Strategy.choices[0][0], created_at=at(20),
        created_by=world.users["alice"],
    )  # fmt: skip
    sent = {"state": ProposalState.PROPOSED, "proposed_at": at(20), "expires_on": date(2025, 10, 20)}
    Proposal.unscoped.filter(pk=made.pk).update(**sent, document_hash="0" * 64)
    return made.pk


def _report(world, name, more) -> UUID:
    seat = world.seats[name]
    return Job.unscoped.create(
        user_id=seat.user_id, seat_id=seat.pk, firm_id=seat.firm_id, kind="export", state=JobState.DONE,
        arguments={"table": "report", "query": f"report=performance{more}", "form": "csv"}, finished_at=at(24),
    ).pk  # fmt: skip


def _mail(world, key, name, *ended):
    values = dict([ended]) if ended else {}
    user = world.users[name]
    OutboxMessage.unscoped.create(
        channel="mail", recipient=f"{name}@example.com", subject="Secret words", body="More secret words",
        natural_key=f"{key}{user.pk}", person_id=user.pk, created_at=at(2), **values,
    )  # fmt: skip


def _message(world, number, key, when, read_by="", file=""):
    whose = _whose(world, number)
    thread = Thread.unscoped.create(**whose, subject="Invoices", opened_by=0, key=uuid4(), last_at=when)
    message = Message.unscoped.create(
        pk=key, **whose, thread=thread, side=Side.PRACTICE, author_id=0, author_name="-", body="-", key=key, at=when
    )
    if file:
        Attachment.unscoped.create(
            **whose, thread=thread, message=message, name=file, kind="application/pdf", size=1, sha256="0" * 64
        )
    # Who wrote has seen it too, which delivers nothing; nor does a look at what stood there before.
    for user, until in (("alice", at(30)), ("bob", at(30)), (read_by or "ana", at(30) if read_by else at(1))):
        ThreadRead.objects.create(user=world.users[user], thread=thread, until=until)


def figures(browse, name, query=""):
    answer = browse(name).get(f"/api/v1/reports/figures/?report=delivery-audit&{QUARTER}&{query}")
    return answer.json()["sections"] if answer.status_code == 200 else answer.status_code


def test_each_client_has_its_counts_and_whoever_got_nothing_a_mark(sent, browse):
    """Statements of August and September are 2. Of Ana's 2 invoices, report and agreement all but the last arrived."""
    clients, every = figures(browse, "alice")

    rows = {row[0]: row[2:] for row in clients["rows"]}
    assert rows[ANA] == ["2", "2", "1", "0", "1", "0", "0", "3", "1", ""]
    assert rows[SAM] == ["2", "0", "0", "0", "0", "0", "0", "0", "0", "Nothing delivered"]
    assert rows["U4000001"][4:] == ["1", "0", "0", "1", "0", ""]
    # The conversation is between Chidi and his own advisor.
    assert rows[CHIDI] == ["2", "1", "0", "0", "0", "0", "0", "0", "1", "Nothing delivered"]
    assert set(rows) == {ANA, "U1000002", CHIDI, "U3000001", SAM, "U4000001", "U4000002"}
    marked = {clients["rows"][place][0] for place in clients["marked"]}
    assert marked == {"U1000002", CHIDI, "U3000001", SAM, "U4000002"}
    assert clients["totals"] == [["Total", "", "6", "3", "1", "0", "2", "0", "0", "4", "2", ""]]
    assert "To 5 of the clients listed here nothing was delivered." in clients["notes"]

    mask = "a•••@example.com"
    assert [row[1:] for row in every["rows"] if row[0] == ANA] == [
        ["Statement of the month", "2025-08-31", "", "", "Open in the portal", None],
        ["Statement of the month", "2025-09-30", "", "", "Open in the portal", None],
        ["Fee invoice", "2025-09-02", mask, "Unread", "Handed over", "2025-09-03"],
        ["Fee invoice", "2025-09-16", mask, "Read", "Could not be delivered", "2025-09-17"],
        ["Fee agreement to sign", "2025-09-20", mask, "", "On its way", None],
        ["Report", "2025-09-24", mask, "", "Handed over", "2025-09-24"],
    ]
    assert "secret" not in str(every).lower() and "ana@" not in str(every)


def test_a_second_level_reads_its_own_clients_and_conversations(sent, browse):
    clients, every = figures(browse, "bob")
    assert [[row[0], *row[2:]] for row in clients["rows"]] == [
        [CHIDI, "2", "1", "0", "0", "0", "0", "1", "1", "1", ""],
    ]
    assert clients["marked"] == [] and clients["notes"][0] == "Something was delivered to every client listed here."
    assert [row[1:] for row in every["rows"]][2:] == [
        ["Fee invoice", "2025-09-02", "c•••@example.com", "", "Could not be delivered", "2025-09-04"],
        ["Message with files", "2025-09-09", "", "Read", "No mail", None],
    ]
    assert figures(browse, "bob", f"accounts={CHIDI} {ANA}") == 404
    assert {row[0] for row in figures(browse, "vera")[0]["rows"]} == {ANA, CHIDI}
    assert [row[0] for row in figures(browse, "mallory")[0]["rows"]] == [NINA]


def test_a_file_and_a_job_have_the_same_rows_as_the_page(sent, browse, monkeypatch, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    alice, query = browse("alice"), f"/reports/file/?report=delivery-audit&{QUARTER}"
    rows = table(alice.post(query, {"format": "csv"}))
    fate = ("a•••@example.com", "Read", "Could not be delivered", "2025-09-17")
    assert (ANA, "Fee invoice", "2025-09-16", *fate) in rows
    for form, begins in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        assert alice.post(query, {"format": form}).content.startswith(begins)
    page = alice.get(f"/reports/delivery-audit/?{QUARTER}").content.decode()
    assert "a•••@example.com" in page and "Nothing delivered" in page
    assert "Ничего не доставлено" in alice.get(f"/reports/delivery-audit/?{QUARTER}&language=ru").content.decode()

    monkeypatch.setattr(queries, "MOST_ACCOUNTS", 2)
    alice.post(query, {"format": "csv"})
    job = Job.unscoped.latest("created_at")
    make_report(str(job.pk), job.user_id, job.seat_id)
    made = alice.get(f"/exports/{job.pk}/file/")
    from_job = b"".join(made.streaming_content)
    assert "a•••@example.com".encode() in from_job and b"ana@" not in from_job


@pytest.mark.parametrize("name", ["ana", "chidi", "sam", "suki", "nina"])
def test_owners_have_no_audit(sent, browse, name):
    client = browse(name)
    assert client.get("/reports/delivery-audit/").status_code == 404
    assert client.post("/reports/file/?report=delivery-audit", {"format": "csv"}).status_code == 404
    assert figures(browse, name) == 404
    assert "Delivery audit" not in client.get("/reports/").content.decode()


@pytest.mark.parametrize(
    ("name", "seen"),
    [("alice", {ANA, CHIDI, "U4000001"}), ("bob", {CHIDI}), ("carol", set()), ("mallory", {NINA}), ("ana", set()),
     ("sam", set()), ("vera", {ANA, CHIDI}), ("olga", set()), ("frank", set())],
)  # fmt: skip
def test_the_database_itself_answers_about_nobody_elses_clients(sent, name, seen):
    """Asked about every account there is, under the login of pages."""
    every = [one.pk for one in sent.accounts.values()]
    numbers = {one.pk: number for number, one in sent.accounts.items()}
    with acting(sent.users[name].pk), connection.cursor() as cur:
        cur.execute(
            "SELECT account FROM portal_deliveries(%s, '2025-07-01', '2025-09-30', 'America/New_York')"
            " WHERE kind <> 'sign_in'",
            [every],
        )
        assert {numbers[row[0]] for row in cur.fetchall()} == seen


def test_whoever_has_no_sign_in_is_said_to_have_none(sent, browse):
    Seat.unscoped.filter(pk=sent.seats["sam"].pk).update(is_active=False)
    clients, every = figures(browse, "alice", f"accounts={SAM}")
    assert clients["rows"][0][-1] == "Nothing delivered; nobody has a sign-in"
    assert {row[5] for row in every["rows"]} == {"Nobody has a sign-in"}


def test_a_user_is_told_of_no_more_than_on_the_pages_of_what_was_sent(sent, browse):
    """Ana's agreement is on its way; without the function of fees it is neither counted nor named as not delivered."""
    vera = Seat.unscoped.filter(pk=sent.seats["vera"].pk)
    vera.update(abilities=["statements", "view_accounts", "fees", "transaction_history"])
    clients, every = figures(browse, "vera", f"accounts={ANA}")
    assert clients["rows"][0][2:] == ["2", "2", "1", "0", "1", "0", "0", "3", "1", ""]
    assert "not given" not in str(clients["notes"])

    vera.update(abilities=["statements"])
    clients, every = figures(browse, "vera", f"accounts={ANA}")
    assert clients["columns"][2:-1] == ["Statements", "Fee invoices", "Reports", "Delivered", "Not delivered"]
    assert clients["rows"][0][2:] == ["2", "2", "1", "3", "0", ""]
    assert clients["totals"] == [["Total", "", "2", "2", "1", "3", "0", ""]]
    assert {row[1] for row in every["rows"]} == {"Statement of the month", "Fee invoice", "Report"}
    shut = "Agreements to sign, Signed agreements, Money notices, Messages with files."
    assert clients["notes"][0].endswith(f"needs for: {shut}")


STRANGERS = 3000
# Of tables and of their indexes: what was looked at, wherever it was found.
LOOKED_AT = """
    SELECT sum(pg_stat_get_xact_tuples_returned(one) + pg_stat_get_xact_tuples_fetched(one))::bigint
      FROM unnest(ARRAY['accounts_seat', 'accounts_clientright', 'accounts_job']::regclass[]) held,
           LATERAL (SELECT held::oid UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = held) of (one)"""


def test_other_accounts_people_and_their_jobs_are_never_read(sent):
    """Whoever asks about Ana reads her rights, her seat and her export, however many clients the firm has. Tables as
    small as these would be read whole, which a firm's are not."""
    whose = {"firm": sent[ANA].firm_id, "practice": sent[ANA].practice_id}
    with connection.cursor() as cur:
        cur.execute(
            """
            WITH party AS (
                INSERT INTO accounts_party (firm_id, practice_id, legal_name, is_organisation, residence, email,
                       language)
                SELECT %(firm)s, %(practice)s, 'P' || g, false, '', '', 'en' FROM generate_series(1, %(many)s) g
                RETURNING id
            ), owns AS (
                INSERT INTO accounts_clientright (firm_id, party_id, account_id, may_sign)
                SELECT %(firm)s, id, %(other)s, true FROM party
            ), seat AS (
                INSERT INTO accounts_seat (user_id, role, firm_id, party_id, is_active, standing, abilities, holdings,
                       account_types, is_security_officer, is_account_representative, is_employee)
                SELECT %(user)s, 'client', %(firm)s, id, true, 'primary', '{}', 'all', '{}', false, false, false
                  FROM party RETURNING id
            )
            INSERT INTO accounts_job (id, user_id, seat_id, firm_id, kind, arguments, state, done, message, finished_at)
            SELECT gen_random_uuid(), %(user)s, id, %(firm)s, 'export', '{"table": "report", "query": ""}', 'done', 0,
                   '', '2025-09-24' FROM seat
            """,
            {**whose, "other": sent["U1000002"].pk, "user": sent.users["ken"].pk, "many": STRANGERS},
        )
    with acting(sent.users["alice"].pk), connection.cursor() as cur:
        cur.execute("DISCARD PLANS; SET LOCAL enable_seqscan = off")
        cur.execute(LOOKED_AT)
        before = cur.fetchone()[0]
        cur.execute(
            "SELECT kind FROM portal_deliveries(%s, '2025-07-01', '2025-09-30', 'America/New_York')", [[sent[ANA].pk]]
        )
        kinds = [row[0] for row in cur.fetchall()]
        cur.execute(LOOKED_AT)
        looked_at = cur.fetchone()[0] - before
    assert kinds.count("report") == kinds.count("sign_in") == 1
    assert 0 < looked_at < 100, looked_at
