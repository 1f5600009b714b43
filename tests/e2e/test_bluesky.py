"""Connecting Bluesky in a real browser, and how a draft for it looks: a thread with a picture, a link's card."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import Theme, violations, visitor
from tests.e2e.test_connecting import shot
from tests.fakes.bluesky_server import VELO, BlueskyServer
from tests.fakes.faces import face_of
from tests.fakes.faulty_http import on_a_thread
from tests.handlers.serving import Served, serving

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
expect.set_options(timeout=20_000)

SENTENCE = "Every morning we open at eight, and the first ride of the day is on us for everybody who comes by bike. "


@pytest.fixture(scope="module")
def sky() -> Iterator[BlueskyServer]:
    with on_a_thread(BlueskyServer()) as server:
        record = {"$type": "app.bsky.feed.post", "text": "See you on Sunday 🚲", "createdAt": "2026-11-01T10:00:00Z"}
        server.avatar = face_of("velo")
        server.records[f"at://{VELO}/app.bsky.feed.post/3lzzzzzzzzzzz"] = record
        yield server


@pytest.fixture(scope="module")
def studio(sky: BlueskyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    environ = {"ADMIND_ALLOW_HOSTS": f"127.0.0.1:{sky.port}"}
    with serving(tmp_path_factory.mktemp("sky"), environ) as running:
        yield running


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bluesky_is_connected_click_by_click(
    browser: Browser, studio: Served, sky: BlueskyServer, theme: Theme
) -> None:
    size = "laptop" if theme == "light" else "phone"
    with visitor(browser, studio, theme=theme, size=size) as ana:
        page = ana.go("/settings/accounts")
        form = page.locator("details.connect", has_text="Connect Bluesky")
        form.locator("summary", has_text="Connect Bluesky").click()
        form.get_by_label("Handle", exact=True).fill("@velo.bsky.example")
        form.get_by_label("App password").fill(sky.people[VELO].password)
        form.get_by_text("A server of your own").click()
        form.get_by_label("Address of the server").fill(sky.origin)
        assert not violations(page)
        shot(page, f"bluesky-form-{theme}")
        form.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("heading", name="Is this the right account?")).to_be_visible()
        expect(page.get_by_text("See you on Sunday 🚲")).to_be_visible()
        assert not violations(page)
        shot(page, f"bluesky-confirm-{theme}")
        page.get_by_label("What your team calls it").fill("Velo")
        page.get_by_role("button", name="Connect it").click()
        expect(page.get_by_text("Velo is connected.")).to_be_visible()
        expect(page.locator("li.member", has_text="@velo.bsky.example")).to_contain_text("works")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_draft_looks_as_it_will_stand_there(
    browser: Browser, studio: Served, sky: BlueskyServer, theme: Theme
) -> None:
    name = f"Himmel {theme}"
    options = {"handle": "velo.bsky.example", "app_view": sky.origin, "directory": sky.origin}
    secrets = {"app_password": sky.people[VELO].password}
    studio.connect({"channel": "bluesky", "name": name, "options": options, "secrets": secrets})
    draft = studio.draft(f"Announce our sale: 20% off all bikes until 31 May. {name}, tomorrow 9am, with an image.")
    place = draft["versions"][0]["account"]
    text = (
        "20% off until 31 May 🚲 with @ana.bsky.example: https://velo.example/sale?a=1&b=<2> #cycling\n\n"
        + SENTENCE * 4
    )
    with studio.client(studio.token("read", "propose", "decide")) as client:
        edited = client.patch(f"/api/v1/drafts/{draft['id']}/versions/{place}", json={"text": text})
        assert edited.status_code == 200, edited.text
    with visitor(browser, studio, theme=theme) as ana:
        page = ana.go(f"/drafts/{edited.json()['id']}")
        sky_post = page.locator(".sky")
        expect(sky_post.locator(".sky-post")).to_have_count(2)
        expect(sky_post.get_by_text("1 of 2")).to_be_visible()
        expect(sky_post.get_by_role("link", name="velo.example")).to_be_visible()
        expect(sky_post.locator(".sky-media img")).to_have_count(1)
        faces = sky_post.locator("img.sky-face")
        expect(faces).to_have_count(2)
        drawn = "img => [img.complete && img.naturalWidth, img.width, img.height, getComputedStyle(img).borderRadius]"
        assert faces.first.evaluate(drawn) == [144, 42, 42, "50%"], "its own face, whole and round"
        assert not violations(page)
        sky_post.scroll_into_view_if_needed()
        shot(page, f"bluesky-draft-{theme}")
    linked = studio.draft(
        f"Tell people that our shop opens, details at https://velo.example/shop. {name}, in three days at 9am."
    )
    with visitor(browser, studio, theme=theme) as ana:
        page = ana.go(f"/drafts/{linked['id']}")
        expect(page.locator(".sky-card, .sky-media")).to_have_count(1)
        shot(page, f"bluesky-linked-{theme}")
