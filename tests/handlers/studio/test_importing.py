"""A homepage's proposal and learned rules in the studio, over REST: seen, edited, taken; what is hostile stays text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.bot.drafting.site import HOMEPAGE
from tests.bot.workflow.test_importing import POSTS
from tests.fakes.page_server import PageServer
from tests.handlers.brand_site import brand_site
from tests.handlers.serving import Served, serving
from tests.handlers.studio.test_safety import Person


@pytest.fixture(scope="module")
def site() -> Iterator[PageServer]:
    with brand_site() as found:
        yield found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, site: PageServer) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("importing"), {"ADMIND_ALLOW_HOSTS": site.host}) as running:
        yield running


@pytest.fixture
def owner(served: Served) -> Iterator[Person]:
    person = Person(served)
    yield person
    person.http.close()


def brand_of(served: Served) -> Any:
    return served.owner("GET", "/brands").json()["items"][0]


def read(owner: Person, site: PageServer, **fields: str) -> str:
    url = {"url": f"http://{site.host}/"}
    asked = owner.post("/settings/voice/import", {**url, "posts": "\n---\n".join(POSTS), **fields})
    assert asked.status_code == 303, asked.text
    return owner.get("/settings/voice/import").text


def field(page: str, name: str) -> str:
    found = re.search(
        rf'<textarea id="new-{name}"[^>]*>(.*?)</textarea>|id="new-{name}"[^>]* value="(.*?)"', page, re.S
    )
    assert found, name
    return html.unescape(found[1] or found[2])


def test_it_is_shown_field_by_field_edited_and_taken(served: Served, site: PageServer, owner: Person) -> None:
    served.owner("PATCH", f"/brands/{brand_of(served)['id']}", {"voice": "Dry <b>wit</b>."})
    page = read(owner, site)
    assert "Dry &lt;b&gt;wit&lt;/b&gt;." in page, "what there is, beside what is proposed"
    assert field(page, "name") == "Velo Werk" and field(page, "palette").startswith("#0f5c43 #f2b33d")
    assert f"| http://{site.host}/" in field(page, "facts")
    shown = re.search(r'src="(/studio/settings/voice/import/logo/[0-9a-f]{64})"', page)
    assert shown
    picture = owner.get(shown[1].removeprefix("/studio"))
    assert picture.headers["content-type"] == "image/png"
    before = brand_of(served)
    assert before["name"] != "Velo Werk" and not before["facts"]
    first = field(page, "facts").split("\n")[0]
    chosen = {"voice": "Dry. No exclamation marks.", "facts": first, "name": "Velo Werk", "logo": shown[1][-64:]}
    ticked = owner.http.post(
        "/studio/settings/voice/import/take",
        data={"form_token": owner.form(), "parts": ["voice", "facts", "logo"], **chosen},
    )
    assert ticked.status_code == 303, ticked.text
    after = brand_of(served)
    assert after["voice"] == "Dry. No exclamation marks." and after["name"] == before["name"], "not ticked, not taken"
    assert [f"{fact['text']} | {fact['evidence']}" for fact in after["facts"]] == [first]
    home = served.admind.workspace
    kept = served.on_loop(lambda: served.admind.people.store.brands.get(home.id, home.default_brand))
    assert owner.get(f"/media/{kept.record.logo}").headers["content-type"] == "image/png", "it is in the library"
    assert 'id="new-voice"' not in owner.get("/settings/voice/import").text
    assert owner.post("/settings/voice/import/dismiss").status_code == 303
    assert "Read it" in owner.get("/settings/voice/import").text


def test_a_hostile_page_stays_text(served: Served, site: PageServer, owner: Person) -> None:
    script = "<script>alert(1)</script>"
    hostile = HOMEPAGE.replace("<title>Velo Werk", "<title>&lt;script&gt;alert(1)&lt;/script&gt;")
    hostile = hostile.replace('content="Velo Werk"', 'content="&lt;script&gt;alert(1)&lt;/script&gt;"')
    fact = "We build &lt;script&gt;alert(1)&lt;/script&gt; since 1998 for all families of Bern."
    site.put("/hostile", hostile % fact)
    page = read(owner, site, url=f"http://{site.host}/hostile")
    assert script not in page and "&lt;script&gt;alert(1)" in page
    owner.post("/settings/voice/import/dismiss")


def test_what_does_not_fit_is_refused_in_words(served: Served, site: PageServer, owner: Person) -> None:
    assert owner.post("/settings/voice/import", {"url": f"http://{site.host}/none"}).status_code == 422
    assert "There is no such page." in owner.post("/settings/voice/import", {"url": f"http://{site.host}/none"}).text
    read(owner, site)
    for wrong in ({"parts": "palette", "palette": "red"}, {"parts": "logo", "logo": "0" * 64}, {"parts": "policy"}):
        assert owner.post("/settings/voice/import/take", wrong).status_code == 422
    owner.post("/settings/voice/import/dismiss")


def test_only_owners_see_it(served: Served, site: PageServer) -> None:
    ana = served.owner("POST", "/members", {"name": "Ana", "roles": ["approver"]}).json()["id"]
    person = Person(served, ana)
    assert "/settings/voice/import" not in person.get("/settings/voice").text
    assert person.get("/settings/voice/import").status_code == 403
    assert person.post("/settings/voice/import", {"url": f"http://{site.host}/"}).status_code == 403
    assert "Learned from edits" in person.get("/settings/voice").text
    person.http.close()


def test_learned_rules_are_accepted_and_taken_back(served: Served, owner: Person) -> None:
    brand = brand_of(served)["id"]
    served.owner("PATCH", f"/brands/{brand}", {"voice": ""})
    for topic in ("spring sale", "new workshop", "open day"):
        draft = served.draft(f'Post exactly "Our {topic} is here! <b>Come</b> by." Feed, tomorrow 9am.')
        account = draft["versions"][0]["account"]
        text = f"Our {topic} is here. <b>Come</b> by."
        assert served.owner("PATCH", f"/drafts/{draft['id']}/versions/{account}", {"text": text}).status_code == 200
    assert "1 rule waits for your word." in owner.get("/settings/voice").text
    page = owner.get("/settings/voice/learned").text
    assert "You take exclamation marks out." in page and "3 of 3 edits" in page
    assert "<del>Our open day is here!</del>" in page and "<b>Come" not in page
    (rule,) = served.owner("GET", f"/brands/{brand}/rules").json()["items"]
    with served.client(served.token("read")) as reader:
        assert reader.get(f"/api/v1/brands/{brand}/rules").json()["items"] == [rule]
        assert reader.post(f"/api/v1/brands/{brand}/rules/{rule['id']}/accept", json={}).status_code == 403
    owner.post(f"/settings/voice/rules/{rule['id']}/accept", {"line": "Never an exclamation mark."})
    assert brand_of(served)["profile"]["manner"]["dont"] == ["Never an exclamation mark."]
    assert "Take it back" in owner.get("/settings/voice/learned").text
    owner.post(f"/settings/voice/rules/{rule['id']}/decline")
    assert brand_of(served)["profile"]["manner"]["dont"] == []
    assert "Propose it again" in owner.get("/settings/voice/learned").text
    again = served.owner("POST", f"/brands/{brand}/rules/{rule['id']}/reconsider")
    assert again.json()["state"] == "proposed"
    other = served.owner("POST", "/brands", {"name": "Other"}).json()["id"]
    with served.client(served.token("read", "propose", "decide", brands=(other,))) as program:
        assert program.get(f"/api/v1/brands/{brand}/rules").status_code == 404
