"""The ways people take through the studio, in a real browser."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import httpx2
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from bot.clock import MovableClock
from storage.commit import Change, commit
from storage.posts import PostState
from storage.stores import PostStore
from tests.e2e.browser import Visitor, sign_in_path, visitor
from tests.fakes.clocks import NEXT_YEAR
from tests.handlers.serving import Served, serving, until

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
expect.set_options(timeout=20_000)


def test_a_newcomer_comes_from_the_first_link_to_the_feed(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock = MovableClock()
    with serving(tmp_path_factory.mktemp("new"), clock=clock) as fresh, visitor(browser, fresh) as ana:
        page = ana.page
        expect(page).to_have_url(re.compile("/studio/welcome$"))
        page.get_by_label("What is your brand called?").fill("Velo")
        page.get_by_label("Your time zone?").fill("Europe/Zurich")
        page.get_by_role("button", name="Begin").click()
        page.wait_for_url(re.compile("/studio/chat$"), wait_until="load")
        page.get_by_label("Your message").fill(
            "Tell people that our repair café opens on Saturday. Feed, with an image."
        )
        page.keyboard.press("Enter")
        card = page.get_by_role("region", name=re.compile("Draft: .*epair"))
        expect(card).to_be_visible(timeout=30_000)
        expect(card.get_by_role("img").or_(card.locator("img")).first).to_be_visible()
        card.get_by_role("button", name="Approve").click()
        expect(card.get_by_text("Approved", exact=True)).to_be_visible()
        clock.move(timedelta(minutes=2))  # the time for second thoughts
        with httpx2.Client(trust_env=False) as reader:
            feed = until(
                lambda: reader.get(f"{fresh.url}/feed.xml").text,
                lambda found: "repair" in found,
                "it stands in the feed",
            )
        assert feed.count("<item>") == 1
        ana.go("/posts?show=out")
        page.locator("a.line").first.click()
        expect(page.get_by_role("heading", name="Receipt")).to_be_visible()


def test_a_sample_is_sent_with_one_click(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(tmp_path_factory.mktemp("sample")) as fresh, visitor(browser, fresh) as ana:
        page = ana.page
        page.get_by_role("link", name="Skip all").click()
        page.get_by_role("button", name=re.compile("autumn sale")).click()
        expect(page.get_by_role("region", name=re.compile("Draft:"))).to_be_visible(timeout=30_000)
        expect(page.locator(".hello")).to_have_count(0)


def test_a_draft_is_approved_on_a_phone(browser: Browser, served: Served) -> None:
    draft = served.draft("Tell people that we sell lights for the dark. Feed, tomorrow 9am, with an image.")
    with visitor(browser, served, size="phone", has_touch=True, is_mobile=True) as ana:
        page = ana.go("/drafts")
        page.get_by_role("link", name=re.compile(re.escape(draft["title"]))).first.tap()
        page.get_by_role("button", name=re.compile("^Approve")).tap()
        expect(page.locator("#told")).to_contain_text(re.compile("pproved|goes out|scheduled", re.I))
    assert status(served, draft["id"]) == "approved"


def test_fourteen_drafts_take_sixteen_keys(browser: Browser, served: Served) -> None:
    made = {
        served.draft(f"Tell people about loaf number {number}. Feed, in {number + 2} days at 9am.")["id"]
        for number in range(14)
    }
    with visitor(browser, served) as ana:
        page = ana.go("/chat")
        keys = 0
        page.get_by_role("link", name="Drafts").focus()
        for key in ["Enter", "r"]:
            page.keyboard.press(key)
            keys += 1
            page.wait_for_load_state("load")
            expect(page).to_have_url(re.compile("/studio/drafts"))
        while any(status(served, each) == "waiting" for each in made):
            expect(page).to_have_url(re.compile(r"/studio/drafts/d_"))
            before = page.url
            page.keyboard.press("a")
            keys += 1
            expect(page).not_to_have_url(before)
            page.wait_for_load_state("load")
            assert keys <= 16
    assert keys == 16 and {status(served, each) for each in made} == {"approved"}


def test_an_edit_of_what_somebody_else_changed_loses_nothing(browser: Browser, served: Served) -> None:
    draft = served.draft("Tell people that the shop has a new door. Feed, tomorrow 9am.")
    with visitor(browser, served) as ana:
        path = f"{served.url}/studio/drafts/{draft['id']}"
        one, two = ana.page, ana.context.new_page()
        for page in (one, two):
            page.goto(path, wait_until="load")
            page.get_by_role("link", name="Edit").click()
            expect(page.get_by_role("dialog")).to_be_visible()
        field = "Text, exactly as it goes out"
        one.get_by_label(field).fill("Our new door is blue.")
        expect(one.locator("#meter")).to_contain_text("21")
        one.get_by_role("button", name="Save", exact=True).click()
        expect(one.locator(".feed-text")).to_contain_text("Our new door is blue.")
        two.get_by_label(field).fill("Our new door is red.")
        two.get_by_role("button", name="Save", exact=True).click()
        expect(two.locator("#told")).to_contain_text("Somebody changed this text")
        expect(two.get_by_label(field)).to_have_value("Our new door is red.")
        expect(two.get_by_role("dialog")).to_contain_text("Our new door is blue.")
        assert text(served, draft["id"]) == "Our new door is blue."
        two.get_by_role("button", name="Save", exact=True).click()
        expect(two.locator(".feed-text")).to_contain_text("Our new door is red.")
        one.goto(path)
        one.get_by_role("link", name="What changed").click()
        expect(one.locator("del").first).to_be_visible()
        expect(one.locator("ins").first).to_be_visible()


def test_a_paid_partnership_is_ticked_and_seen_before_it_is_approved(browser: Browser, served: Served) -> None:
    draft = served.draft("Tell people that the new lamp is here. Feed, tomorrow 9am.")
    with visitor(browser, served) as ana:
        one, two = ana.go(f"/drafts/{draft['id']}"), ana.context.new_page()
        two.goto(f"{served.url}/studio/drafts/{draft['id']}", wait_until="load")
        for page in (one, two):
            page.get_by_role("link", name="Edit").click()
            expect(page.get_by_role("dialog")).to_be_visible()
        one.get_by_label("This is a paid partnership").check()
        one.get_by_label("With whom").fill("Velo AG")
        one.get_by_role("button", name="Save and approve").click()
        expect(one.locator("#told")).to_contain_text("Look at what it says of itself now")
        expect(one.locator(".feed-text")).to_contain_text("Ad · Paid partnership with Velo AG")
        assert status(served, draft["id"]) == "waiting"
        # who opened the form before knows nothing of it, and takes nothing back
        two.get_by_label("Text, exactly as it goes out").fill("Our new lamp.")
        two.get_by_role("button", name="Save", exact=True).click()
        expect(two.locator("#told")).to_contain_text("Somebody changed this text")
        two.get_by_role("button", name="Save", exact=True).click()
        expect(two.locator(".findings")).to_contain_text("This is a paid partnership, and the text does not say so.")


def test_what_happens_elsewhere_shows_at_once(browser: Browser, served: Served) -> None:
    with visitor(browser, served) as ana, visitor(browser, served) as ben:
        ana.go("/drafts")
        draft = served.draft("Tell people that the river path is open again. Feed, tomorrow 9am.")
        expect(ana.page.get_by_role("link", name=re.compile("river path")).first).to_be_visible()
        ana.go(f"/drafts/{draft['id']}")
        ben.go(f"/drafts/{draft['id']}")
        ben.page.get_by_role("link", name="Edit").click()
        ben.page.get_by_label("Text, exactly as it goes out").fill("The river path is open.")
        ben.page.get_by_role("button", name="Save", exact=True).click()
        expect(ana.page.get_by_text("This draft has changed since you opened it.")).to_be_visible()
        ana.page.get_by_role("button", name=re.compile("^Approve")).click()
        expect(ana.page.get_by_text(re.compile("changed since", re.I)).first).to_be_visible()
        assert status(served, draft["id"]) == "waiting"


def test_an_entry_is_moved_by_keys_and_by_hand(ana: Visitor) -> None:
    draft = ana.served.draft(f"Tell people that we bake with old grain. Feed, on 15 June {NEXT_YEAR} at 10:00.")
    page = ana.go(f"/calendar?on={NEXT_YEAR}-06-15")
    entry = page.locator(f'[data-moves="{draft["id"]}"]')
    entry.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(f'[data-day="{NEXT_YEAR}-06-16"] [data-moves="{draft["id"]}"]')).to_be_focused()
    entry.drag_to(page.locator(f'[data-day="{NEXT_YEAR}-06-22"]'))
    expect(page.locator(f'[data-day="{NEXT_YEAR}-06-22"] [data-moves="{draft["id"]}"]')).to_be_visible()
    with ana.served.client(ana.served.token("read")) as client:
        assert client.get(f"/api/v1/drafts/{draft['id']}").json()["due"].startswith(f"{NEXT_YEAR}-06-22T10:00")


def test_stop_is_two_taps_and_so_is_going_on(ana: Visitor) -> None:
    page = ana.go("/library")
    page.get_by_role("link", name="STOP").click()
    page.get_by_label("Why (the team reads it)").fill("A typo in the price")
    page.get_by_role("button", name="STOP").click()
    expect(page.get_by_text("A typo in the price")).to_be_visible()
    ana.go("/posts")
    expect(page.get_by_role("link", name=re.compile("Stopped"))).to_be_visible()
    page.get_by_role("link", name=re.compile("Stopped")).click()
    page.get_by_role("button", name="Let it go on").click()
    expect(page.get_by_role("heading", name="Stopped now")).to_have_count(0)


def test_a_topic_is_asked_for_only_when_one_is_to_be_stopped(ana: Visitor) -> None:
    page = ana.go("/stop/ask")
    field = page.get_by_label("Which topic")
    expect(field).not_to_be_visible()
    page.get_by_label("What", exact=True).select_option("topic")
    field.fill("gloves")
    page.locator("main").get_by_role("button", name="STOP").click()
    expect(page.get_by_text("Whatever names “gloves”")).to_be_visible()
    page.get_by_role("button", name="Let it go on").click()
    expect(page.get_by_role("heading", name="Stopped now")).to_have_count(0)


def test_a_picture_is_chosen_and_becomes_the_drafts(ana: Visitor) -> None:
    page = ana.go("/chat")
    page.locator("#file").set_input_files({"name": "shop.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    expect(page.locator("#pictures img")).to_be_visible()
    page.get_by_label("Your message").fill("Show people our shop front. Feed, in 40 days at 9am.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("region", name=re.compile("Draft:")).last.locator("img")).to_be_visible(timeout=30_000)
    expect(page.locator("#pictures img")).to_have_count(0)


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_picture_is_pasted_or_dropped(ana: Visitor, way: str) -> None:
    page = ana.go("/chat")
    page.evaluate(
        """async ([way, bytes]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "shop.jpg", { type: "image/jpeg" }));
            const kind = way === "paste" ? ClipboardEvent : DragEvent;
            const given = way === "paste" ? { clipboardData: data } : { dataTransfer: data };
            document.getElementById("text").dispatchEvent(new kind(way, { ...given, bubbles: true, cancelable: true }));
        }""",
        [way, list(photo())],
    )
    expect(page.locator("#pictures img")).to_be_visible()
    page.locator("#pictures button").click()
    expect(page.locator("#pictures img")).to_have_count(0)


def test_a_doubt_is_answered_with_its_buttons(ana: Visitor) -> None:
    draft = ana.served.draft("Tell people that the bridge is open. Feed, in 20 days at 9am.")
    with ana.served.client(ana.served.token("read", "propose", "decide")) as client:
        body = {"verdict": "approve", "digest": draft["digest"]}
        assert client.post(f"/api/v1/drafts/{draft['id']}/decisions", json=body).status_code == 200
        [post] = client.get(f"/api/v1/drafts/{draft['id']}").json()["posts"]
    ana.served.on_loop(lambda: _in_doubt(ana.served, post))
    page = ana.go("/posts")
    page.get_by_role("link", name=re.compile("Your word, please 1")).click()
    page.locator("a.line").first.click()
    expect(page.get_by_text("We can't tell", exact=True)).to_be_visible()
    page.get_by_label("Its address, if you know it").fill("https://example.com/bridge")
    page.get_by_role("button", name="It is live").click()
    expect(page.get_by_role("link", name="https://example.com/bridge")).to_be_visible()
    expect(page.get_by_text("Posted", exact=True)).to_be_visible()
    ana.go("/posts?show=asking")
    expect(page.get_by_text("All is clear.")).to_be_visible()


async def _in_doubt(served: Served, post: str) -> None:
    """As a broken connection would leave it."""
    store = PostStore(served.admind.database)
    workspace = served.admind.workspace.id
    kept = await store.get(workspace, post)
    change = store.save(Change(workspace), kept.record.changed(state=PostState.unknown), ver=kept.ver)
    await commit(served.admind.database, change)


def test_two_at_once_on_one_account_are_shown_as_a_clash(ana: Visitor) -> None:
    for about in ("the market", "the fair"):
        ana.served.draft(f"Tell people about {about}. Feed, on 3 May {NEXT_YEAR} at 10:00.")
    page = ana.go(f"/calendar?on={NEXT_YEAR}-05-03")
    expect(page.locator(f'[data-day="{NEXT_YEAR}-05-03"] .clash')).to_have_count(2)
    expect(page.get_by_role("img", name=re.compile("same account within 15 minutes")).first).to_be_visible()


def test_a_file_that_is_no_picture_is_told(ana: Visitor) -> None:
    page = ana.go("/chat")
    page.locator("#file").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"no picture at all"})
    expect(page.locator("#told [data-kind=problem]")).to_be_visible()


def test_a_member_reads_german_and_signs_out_everywhere(browser: Browser, served: Served) -> None:
    made = served.owner("POST", "/members", {"name": "Grete", "roles": ["approver"]}).json()
    with visitor(browser, served, member=made["id"]) as grete:
        page = grete.go("/settings/me")
        page.get_by_label("Language").select_option("de")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("link", name="Entwürfe")).to_be_visible()
        assert page.locator("html").get_attribute("lang") == "de"
        page.get_by_role("button", name="Überall abmelden").click()
        expect(page).to_have_url(re.compile("/studio/in$"))
        grete.go("/drafts")
        expect(page).to_have_url(re.compile("/studio/in$"))


def test_a_used_link_opens_nothing(browser: Browser, served: Served) -> None:
    path = sign_in_path(served)
    context = browser.new_context()
    page: Page = context.new_page()
    page.goto(served.url + path)
    page.get_by_role("button").click()
    context.clear_cookies()
    page.goto(served.url + path)
    expect(page.get_by_text("This link has been used or has ended.")).to_be_visible()
    context.close()


def status(served: Served, draft: str) -> str:
    with served.client(served.token("read")) as client:
        return str(client.get(f"/api/v1/drafts/{draft}").json()["status"])


def text(served: Served, draft: str) -> str:
    with served.client(served.token("read")) as client:
        return str(client.get(f"/api/v1/drafts/{draft}").json()["versions"][0]["text"])


def photo() -> bytes:
    out = io.BytesIO()
    Image.effect_mandelbrot((900, 700), (-2.2, -1.4, 0.9, 1.4), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def test_what_a_team_writes_of_its_voice_holds_in_the_next_draft(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with serving(tmp_path_factory.mktemp("voice")) as fresh, visitor(browser, fresh) as ana:
        page = ana.go("/settings/voice")
        page.get_by_label("In a few words").fill("Warm and plain.")
        page.get_by_label("Audiences, one a line").fill("Commuters: ride every day")
        page.get_by_label("Facts, one a line").fill("Frames last ten years | warranty terms, page 3")
        page.get_by_label("Words to avoid, one a line").fill("cheap")
        page.get_by_label("Disclaimers, one a line").fill("Helmets save lives. | mentions: bikes")
        page.get_by_label("Preferred words, one a line").fill("sign up")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("does not say which word is used for which")).to_be_visible()
        page = ana.go("/settings/voice")
        page.get_by_label("Audiences, one a line").fill("Commuters: ride every day")
        page.get_by_label("Words to avoid, one a line").fill("cheap")
        page.get_by_label("Disclaimers, one a line").fill("Helmets save lives. | mentions: bikes")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("It holds for every draft from now on.")).to_be_visible()
        assert page.get_by_label("Disclaimers, one a line").input_value() == "Helmets save lives. | mentions: bikes"
        draft = fresh.draft("Announce our cheap bikes: 20% off all bikes until 31 May. Feed, tomorrow 9am.")
        assert draft["versions"][0]["text"].endswith("\n\nHelmets save lives.")
        assert [finding["rule"] for finding in draft["findings"]].count("avoided_word") == 1
