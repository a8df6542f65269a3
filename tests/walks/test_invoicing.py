"""Invoicing walked through in a real browser: by hand, by a file of three hundred rows, and what became of them."""

import os
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import overflow
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
MANY = 300
SIGNED = datetime(2026, 1, 2, 12, tzinfo=UTC)


def shot(page, name):
    """A picture for whoever wants to look; only where a folder for them is named."""
    folder = os.environ.get("PORTAL_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def settled(page):
    """Colours that fade from one scheme to the other have arrived."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.evaluate("() => Promise.allSettled(document.getAnimations().map(one => one.finished))")


def looked_at(page, axe, name):
    """Light and dark on a desk, light on a phone: nothing sticks out, and axe is content."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        settled(page)
        assert axe(page) == [], (name, scheme)
        shot(page, f"{name}-{scheme}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    settled(page)
    assert overflow(page) <= 0, name
    assert axe(page) == [], (name, "phone")
    shot(page, f"{name}-phone")
    page.set_viewport_size(DESKTOP)


@pytest.fixture
def clients(morning):
    """Three hundred clients of Northgate with a signed limit of 500 a month each."""
    from accounts.ground.access.context import as_role
    from accounts.ground.tree.models import Account
    from fees.invoicing.models import InvoiceCap

    with as_role("owner"):
        model = morning["U1000001"]
        accounts = []
        for place in range(MANY):
            account = Account.unscoped.get(pk=model.pk)
            account.pk, account._state.adding = None, True
            account.number, account.title = f"U55{place:05}", f"Client {place:03}, Harbour Street Family Trust"
            account.sort_key = account.title.lower()
            account.save(force_insert=True)
            accounts.append(account)
        InvoiceCap.unscoped.bulk_create(
            InvoiceCap(
                firm_id=account.firm_id,
                account=account,
                practice_id=account.practice_id,
                version=1,
                kind="PERCENTOFNLV_CAP",
                amount=Decimal(500),
                starts=date(2026, 1, 2),
                signed_name="A Client",
                signed_at=SIGNED,
                document_hash="0" * 64,
                agreed_at=SIGNED,
            )
            for account in accounts
        )
    return morning


@pytest.fixture
def file(tmp_path):
    """Three hundred rows as a spreadsheet writes them, five of them broken."""
    rows = [f"U55{place:05};{100 + place},50;;Financial planning, {place % 12 + 1}/2026" for place in range(MANY)]
    rows[16] = "U7770001;40,00;;No client"
    rows[87] = rows[3]
    rows[202] = "U5500202;12,345;;Three places"
    rows[250] = "U5500250;750,00;;Over the limit"
    rows[277] = "U5500277;10,00;U8800001;For a manager"
    path = tmp_path / "november.csv"
    path.write_bytes("\r\n".join(["account;amount;money_manager;memo", *rows]).encode("utf-8-sig"))
    return path


def confirm(page):
    """The question comes as 403, which the console notes."""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/fees/invoicing/")
    page.problems.clear()


def test_by_hand_from_the_form_to_the_desk(sign_in, page, site, axe, clients):
    page.set_viewport_size(DESKTOP)
    sign_in("alice")
    page.goto(f"{site}/fees/invoicing/")
    looked_at(page, axe, "desk-empty")
    page.get_by_role("link", name="New invoices").first.click()

    expect(page.get_by_label("Account of row 1")).to_be_focused()
    page.keyboard.type("u5500007")
    page.keyboard.press("Tab")
    expect(page.locator("#available-1")).to_contain_text("500.00")
    expect(page.locator("#available-1")).to_contain_text("Client 007")
    page.keyboard.type("620")
    page.get_by_label("Memo of row 1").fill("Planning of the fourth quarter")
    page.get_by_label("Account of row 2").fill("U5500008")
    page.get_by_label("Amount of row 2").fill("120.50")
    page.get_by_label("Account of row 3").fill("U9999999")
    page.get_by_label("Amount of row 3").fill("5")
    expect(page.locator("#available-2")).to_contain_text("Client 008")
    looked_at(page, axe, "new")
    page.get_by_role("button", name="More rows").click()
    expect(page.get_by_label("Amount of row 10")).to_be_visible()
    expect(page.get_by_label("Amount of row 1", exact=True)).to_have_value("620")
    page.get_by_role("button", name="Review").click()

    expect(page.get_by_text("Over the limit by")).to_be_visible()
    looked_at(page, axe, "review")
    page.get_by_role("button", name=re.compile("^Use 500.00")).click()
    page.get_by_role("button", name=re.compile("Leave out")).click()
    expect(page.get_by_text("2 rows are ready")).to_be_visible()
    looked_at(page, axe, "review-ready")
    page.get_by_role("button", name="Submit 2 invoices").click()
    confirm(page)

    expect(page.get_by_text("2 invoices were sent.")).to_be_visible()
    looked_at(page, axe, "desk-pending")
    page.get_by_role("link", name=re.compile("Change")).first.click()
    page.wait_for_url(re.compile(r"/fees/invoicing/[0-9a-f-]{36}/"))
    looked_at(page, axe, "change")
    page.goto(f"{site}/fees/invoicing/limit/U5500007/")
    looked_at(page, axe, "limit")
    page.goto(f"{site}/fees/invoicing/limit/U1000002/")
    looked_at(page, axe, "limit-none")
    page.goto(f"{site}/fees/invoicing/?show=processed")
    looked_at(page, axe, "desk-processed-empty")


def test_a_file_of_three_hundred_rows_with_broken_ones(sign_in, page, site, axe, clients, file):
    page.set_viewport_size(DESKTOP)
    sign_in("alice")
    page.goto(f"{site}/fees/invoicing/upload/")
    looked_at(page, axe, "upload")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("300 rows need you")).to_be_visible()
    page.get_by_role("button", name="Yes, read them so").click()

    expect(page.get_by_text("5 rows need you")).to_be_visible()
    expect(page.get_by_text("295 rows are ready")).to_be_visible()
    looked_at(page, axe, "upload-review")
    page.get_by_label("Amount of row 204").fill("12.35")
    page.get_by_role("button", name=re.compile("^Use")).click()
    expect(page.get_by_text("3 rows need you")).to_be_visible()
    expect(page.get_by_label("Money manager of row 279")).to_have_value("U8800001")
    page.get_by_role("button", name="Submit 297 invoices").click()
    expect(page.get_by_label("Password")).to_be_visible()

    looked_at(page, axe, "upload-confirm")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("That is not your password.")).to_be_visible()
    confirm(page)

    expect(page.get_by_text("297 invoices were sent.")).to_be_visible()
    expect(page.get_by_text("3 rows were refused.")).to_be_visible()
    looked_at(page, axe, "desk-many")
    page.goto(f"{site}/fees/invoicing/upload/")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("297 of its 300 rows became invoices")).to_be_visible()
    shot(page, "upload-again")


