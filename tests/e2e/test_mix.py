"""When posts may go out, whom they speak to, and what a model does not read: in the studio, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import visitor
from tests.handlers.serving import serving


def test_times_are_set_and_the_mix_is_seen(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(tmp_path_factory.mktemp("mix")) as fresh, visitor(browser, fresh) as ana:
        page = ana.go("/settings/voice")
        page.get_by_label("Embargoes, one a line").fill("Gravel 2")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("does not say until when nothing may be told")).to_be_visible()
        page = ana.go("/settings/voice")
        assert page.get_by_label("Minutes between two posts on one account, at least").input_value() == "60"
        page.get_by_label("Audiences, one a line").fill("Commuters 60%: ride every day\nFamilies 40%")
        page.get_by_label("Embargoes, one a line").fill("Gravel 2 until 2099-03-15 09:00")
        page.get_by_label("Days without posts, one a line").fill("2099-12-24 to 2099-12-26: Christmas | warn")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("It holds for every draft from now on.")).to_be_visible()
        assert page.get_by_label("Embargoes, one a line").input_value() == "Gravel 2 until 2099-03-15 09:00"
        assert page.get_by_label("Audiences, one a line").input_value().startswith("Commuters 60%: ride every day")
        draft = fresh.draft("Announce the Gravel 2: three new colours. Feed, tomorrow 9am.")
        assert [finding["rule"] for finding in draft["findings"] if finding["severity"] == "block"] == ["embargo"]
        page = ana.go("/mix")
        expect(page.get_by_text("Nothing was approved in the last 30 days.")).to_be_visible()
        told = fresh.draft("Tell people that we open a shop in Bern. Feed.")
        token = fresh.token("read", "decide")
        with fresh.client(token) as client:
            body = {"verdict": "approve", "digest": told["digest"]}
            answer = client.post(f"/api/v1/drafts/{told['id']}/decisions", json=body)
            assert answer.status_code == 200, answer.text
        page = ana.go("/mix")
        expect(page.get_by_role("heading", name="Whom they speak to")).to_be_visible()
        expect(page.get_by_text("Never addressed: Commuters, Families.")).to_be_visible()
        page = ana.go("/settings/system")
        expect(page.get_by_text("Not covered: names and postal addresses")).to_be_visible()
