"""Alice puts the columns of her contacts in order and moves events by keys and by dragging, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.walks.test_contacts import shown  # noqa: F401  (a fixture)
from tests.walks.test_vault import enter, open_book

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def event(page, site, title, day, **more):
    page.goto(f"{site}/calendar/new/?day={day}")
    page.get_by_label("Title").fill(title)
    for name, value in more.items():
        page.locator("details", has=page.locator(f"[name={name}]")).locator("summary").click()
        page.locator(f"[name={name}]").select_option(value)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The event is kept.")).to_be_visible()


def line(page, day, title):
    return page.locator(f'td[data-day="{day}"]').get_by_role("link", name=title)


def test_columns_and_events_are_moved(own_world, page, site, shown):  # noqa: F811
    enter(page, site, "alice")
    open_book(page, site)

    page.goto(f"{site}/contacts/")
    page.get_by_role("button", name="Bring in clients who are not here yet").click()
    columns = page.locator("details", has=page.locator("[data-arranged]"))
    columns.locator("summary").click()
    columns.get_by_role("checkbox", name="Fees this year").check()
    page.get_by_role("button", name="Move “Value” up").click()
    expect(columns.get_by_role("status")).to_have_text("Value: place 4 of 12")
    page.keyboard.press("Alt+ArrowUp")
    expect(columns.get_by_role("status")).to_have_text("Value: place 3 of 12")
    expect(page.get_by_role("button", name="Move “Value” up")).to_be_focused()
    columns.locator("li", has_text="Fees this year").drag_to(
        columns.locator("li").first, target_position={"x": 40, "y": 2}
    )
    expect(columns.get_by_role("status")).to_have_text("Fees this year: place 1 of 12")
    shown(page, "columns")
    columns.get_by_role("button", name="Show these").click()
    heads = page.locator("thead th")
    expect(heads.nth(3)).to_have_text("Fees this year")
    expect(heads.nth(6)).to_contain_text("Value")
    shown(page, "columns-chosen")

    event(page, site, "Review", "2026-06-10")
    event(page, site, "Stand-up", "2026-06-16", every="WEEKLY")
    month = f"{site}/calendar/?day=2026-06-10"
    # The pause after a press lasts so long that Escape comes in time on a busy machine.
    page.add_init_script("const at = setTimeout; setTimeout = (what, wait) => at(what, wait === 900 ? 5000 : wait);")
    page.goto(month)
    shown(page, "month-of-moves")
    line(page, "2026-06-10", "Review").focus()
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Alt+ArrowDown")
    told = page.locator("[data-move-said]")
    expect(told).to_contain_text("2026-06-18")
    page.keyboard.press("Escape")
    expect(told).to_have_text("It stays where it is.")
    page.keyboard.press("Alt+ArrowRight")
    expect(page.get_by_text("The event is kept as you changed it.").first).to_be_visible(timeout=15_000)
    expect(line(page, "2026-06-11", "Review")).to_be_focused()
    expect(told).to_have_text("The event is kept as you changed it.")
    shown(page, "month-moved")
    page.get_by_role("button", name="Undo").click()
    expect(line(page, "2026-06-10", "Review")).to_be_visible()

    # Who goes elsewhere before the pause is over has moved it all the same.
    line(page, "2026-06-10", "Review").focus()
    page.keyboard.press("Alt+ArrowRight")
    # What is sent while a page is left, no page hears of any more.
    for _look in range(20):
        page.goto(month)
        if line(page, "2026-06-11", "Review").count():
            break
        page.wait_for_timeout(200)
    expect(line(page, "2026-06-11", "Review")).to_be_visible()

    line(page, "2026-06-11", "Review").drag_to(page.locator('td[data-day="2026-06-25"]'))
    expect(line(page, "2026-06-25", "Review")).to_be_focused()
    line(page, "2026-06-23", "Stand-up").drag_to(page.locator('td[data-day="2026-06-24"]'))
    asked = page.get_by_role("dialog", name="This event repeats")
    expect(asked).to_be_visible()
    shown(page, "month-which")
    asked.get_by_role("button", name="Only this day").click()
    expect(line(page, "2026-06-24", "Stand-up")).to_be_visible()
    expect(line(page, "2026-06-23", "Stand-up")).to_have_count(0)
    expect(line(page, "2026-06-30", "Stand-up")).to_be_visible()
