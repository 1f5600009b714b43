"""Another picture for a draft, from its page in the studio: generated where an image model is set, else drawn."""

from __future__ import annotations

import html
from pathlib import Path

from tests.handlers.serving import API, serving
from tests.handlers.studio.test_safety import Person


def test_a_draft_gets_a_card_and_a_carousel_from_its_page(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        done = served.ask("Announce our spring sale: 20% off all bikes until 31 May. Test rides all day. Free service.")
        draft, person = done["drafts"][0], Person(served)
        shown = html.unescape(person.get(f"/drafts/{draft}").text)
        assert "Draw a card" in shown and "Generate it" not in shown, "nothing is set up that could"
        assert person.post(f"/drafts/{draft}/picture", {"kind": "card"}).status_code == 303
        with served.client(served.token("read")) as client:
            [version] = client.get(f"{API}/drafts/{draft}").json()["versions"]
            assert [medium["source"] for medium in version["media"]] == ["card"]
            assert person.post(f"/drafts/{draft}/picture", {"kind": "carousel"}).status_code == 303
            found = client.get(f"{API}/drafts/{draft}").json()
            assert len(found["versions"][0]["media"]) >= 3 and found["revision"] == 3
        refused = person.post(f"/drafts/{draft}/picture", {"kind": "upload"})
        assert refused.status_code == 422
        person.http.close()


def test_where_an_image_model_is_set_a_picture_is_wished_for(tmp_path: Path) -> None:
    """It does not answer here, so a card stands in: the wish has reached it, and that is said."""
    with serving(tmp_path, {"ADMIND_IMAGE_MODEL": "automatic1111:default"}) as served:
        draft = served.ask("Announce our spring sale: 20% off all bikes until 31 May.")["drafts"][0]
        person = Person(served)
        assert "Generate it" in html.unescape(person.get(f"/drafts/{draft}").text)
        wish = {"kind": "generate", "shows": "a red bike on a wet road", "words": "true"}
        assert person.post(f"/drafts/{draft}/picture", wish).status_code == 303
        person.http.close()
        with served.client(served.token("read")) as client:
            found = client.get(f"{API}/drafts/{draft}").json()
        assert "A card was drawn instead." in " ".join(each["reason"] for each in found["findings"])
        assert "a red bike on a wet road" in found["history"][0]["why"]
