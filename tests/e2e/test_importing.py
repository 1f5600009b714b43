"""A homepage's proposal in a real browser: read, looked at, reworded, ticked, taken."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import SIZES, violations, visitor
from tests.handlers.brand_site import brand_site
from tests.handlers.serving import Served, serving


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with brand_site() as site:
        yield f"http://{site.host}/"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, url: str) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("importing"), {"ADMIND_ALLOW_HOSTS": url.split("/")[2]}) as running:
        yield running


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_a_homepage_is_read_and_parts_are_taken(browser: Browser, served: Served, url: str, size: str) -> None:
    with visitor(browser, served, size=size, theme="dark" if size == "phone" else "light") as ana:
        page = ana.go("/settings/voice")
        page.get_by_role("link", name="From your homepage").click()
        page.get_by_label("Address of the homepage").fill(url)
        page.get_by_role("button", name="Read it").click()
        expect(page.get_by_role("heading", name=f"What {url} proposes")).to_be_visible(timeout=60_000)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        expect(page.get_by_role("img", name="velo-logo.png")).to_be_visible()
        facts = page.locator("#new-facts")
        first = facts.input_value().split("\n")[0]
        facts.fill(first)
        page.locator('input[name="parts"][value="facts"]').check()
        page.get_by_role("button", name="Take what is ticked").click()
        expect(page.locator("#told, .told")).to_contain_text("Saved.")
        page.get_by_role("button", name="Throw it away").click()
        expect(page).to_have_url(re.compile(r"/settings/voice$"))
        expect(page.get_by_label("Facts, one a line")).to_have_value(first)
        served.owner("PATCH", f"/brands/{served.admind.workspace.default_brand}", {"facts": []})
