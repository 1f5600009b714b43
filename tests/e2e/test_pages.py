"""Every page, in light and dark, on a phone and on a laptop: nothing serious for axe-core, nothing that sticks out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import Theme, Visitor, violations, visitor
from tests.handlers.serving import Served

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]

MOST_BYTES = 150_000  # of a page with all it needs, pictures apart, as they travel
PAGES = (
    "/chat",
    "/welcome",
    "/drafts",
    "/drafts?show=approved",
    "/drafts/{waiting}",
    "/drafts/{changed}",
    "/drafts/{changed}/diff",
    "/drafts/{waiting}/edit/{account}",
    "/calendar",
    "/calendar?view=week",
    "/calendar?view=list",
    "/calendar/files",
    "/posts",
    "/posts?show=asking",
    "/posts/{post}",
    "/library",
    "/stop/ask",
    "/settings/brand",
    "/mix",
    "/what-works",
    "/settings/voice",
    "/settings/voice/import",
    "/settings/voice/learned",
    "/settings/leaving",
    "/settings/members",
    "/settings/accounts",
    "/settings/tokens",
    "/settings/audit?verify=true",
    "/settings/system",
    "/settings/me",
)


@pytest.fixture(scope="module")
def pages(served: Served) -> list[str]:
    """The pages' addresses, with something to show on each."""
    waiting = served.draft("Announce our sale: 20% off all bikes until 31 May. Feed, tomorrow 9am, with an image.")
    approved = served.draft("Tell people that we repair old lamps. Feed, tomorrow at noon.")
    changed = served.draft("Say thanks to our volunteers after the ride. Feed, in three days at 8am.")
    account = changed["versions"][0]["account"]
    with served.client(served.token("read", "propose", "decide")) as client:
        body = {"verdict": "approve", "digest": approved["digest"]}
        assert client.post(f"/api/v1/drafts/{approved['id']}/decisions", json=body).status_code == 200
        edited = client.patch(f"/api/v1/drafts/{changed['id']}/versions/{account}", json={"text": "Thank you all!"})
        assert edited.status_code == 200, edited.text
        post = client.get(f"/api/v1/drafts/{approved['id']}").json()["posts"][0]
    names = {"waiting": waiting["id"], "changed": changed["id"], "account": account, "post": post}
    return [page.format(**names) for page in PAGES]


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> Theme:
    return "dark" if request.param == "dark" else "light"


@pytest.fixture(params=["phone", "laptop"])
def looker(request: pytest.FixtureRequest, browser: Browser, served: Served, theme: Theme) -> Iterator[Visitor]:
    with visitor(browser, served, size=request.param, theme=theme, reduced_motion="reduce") as found:
        yield found


def test_every_page_can_be_read_by_everybody(looker: Visitor, pages: list[str]) -> None:
    found: dict[str, object] = {}
    for path in pages:
        page = looker.go(path)
        expect(page.locator(".htmx-request")).to_have_count(0, timeout=30_000)  # its parts are there
        assert page.locator("html[lang]").count() == 1 and page.locator("h1, h2").count() >= 1, path
        assert page.get_by_text("That did not work").count() == 0, path
        if serious := violations(page):
            found[path] = serious
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found[f"{path} sticks out"] = wide
    assert not found


def test_the_pages_before_signing_in_can_be_read_too(browser: Browser, served: Served, theme: Theme) -> None:
    context = browser.new_context(color_scheme=theme, viewport={"width": 360, "height": 740})
    page = context.new_page()
    for path in ("/studio/in", "/studio/in/nothing", "/studio/nowhere", "/feed", "/approve/nothing-that-ever-was-here"):
        page.goto(served.url + path)
        assert not violations(page), path
    context.close()


def test_a_page_weighs_little(browser: Browser, served: Served, pages: list[str]) -> None:
    heavy: dict[str, int] = {}
    sizes: list[int] = []
    pictures: set[str] = set()
    with visitor(browser, served) as fresh:
        session = fresh.context.new_cdp_session(fresh.page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})  # each page as at a first visit
        session.on(
            "Network.responseReceived",
            lambda event: pictures.add(event["requestId"]) if event["type"] == "Image" else None,
        )
        session.on(
            "Network.loadingFinished",
            lambda event: sizes.append(int(event["encodedDataLength"])) if event["requestId"] not in pictures else None,
        )
        for path in pages:
            fresh.page.goto("about:blank")  # nothing of the page before is still on its way
            sizes.clear()
            fresh.go(path)
            expect(fresh.page.locator(".htmx-request")).to_have_count(0, timeout=30_000)  # its parts are there
            fresh.page.evaluate("document.fonts.ready.then(() => null)")
            assert sizes, path
            if sum(sizes) > MOST_BYTES:
                heavy[path] = sum(sizes)
    assert not heavy
