"""Connecting Mastodon in a real browser: every click, across three origins, and how a draft for it looks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import Theme, Visitor, violations, visitor
from tests.fakes.mastodon_server import MastodonServer, Status, running_mastodon
from tests.handlers.serving import Served, serving

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
SHOWN = "images => images.every(image => image.complete && image.naturalWidth > 0)"
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def mastodon() -> Iterator[MastodonServer]:
    with running_mastodon() as server:
        yield server


@pytest.fixture(scope="module")
def public(mastodon: MastodonServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An AdMind whose edge and whose Mastodon are other sites than its studio, as for most teams."""
    environ = {
        "ADMIND_PUBLIC_URL": "http://localhost:{public}",
        "ADMIND_ALLOW_HOSTS": f"127.0.0.1:{mastodon.port},localhost:{mastodon.port}",
    }
    with serving(tmp_path_factory.mktemp("public"), environ, public=True) as running:
        yield running


def named(mastodon: MastodonServer) -> str:
    return f"http://localhost:{mastodon.port}"


def to_the_server(looker: Visitor, mastodon: MastodonServer) -> Page:
    page = looker.go("/settings/accounts")
    form = page.locator("details.connect", has_text="Connect Mastodon")
    form.locator("summary", has_text="Connect Mastodon").click()
    form.get_by_label("Server").fill(named(mastodon))
    form.get_by_role("button", name="Go on").click()
    page.get_by_role("link", name=re.compile("Go to localhost")).click()
    expect(page.get_by_role("heading", name="AdMind would like to access your account")).to_be_visible()
    return page


def shot(page: Page, name: str) -> None:
    """Kept only for somebody who wants to look."""
    folder = os.environ.get("ADMIND_TEST_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_mastodon_is_connected_click_by_click(
    browser: Browser, public: Served, mastodon: MastodonServer, theme: Theme, size: str
) -> None:
    name = f"Velo {theme} {size}"
    text, now = "Fresh bread from six. And at noon the soup of the day.", mastodon.now()
    mastodon.statuses[:] = [Status("110001", "velo", "", text, [], now, {})]
    with visitor(browser, public, theme=theme, size=size) as ana:
        page = ana.go("/settings/accounts")
        assert not violations(page)
        shot(page, f"accounts-{theme}-{size}")
        page = to_the_server(ana, mastodon)
        page.get_by_label("Account").select_option("velo")
        page.get_by_role("button", name="Authorize").click()
        expect(page.get_by_role("heading", name="Is this the right account?")).to_be_visible()
        assert page.url.startswith(f"{public.url}/studio/settings/accounts/confirm/")
        expect(page.get_by_text("@velo@velo.example").first).to_be_visible()
        face = page.get_by_alt_text("Profile picture")
        assert face.evaluate("async face => { await face.decode(); return face.naturalWidth }") == 96
        expect(page.get_by_text("Fresh bread from six.")).to_be_visible()
        assert not violations(page)
        shot(page, f"confirm-{theme}-{size}")
        page.get_by_label("What your team calls it").fill(name)
        page.get_by_role("button", name="Connect it").click()
        expect(page.get_by_text(f"{name} is connected.")).to_be_visible()
        expect(page.locator("li.member", has_text="@velo@velo.example")).to_contain_text("works")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
        shot(page, f"connected-{theme}-{size}")


def test_who_says_no_comes_back_to_the_studio_with_nothing_connected(
    browser: Browser, public: Served, mastodon: MastodonServer
) -> None:
    with visitor(browser, public) as ana:
        page = to_the_server(ana, mastodon)
        page.get_by_role("button", name="Deny").click()
        expect(page.get_by_text("You did not let AdMind in, and that is fine.")).to_be_visible()
        assert not violations(page)
        page.get_by_role("link", name="Back to the studio").click()
        expect(page.get_by_text("Connect Mastodon")).to_be_visible()


def test_another_browser_cannot_finish_what_one_began(
    browser: Browser, public: Served, mastodon: MastodonServer
) -> None:
    with visitor(browser, public) as ana, visitor(browser, public) as other:
        page = to_the_server(ana, mastodon)
        forwarded = page.url
        foreign = other.page
        foreign.goto(forwarded)
        foreign.get_by_role("button", name="Authorize").click()
        expect(foreign.get_by_text("This connection was begun in another browser")).to_be_visible()
        assert not violations(foreign)
        page.get_by_role("button", name="Authorize").click()
        expect(page.get_by_text("This way back was used already")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_draft_looks_as_it_will_stand_there(
    browser: Browser, public: Served, mastodon: MastodonServer, theme: Theme
) -> None:
    account = f"Rad {theme}"
    user = "ana" if theme == "light" else "velo"
    warned = {"spoiler": "Advertising", "visibility": "unlisted"} if theme == "dark" else {}
    secrets = {"access_token": mastodon.token_for(user)}
    options = {"server": named(mastodon)} | warned
    body = {"channel": "mastodon", "name": account, "options": options, "secrets": secrets}
    public.connect(body)
    draft = public.draft(f"Announce our sale: 20% off all bikes until 31 May. {account}, tomorrow 9am, with an image.")
    text = (
        "Everything on two wheels is 20% off until 31 May 🚲 — ask @ana@velo.example for a ride.\n\n"
        "https://velo.example/offers/spring?campaign=sale&from=mastodon <now>\n\n#cycling #velo"
    )
    with public.client(public.token("read", "propose", "decide")) as client:
        place = draft["versions"][0]["account"]
        edited = client.patch(f"/api/v1/drafts/{draft['id']}/versions/{place}", json={"text": text})
        assert edited.status_code == 200, edited.text
    with visitor(browser, public, theme=theme) as ana:
        page = ana.go(f"/drafts/{edited.json()['id']}")
        toot = page.locator(".toot")
        if warned:
            expect(toot.get_by_text("Advertising")).to_be_visible()
            expect(toot.locator(".toot-text")).not_to_be_visible()
            toot.locator("summary").click()
        expect(toot.get_by_role("link", name="velo.example/offers/spring?cam…")).to_be_visible()
        expect(toot.get_by_text("@ana", exact=True)).to_be_visible()
        expect(toot.get_by_text("<now>")).to_be_visible()
        assert toot.locator("img").count() == 2 and toot.locator("img").evaluate_all(SHOWN), "its face and its picture"
        assert not violations(page)
        shot(page, f"draft-{theme}")
    member = public.owner("POST", "/members", {"name": f"Clara {theme}", "roles": ["client"]}).json()["id"]
    with visitor(browser, public, theme=theme) as ana:
        page = ana.go(f"/drafts/{edited.json()['id']}")
        page.get_by_label("Whom").select_option(member)
        page.get_by_role("button", name="Make a link").click()
        link = page.locator("pre.command").inner_text()
        asked = ana.context.new_page()
        asked.goto(link)
        expect(asked.get_by_text(f"Clara {theme}, please look")).to_be_visible()
        toot = asked.locator(".toot")
        if warned:
            toot.locator("summary").click()
        image = toot.locator("img:not(.portrait)")
        assert toot.locator("img").evaluate_all(SHOWN)
        of_its_own = (
            toot.locator(".toot-who p").evaluate("p => getComputedStyle(p).margin"),
            image.evaluate("image => getComputedStyle(image).borderRadius"),
        )
        assert of_its_own == ("0px", "0px"), "the page's own look does not reach into the channel's"
        assert not violations(asked)
        shot(asked, f"approve-{theme}")
