"""A campaign in the studio, in a real browser: said, looked at, changed, started, by keys and on a phone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from bot.clock import MovableClock
from tests.e2e.browser import violations, visitor
from tests.handlers.serving import serving

NOW = datetime(2027, 2, 15, 7, tzinfo=UTC)


def test_a_timeline_is_proposed_changed_and_started(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path, clock=MovableClock(NOW)) as served, visitor(browser, served) as ana:
        page = ana.go("/campaigns")
        expect(page.get_by_text("There is no campaign yet.")).to_be_visible()
        page.get_by_label("Say what to launch, and when").fill("Launch the Gravel 2 on 15 March, goal pre-orders")
        page.get_by_role("button", name="Propose a timeline").press("Enter")
        expect(page.get_by_role("heading", name="Gravel 2")).to_be_visible()
        posts = page.locator(".arc-post")
        count = posts.count()
        assert count >= 7
        page.get_by_label("What should be different?").fill("one post fewer a week")
        page.get_by_role("button", name="Change").press("Enter")
        expect(page.get_by_text("It is changed.")).to_be_visible()
        fewer = posts.count()
        assert fewer < count
        first = posts.first
        first.get_by_text("Change").press("Enter")
        first.get_by_label("What it is about").fill("A shadow on gravel")
        first.get_by_role("button", name="Save").press("Enter")
        expect(posts.first).to_contain_text("A shadow on gravel")
        posts.first.get_by_text("Change").press("Enter")
        posts.first.get_by_role("button", name="Leave out").press("Enter")
        expect(posts).to_have_count(fewer - 1)
        page.get_by_text("Add a post").press("Enter")
        page.get_by_label("When", exact=True).last.fill("2027-03-17T11:00")
        page.get_by_label("What it is about").last.fill("Test rides")
        page.get_by_role("button", name="Add", exact=True).press("Enter")
        expect(posts).to_have_count(fewer)
        by_hand_and_by_keys(page)
        page.get_by_role("button", name="Yes, start it").press("Enter")
        expect(page.get_by_text("running")).to_be_visible()
        assert violations(page) == []
        where = page.url.split("/studio")[1]
        with visitor(browser, served, size="phone", theme="dark") as phone:
            small = phone.go(where)
            expect(small.locator(".arc-post").first).to_be_visible()
            expect(small.locator(".lanes .mark").first).to_be_visible()
            assert violations(small) == []
            wide = small.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, "nothing sticks out"


def by_hand_and_by_keys(page: Page) -> None:
    """A post on the timeline goes elsewhere, keeps the focus, and a clash is said at once."""
    last = page.locator('.lanes [data-day="2027-03-17"] .mark')
    last.drag_to(page.locator('.lanes tbody [data-day="2027-03-15"]'))
    expect(page.get_by_text("Moved to Mon 15 Mar, 11:00.")).to_be_visible()
    moved = page.locator(".mark:focus")
    moved.press("Alt+ArrowUp")
    expect(page.get_by_text("Moved to Mon 15 Mar, 10:00.")).to_be_visible()
    moved.press("Alt+ArrowUp")
    said = page.get_by_text("Moved to Mon 15 Mar, 09:00. “Gravel 2 is here” goes to Feed at 09:00")
    expect(said).to_be_visible()
    expect(page.locator(".mark.heed")).to_have_count(2)
    moved.press("Alt+ArrowRight")
    expect(page.get_by_text("Moved to Tue 16 Mar, 09:00.")).to_be_visible()
    expect(page.locator(".mark.heed")).to_have_count(0)
    expect(page.locator('.lanes [data-day="2027-03-16"] .mark')).to_be_focused()
