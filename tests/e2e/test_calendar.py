"""The calendar in a real browser: hours, filters, clashes, gaps, a file, by mouse, keys and on a phone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browser import Visitor, visitor
from tests.handlers.serving import Served

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
expect.set_options(timeout=20_000)


def weeks_ahead(weeks: int) -> date:
    """A Wednesday; each test has a week of its own."""
    today = datetime.now(UTC).date()
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks, days=2)


def at(page: Page, day: date, hour: int, draft: str) -> Locator:
    return page.locator(f'[data-day="{day}"] [data-hour="{hour}"] [data-moves="{draft}"]')


def due(served: Served, draft: str) -> str:
    with served.client(served.token("read")) as client:
        return str(client.get(f"/api/v1/drafts/{draft}").json()["due"])[:16]


def test_in_a_week_an_entry_moves_by_hours_and_days(ana: Visitor) -> None:
    day = weeks_ahead(20)
    draft = ana.served.draft(f"Tell people that we bake with old grain. Feed, on {day} at 10:20.")["id"]
    page = ana.go(f"/calendar?view=week&on={day}")
    expect(at(page, day, 10, draft)).to_be_visible()
    page.locator(f'[data-moves="{draft}"]').drag_to(
        page.locator(f'[data-day="{day + timedelta(days=1)}"] [data-hour="14"]')
    )
    expect(at(page, day + timedelta(days=1), 14, draft)).to_be_visible()
    assert due(ana.served, draft) == f"{day + timedelta(days=1)}T14:20", "the minutes stay"
    page.locator(f'[data-moves="{draft}"]').focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(at(page, day + timedelta(days=1), 13, draft)).to_be_focused()
    page.keyboard.press("Alt+ArrowLeft")
    expect(at(page, day, 13, draft)).to_be_focused()
    assert due(ana.served, draft) == f"{day}T13:20"


def test_filters_clashes_and_gaps_are_shown(ana: Visitor) -> None:
    day = weeks_ahead(24)
    for about in ("the market", "the fair"):
        ana.served.draft(f"Tell people about {about}. Feed, on {day} at 10:00.")
    page = ana.go(f"/calendar?view=month&on={day}")
    notices = page.locator("details.notices")
    expect(notices).to_contain_text("2 entries clash with others")
    notices.locator("summary").click()
    expect(notices).to_contain_text(re.compile("Feed: nothing from"))
    expect(notices.get_by_role("link", name="Ask for a post")).to_be_visible()
    expect(notices.get_by_role("link", name=re.compile("^10:00"))).to_have_count(2)
    page.get_by_label("State").select_option("planned")
    expect(page.get_by_text("Nothing of that is planned here.")).to_be_visible()
    assert "state=planned" in page.url and "campaign=" not in page.url, "the address says what narrows, and no more"
    expect(page.get_by_label("State")).to_be_focused()
    page.get_by_role("link", name="Show all").first.click()
    expect(page.locator(f'[data-day="{day}"] .entry')).to_have_count(2)


def test_on_a_phone_a_week_is_what_there_is(browser: Browser, served: Served) -> None:
    day = weeks_ahead(28)
    draft = served.draft(f"Tell people that the ferry sails again. Feed, on {day} at 10:00.")["id"]
    with visitor(browser, served, size="phone") as ana:
        page = ana.go(f"/calendar?view=week&on={day}")
        expect(at(page, day, 10, draft)).to_be_visible()
        expect(page.locator('[data-hour="9"]').first).not_to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
        page.locator(f'[data-moves="{draft}"]').click()
        expect(page).to_have_url(re.compile(f"/drafts/{draft}"))


def test_a_file_is_looked_at_taken_in_and_the_calendar_subscribed_to(ana: Visitor) -> None:
    day = weeks_ahead(32)
    page = ana.go("/calendar/files")

    def choose(text: str) -> None:
        page.get_by_label("File").set_input_files(
            {"name": "plan.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")}
        )
        page.get_by_role("button", name="Look at it").click()

    choose(f"date;time;text\n{day};9:00;Fresh rolls\n{day};later;Cake\n")
    expect(page.locator("#looked")).to_contain_text("Line 3 time: 'later' is no time of day.")
    expect(page.get_by_role("button", name=re.compile("^Make"))).to_have_count(0)
    choose(f"date;time;text\n{day};9:00;Fresh rolls\n{day};10:30;Cake\n")
    page.get_by_role("button", name="Make 2 drafts").click()
    expect(page.locator("#taken")).to_contain_text("2 drafts wait for approval.", timeout=60_000)
    ana.go(f"/calendar?view=week&on={day}")
    expect(page.locator(f'[data-day="{day}"] [data-hour="9"] .entry')).to_contain_text("Fresh rolls")
    ana.go("/calendar/files")
    page.get_by_role("button", name="Turn it on").click()
    address = page.get_by_label("Address").input_value()
    with httpx2.Client(base_url=ana.served.url, trust_env=False) as program:
        path = httpx2.URL(address).path
        assert "SUMMARY:Cake" in program.get(path).text
        page.get_by_role("button", name="Turn it off").click()
        expect(page.get_by_role("button", name="Turn it on")).to_be_visible()
        assert program.get(path).status_code == 404
