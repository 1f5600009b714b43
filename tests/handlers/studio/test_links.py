"""How a brand's links are counted, in the studio: owners say, the team looks, a key is shown once."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from tests.handlers.serving import Served, serving
from tests.handlers.studio.test_safety import Person

PAGE = "/settings/links"
LINK = "https://velo.example/sale"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("links"), {"ADMIND_LINKS_URL": "https://go.example"}) as running:
        yield running


def test_an_owner_sets_it_up_and_the_team_sees_where_links_lead(served: Served) -> None:
    owner = Person(served)
    (account,) = served.owner("GET", "/accounts").json()["items"]
    form: dict[str, str] = {"utm": "utm_source={channel}", "hosts": "velo.example, shop.example", "short": "true"}
    form |= {"account": account["id"], "own": "utm_source=news", "campaigns": "Spring Sale = utm_source=s&utm_id=2\n\n"}
    assert owner.post(PAGE, {**form, "utm": "nonsense"}).status_code == 422
    assert owner.post(PAGE, form).status_code == 303
    page = owner.get(PAGE).text
    for said in (
        'value="utm_source={channel}"',
        "velo.example shop.example",
        'value="utm_source=news"',
        "spring-sale = utm_source=s&amp;utm_id=2",
        "go.example/l/",
    ):
        assert said in page
    draft = served.draft(f"Tell people that we open a shop, {LINK} Feed, tomorrow 9am.")
    [link] = draft["versions"][0]["links"]
    assert link["destination"] == f"{LINK}?utm_source=news"
    assert f"{link['shown']} leads to {link['destination']}" in owner.get(f"/drafts/{draft['id']}").text
    decision = {"verdict": "approve", "digest": draft["digest"]}
    assert served.owner("POST", f"/drafts/{draft['id']}/decisions", decision).status_code < 300
    page, code = owner.get(PAGE).text, link["shown"].rpartition("/")[2]
    assert link["shown"] in page and f"→ {link['destination']}" in page and "0 clicks on its links" in page
    assert owner.get(f"{PAGE}/{code}/qr.png").headers["content-type"] == "image/png"
    shown = owner.post(f"{PAGE}/order-key")
    assert shown.status_code == 200 and "whsec_" in shown.text and "whsec_" not in owner.get(PAGE).text
    assert "order key made" in owner.get("/settings/audit").text
    member = served.owner("POST", "/members", {"name": "Ana", "roles": ["approver"]}).json()["id"]
    ana = Person(served, member)
    seen = ana.get(PAGE)
    assert seen.status_code == 200 and link["shown"] in seen.text and "<input" not in seen.text.split("<main")[1]
    for path in ("", "/order-key", f"/{code}/end"):
        assert ana.post(PAGE + path, {"ended": "true"}).status_code == 403
    assert owner.post(f"{PAGE}/{code}/end", {"ended": "true"}).status_code == 303
    assert "Let it lead again" in owner.get(PAGE).text
    owner.http.close()
    ana.http.close()


def test_a_link_that_was_worded_by_hand_is_tracked_with_one_press(served: Served) -> None:
    owner, brand = Person(served), served.admind.workspace.default_brand
    rules = {"utm": "utm_source={channel}", "hosts": ["velo.example"], "short": True}
    assert served.owner("PATCH", f"/brands/{brand}/linking", rules).status_code == 200
    draft = served.draft(f"Tell people that we open a shop, {LINK} Feed, tomorrow 9am.")
    account = draft["versions"][0]["account"]
    form = {"digest": draft["versions"][0]["digest"], "text": f"Our shop opens: {LINK}?a=1&b=2"}
    assert owner.post(f"/drafts/{draft['id']}/edit/{account}", form).status_code == 303
    page = owner.get(f"/drafts/{draft['id']}").text
    assert page.count("Track this link") == 1
    pressed = page.partition(f'action="/studio/drafts/{draft["id"]}/track"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'name="(digest|reason|account)" value="([^"]*)"', pressed))
    done = owner.post(f"/drafts/{draft['id']}/track", {name: html.unescape(each) for name, each in fields.items()})
    assert done.status_code == 303, done.text
    [version] = served.owner("GET", f"/drafts/{draft['id']}").json()["versions"]
    [link] = [each for each in version["links"] if each["shown"] in version["text"]]  # the feed adds the brief's
    assert version["text"] == f"Our shop opens: {link['shown']}"
    assert link["destination"].startswith(f"{LINK}?a=1&b=2&utm_source=")
    assert "Track this link" not in owner.get(f"/drafts/{draft['id']}").text
    client = Person(served, served.owner("POST", "/members", {"name": "Clara", "roles": ["client"]}).json()["id"])
    fields["digest"] = served.owner("GET", f"/drafts/{draft['id']}").json()["digest"]
    assert client.post(f"/drafts/{draft['id']}/track", fields).status_code in (403, 404)
    owner.http.close()
    client.http.close()
