"""Impact preferences in the browser: the advisor asks, the client answers on a phone, the advisor reads the scores."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.broker.holdings.models import Position
from accounts.ground.access.context import acting, as_role
from portal.tools.impact.loading import load
from tests.portal.tools.kit import a_file
from tests.walks.test_looked_at import DESK
from tests.walks.test_structure import PHONE, shot
from tests.walks.test_tools import look

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ANA = "U1000001"
SCORES = b"""symbol,asset,conid,name,clean_air,pure_water,flags
AAPL,STK,1,Apple Inc,8,6,
XOM,STK,2,Exxon Mobil,2,3,hazardous_waste|greenhouse_gas
LABS,STK,3,Labs Inc,9.5,9,animal_testing
WIND,STK,4,North Wind Power,9.8,9.1,
RIVR,STK,5,River Trust,9.1,9.9,
"""


def holds(account, symbol, conid, value):
    with as_role("owner"):
        Position.unscoped.create(
            account_id=account.pk,
            day=date(2026, 11, 19),
            key=symbol,
            level=Position.SUMMARY,
            asset="STK",
            symbol=symbol,
            conid=conid,
            currency="USD",
            quantity=10,
            price=1,
            value=Decimal(value),
            file=a_file(),
        )


def test_a_client_is_asked_answers_and_the_holdings_are_read(morning, sign_in, page, site, axe):
    today = timezone.localdate()
    with acting(morning.users["olga"].pk, alias="office") as who:
        load(
            who=who,
            content=SCORES,
            name="scores.csv",
            provider="Example data",
            day=today,
            today=today,
            at=timezone.now(),
        )
    for symbol, conid, value in (("AAPL", 1, 52000), ("XOM", 2, 21000), ("LABS", 3, 8000), ("ODD", 9, 9000)):
        holds(morning.accounts[ANA], symbol, conid, value)
    faults = []

    def looks(name):
        for size, scheme in ((DESK, "light"), (PHONE, "dark")):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            faults.extend(look(page, axe, size))
            shot(page, f"{name}-{scheme}")

    sign_in("alice")
    page.goto(f"{site}/tools/")
    page.get_by_role("main").get_by_role("link", name="ESG impact preferences").click()
    page.get_by_role("checkbox", name=ANA).check()
    page.get_by_role("button", name="Ask the chosen clients").click()
    expect(page.get_by_text("1 client was asked.")).to_be_visible()
    looks("impact-clients")
    page.goto(f"{site}/tools/esg/{ANA}/")
    looks("impact-invited")

    page.context.clear_cookies()
    sign_in("ana")
    page.goto(f"{site}/approvals/")
    page.get_by_role("main").get_by_role("link", name="Impact preferences").click()
    expect(page.get_by_label("Clean Air")).to_be_visible()
    looks("impact-own")
    page.get_by_label("Clean Air").select_option("3")
    page.get_by_label("Pure Water").select_option("1")
    page.get_by_label("Animal Testing").check()
    page.get_by_role("button", name="Send to your advisor").click()
    expect(page.get_by_text("Thank you. Your advisor has been told.")).to_be_visible()

    page.context.clear_cookies()
    sign_in("alice")
    page.goto(f"{site}/tools/esg/{ANA}/")
    expect(page.get_by_text("Answered", exact=True)).to_be_visible()
    looks("impact-sheet")
    page.get_by_text("Write an answer down for the client").click()
    looks("impact-on-behalf")
    assert faults == []