def work():
    """What workers do once they are called."""
    from accounts.ground.access.context import as_role
    from accounts.ground.jobs.models import Job, JobState
    from fees.invoicing.tasks import work_off

    with as_role("owner"):
        waiting = list(Job.unscoped.filter(kind="invoices", state=JobState.WAITING))
    for job in waiting:
        work_off(str(job.pk), job.user_id, job.seat_id)


def test_a_large_file_is_checked_and_sent_by_workers(sign_in, page, site, axe, clients, file, monkeypatch):
    from fees.invoicing import files

    monkeypatch.setattr(files, "FEW_ROWS", 100)
    page.set_viewport_size(DESKTOP)
    sign_in("alice")
    page.goto(f"{site}/fees/invoicing/upload/")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_label("Amounts are written with a decimal comma").check()
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("You can close this page and come back to it.")).to_be_visible()
    looked_at(page, axe, "file-waiting")
    work()

    expect(page.get_by_text("295 rows are ready")).to_be_visible(timeout=15_000)
    page.get_by_label("Amount of row 204").fill("12.35")
    page.get_by_role("button", name="Submit 295 invoices").click()
    expect(page.get_by_text("Send 300 invoices")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile(r"/fees/invoicing/files/[0-9a-f-]{36}/$"))
    page.problems.clear()
    work()

    expect(page.get_by_role("heading", name="4 rows were refused")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("296", exact=True)).to_be_visible()
    looked_at(page, axe, "file-sent")
    page.goto(f"{site}/fees/invoicing/upload/")
    expect(page.get_by_role("link", name="november.csv")).to_have_count(2)
    looked_at(page, axe, "file-list")


def test_the_pages_in_russian(sign_in, page, site, axe, clients, file):
    page.set_viewport_size(DESKTOP)
    sign_in("alice")
    page.get_by_label("Language: EN").click()
    page.get_by_role("button", name="Русский").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    page.goto(f"{site}/fees/invoicing/new/")
    page.get_by_label("Счёт в строке 1").fill("U5500007")
    page.get_by_label("Сумма в строке 1").fill("620")
    expect(page.locator("#available-1")).to_contain_text("500,00")
    looked_at(page, axe, "ru-new")
    page.goto(f"{site}/fees/invoicing/upload/")
    looked_at(page, axe, "ru-upload")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("input[type=checkbox]").check()
    page.locator("form .btn-primary").click()
    expect(page.get_by_text("5 строк ждут вас")).to_be_visible()
    looked_at(page, axe, "ru-review")
    page.goto(f"{site}/fees/invoicing/")
    looked_at(page, axe, "ru-desk")
