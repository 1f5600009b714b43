"""A real browser: Debian's Chromium, driven by Playwright, on a real AdMind behind a real listener."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.handlers.serving import Served

Theme = Literal["light", "dark"]
SIZES = {"phone": (360, 740), "tablet": (820, 1100), "laptop": (1280, 800), "wide": (1720, 1000)}
SERIOUS = {"serious", "critical"}
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The browser. Where it is missing the tests are skipped, loudly; where it is required they fail."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        said = "NO BROWSER: install Debian's `chromium` to run the tests of the studio"
        if os.environ.get("ADMIND_TEST_BROWSER") == "required":
            pytest.fail(said)
        pytest.skip(said)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """Somebody at a browser of their own, signed in to the studio."""

    page: Page
    context: BrowserContext
    served: Served
    errors: list[str]

    def go(self, path: str = "") -> Page:
        self.page.goto(f"{self.served.url}/studio{path}", wait_until="load")
        return self.page


@contextlib.contextmanager
def visitor(
    browser: Browser,
    served: Served,
    *,
    member: str = "",
    size: str = "laptop",
    theme: Theme = "light",
    language: str = "en-GB",
    **options: Any,
) -> Iterator[Visitor]:
    """Signed in by a one-time link, as `member` (an id; the owner unless given). What the page logs as an error, or
    what a policy refuses, fails the test at the end.
    """
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, locale=language, timezone_id="UTC", **options
    )
    context.set_default_timeout(20_000)
    errors: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if _bad(message.type, message.text) else None)
    try:
        page.goto(served.url + sign_in_path(served, member))
        page.get_by_role("button").click()
        page.wait_for_url(re.compile(r"/studio(?!/in)"))
        yield Visitor(page, context, served, errors)
        assert not errors, errors
    finally:
        context.close()


def sign_in_path(served: Served, member: str = "") -> str:
    made = served.owner("POST", "/sign-in-links", {"member": member})
    assert made.status_code == 201, made.text
    path: str = made.json()["path"]
    return path


def violations(page: Page) -> list[str]:
    """What axe-core finds that is serious or worse: rule, help and the first places."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).response
    return [
        f"{each['id']}: {each['help']}: {[node['target'] for node in each['nodes']][:4]}"
        for each in found["violations"]
        if each["impact"] in SERIOUS
    ]


def _bad(kind: str, text: str) -> bool:
    """Errors of the page; answers that a test provokes on purpose are told as failed loads, not as errors of ours."""
    return kind == "error" and "Failed to load resource" not in text and "Response Status Error Code" not in text
