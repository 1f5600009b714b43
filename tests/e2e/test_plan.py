"""The plan in the studio, in a real browser: said in words, read back, drafted, changed by keys and on a phone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from bot.clock import MovableClock
from tests.e2e.browser import Visitor, violations, visitor
from tests.handlers.serving import Served, serving, until

MONDAY = datetime(2026, 11, 30, 7, tzinfo=UTC)


def test_a_week_is_planned_drafted_and_changed(browser: Browser, tmp_path: Path) -> None:
    clock = MovableClock(MONDAY)
    with serving(tmp_path, clock=clock) as served, visitor(browser, served) as ana:
        page = ana.go("/plan")
        expect(page.get_by_text("There is no plan yet.")).to_be_visible()
        page.get_by_label("Pillar", exact=True).last.fill("Service")
        page.get_by_label("Percent of posts").fill("60")
        page.get_by_label("Points, one a line").fill(
            "We repair bikes within two days.\nWe take old bikes back.\nLights are included."
        )
        page.get_by_role("button", name="Save").first.click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        page.get_by_label("Say which slots come again").fill("Feed Mon and Wed 9:00 tip, Fri 10:00 customer story")
        page.get_by_role("button", name="Read it back").click()
        expect(page.get_by_role("heading", name="Plan these 3 slots?")).to_be_visible()
        expect(page.get_by_text("Feed · every Wednesday, 09:00 · tip")).to_be_visible()
        assert page.locator(".slot").count() == 0
        page.get_by_role("button", name="Yes, plan it").press("Enter")
        expect(page.locator(".slot")).to_have_count(3)

        def drafted() -> int:
            ana.go("/plan")
            return page.locator('.slot[data-state="drafted"]').count()

        until(drafted, lambda count: count == 3, "the week is drafted")
        a_week_is_reviewed(ana, served)
        first = page.locator(".slot").first
        expect(first).to_contain_text("Why this: It is a point of “Service” that was not said yet.")
        first.get_by_text("Change").press("Enter")
        first.get_by_label("To when?").fill("Tuesday 11:00")
        first.get_by_role("button", name="Move").press("Enter")
        expect(page.get_by_text("It is moved.")).to_be_visible()
        first.get_by_role("link").first.click()
        expect(page.get_by_text("Why this: It is a point of “Service”")).to_be_visible()
        page = ana.go("/plan?on=2026-12-14")
        expect(page.locator('.slot[data-state="planned"]')).to_have_count(3)
        page.locator(".slot").first.get_by_text("Change").click()
        page.locator(".slot").first.get_by_role("button", name="Leave out").click()
        expect(page.get_by_text("It is left out.")).to_be_visible()
        expect(page.locator(".slot")).to_have_count(2)
        dates_that_matter(page, served)
        wrong = ana.go("/plan")
        wrong.get_by_label("Say which slots come again").fill("Feed Mon tip")
        wrong.get_by_role("button", name="Read it back").click()
        expect(wrong.get_by_text("At what time?")).to_be_visible()
        assert violations(ana.go("/plan")) == []
        with visitor(browser, served, size="phone", theme="dark") as phone:
            small = phone.go("/plan")
            expect(small.locator(".slot").first).to_be_visible()
            wide = small.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, "nothing sticks out"


def a_week_is_reviewed(ana: Visitor, served: Served) -> None:
    """One after the other, without what is due in another week."""
    with served.client(served.token("propose")) as client:
        client.post("/api/v1/requests", json={"text": "Announce our winter sale. Feed, 14 December 9am."})
    until(
        lambda: ana.go("/drafts").locator(".list .line").count(),
        lambda count: count == 4,
        "the other week's stands there",
    )
    page = ana.go("/plan")
    page.get_by_role("link", name="Review 3").click()
    expect(page.get_by_text("Only what is due Mon 30 Nov – Sun 6 Dec.")).to_be_visible()
    expect(page.locator(".list .line")).to_have_count(3)
    page.get_by_role("link", name="Review 3").click()
    expect(page.get_by_text("1 of 3")).to_be_visible()
    page.get_by_role("link", name="The next one").click()
    expect(page.get_by_text("2 of 3")).to_be_visible()
    page.get_by_role("link", name="Skip", exact=True).click()
    expect(page.get_by_text("3 of 3")).to_be_visible()
    ana.go("/plan")


def dates_that_matter(page: Page, served: Served) -> None:
    """A list that the team edits: saved again, it stays as it is."""
    page.get_by_text("Dates that matter").click()
    page.get_by_label("Day", exact=True).last.fill("2026-12-18")
    page.get_by_label("Name").last.fill("Night of lights")
    page.get_by_label("For the pillar").last.select_option("Service")
    page.get_by_role("button", name="Save").locator("visible=true").last.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_text("Dates that matter").click()
    page.get_by_label("Day", exact=True).last.fill("2028-02-29")
    page.get_by_label("Comes", exact=True).last.select_option("yes")
    page.get_by_label("Name").last.fill("Leap day")
    for _ in range(2):  # a second time, nothing is changed by saving
        page.get_by_role("button", name="Save").locator("visible=true").last.click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        page.reload()
        page.get_by_text("Dates that matter").click()
    with served.client(served.token("read")) as client:
        dates = client.get("/api/v1/plan").json()["occasions"]
    assert [(each["name"], each["month"], each["day"], each["year"], each["pillar"]) for each in dates] == [
        ("Night of lights", 12, 18, 2026, "Service"),
        ("Leap day", 2, 29, None, ""),
    ]
