"""From a draft to its post over REST: what is decided is what was seen, and what stands there is what was decided."""

from __future__ import annotations

import hashlib
from typing import Any
from xml.etree import ElementTree as ET

import httpx2
import pytest

from tests.fakes.clocks import NEXT_YEAR
from tests.handlers.serving import API, Served, until

MEDIA = "{http://search.yahoo.com/mrss/}content"


def decide(client: httpx2.Client, draft: dict[str, Any], verdict: str, **more: object) -> httpx2.Response:
    body = {"verdict": verdict, "digest": draft["digest"], **more}
    return client.post(f"{API}/drafts/{draft['id']}/decisions", json=body)


def look(client: httpx2.Client, draft: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{API}/drafts/{draft['id']}").json()
    return found


def test_a_draft_tells_all_that_is_needed_to_decide(running: Served) -> None:
    draft = running.draft()
    assert draft["status"] == "waiting" and len(draft["digest"]) == 64
    version = draft["versions"][0]
    assert len(version["digest"]) == 64 and version["account"].startswith("a_") and version["text"]
    assert isinstance(draft["findings"], list)


def test_a_digest_that_is_not_the_current_one_changes_nothing(running: Served, decider: httpx2.Client) -> None:
    draft = running.draft()
    for verdict in ("approve", "reject", "hold"):
        refused = decide(decider, draft | {"digest": "0" * 64}, verdict)
        assert refused.status_code == 409 and refused.json()["detail"]
    assert look(decider, draft) == draft


def test_an_edit_is_kept_to_the_byte_and_makes_the_old_digest_useless(running: Served, decider: httpx2.Client) -> None:
    draft = running.draft()
    text = "  Tea & <b>cake</b>\n\n* {{7*7}} @everyone 🎉 \u202eabc\u202c #read(x)\u00a0"
    path = f"{API}/drafts/{draft['id']}/versions/{draft['versions'][0]['account']}"
    changed = decider.patch(path, json={"text": text})
    assert changed.status_code == 200, changed.text
    assert changed.json()["versions"][0]["text"] == text
    assert decide(decider, draft, "approve").status_code == 409
    assert look(decider, draft)["status"] == "waiting"


def test_a_revision_is_carried_out(running: Served, decider: httpx2.Client) -> None:
    draft = running.draft("Tell people that our bakery opens at six on Sundays. Feed, tomorrow 9am.")
    revised = decider.post(f"{API}/drafts/{draft['id']}/revisions", json={"instruction": "add the hashtag #bread"})
    assert revised.status_code == 201, revised.text
    assert "#bread" in revised.json()["versions"][0]["text"] and revised.json()["digest"] != draft["digest"]


def test_a_draft_moves_to_another_time(running: Served, decider: httpx2.Client) -> None:
    draft = running.draft()
    moved = decider.post(f"{API}/drafts/{draft['id']}/schedule", json={"when": f"{NEXT_YEAR}-05-04 10:00"}).json()
    assert moved["due"].startswith(f"{NEXT_YEAR}-05-04T10:00")
    unclear = decider.post(f"{API}/drafts/{draft['id']}/schedule", json={"when": "blue"})
    assert unclear.status_code == 422 and unclear.json()["detail"]


def test_a_partnership_is_declared_and_only_who_decides_takes_it_back(
    running: Served, proposer: httpx2.Client, decider: httpx2.Client
) -> None:
    draft = running.draft()
    path = f"{API}/drafts/{draft['id']}/declarations"
    said = proposer.post(path, json={"paid_partnership": True, "partner": " Velo  AG "})
    assert said.status_code == 200, said.text
    found = said.json()
    assert (found["paid_partnership"], found["partner"], found["ai_picture"]) == (True, "Velo AG", False)
    version = found["versions"][0]
    assert version["disclosure"] == ["paid_partnership"] and version["by_model"] == 0
    assert version["text"].startswith("Ad · Paid partnership with Velo AG\n\n")
    assert decide(decider, draft, "approve").status_code == 409
    card = decider.get(f"{API}/drafts/{draft['id']}/card").json()
    assert "Paid partnership with Velo AG" in card["sections"][0]["meter"]
    refused = proposer.post(path, json={"paid_partnership": False})
    assert refused.status_code == 403 and look(decider, draft)["paid_partnership"]
    back = decider.post(path, json={"paid_partnership": False}).json()
    assert not back["paid_partnership"] and back["versions"][0]["text"] == draft["versions"][0]["text"]


@pytest.mark.parametrize(
    ("verdict", "status"), [("approve", "approved"), ("reject", "rejected"), ("hold", "held"), ("changes", "changes")]
)
def test_every_verdict_leads_where_it_says(running: Served, decider: httpx2.Client, verdict: str, status: str) -> None:
    draft = running.draft()
    done = decide(decider, draft, verdict, reason="shorter please")
    assert done.status_code == 200 and done.json()["sentence"]
    assert done.json()["draft"]["status"] == status
    found = look(decider, draft)["decisions"][-1]
    assert (found["verdict"], found["surface"], found["reason"]) == (verdict, "api", "shorter please")


def test_what_was_approved_can_be_taken_back(running: Served, decider: httpx2.Client) -> None:
    draft = running.draft()
    post = decide(decider, draft, "approve").json()["draft"]["posts"][0]
    assert decide(decider, draft, "withdraw").status_code == 200
    assert look(decider, draft)["status"] == "waiting"
    assert decider.get(f"{API}/posts/{post}").json()["status"] != "scheduled"


def test_a_scheduled_post_is_cancelled(running: Served, decider: httpx2.Client) -> None:
    post = decide(decider, running.draft(), "approve").json()["draft"]["posts"][0]
    assert post in decider.get(f"{API}/posts", params={"status": "scheduled", "limit": 200}).text
    done = decider.post(f"{API}/posts/{post}/cancel")
    assert done.status_code == 200 and done.json()["post"]["status"] == "cancelled"


@pytest.mark.parametrize("body", [{"resolution": "live"}, {"verdict": "live"}, {"resolution": "send"}])
def test_a_post_that_needs_no_word_takes_none(running: Served, decider: httpx2.Client, body: dict[str, str]) -> None:
    post = decide(decider, running.draft(), "approve").json()["draft"]["posts"][0]
    refused = decider.post(f"{API}/posts/{post}/resolutions", json=body)
    assert refused.status_code in (409, 422) and "form" not in refused.json()["detail"]
    assert decider.get(f"{API}/posts/{post}").json()["status"] == "scheduled"


def test_a_resolution_of_no_sense_is_refused(running: Served, decider: httpx2.Client) -> None:
    post = decide(decider, running.draft(), "approve").json()["draft"]["posts"][0]
    for body in ({}, {"resolution": "perhaps"}, {"resolution": "live", "more": 1}):
        assert decider.post(f"{API}/posts/{post}/resolutions", json=body).status_code == 422


def test_what_was_approved_is_what_stands_in_the_feed(running: Served, decider: httpx2.Client) -> None:
    draft = running.draft("Announce our spring sale: 20% off all bikes. Feed, in 4 seconds, with an image.")
    sha256 = draft["versions"][0]["media"][0]["sha256"]
    assert decider.get(f"/media/{sha256}.jpg").status_code == 404, "before it is published nobody sees it"
    private = decider.get(draft["versions"][0]["media"][0]["url"])
    assert hashlib.sha256(private.content).hexdigest() == sha256
    assert decide(decider, draft, "approve").status_code == 200
    post = until(
        lambda: decider.get(f"{API}/posts/{look(decider, draft)['posts'][0]}").json(),
        lambda found: found["status"] == "published",
        "the post is published",
    )
    assert post["receipt"]["compared"] == "same"
    feed = decider.get("/feed.xml")
    item = next(
        i for i in ET.fromstring(feed.text).findall("./channel/item") if post["id"] in ET.tostring(i, "unicode")
    )
    picture = item.find(MEDIA)
    assert picture is not None
    with running.client() as anyone:
        shown = anyone.get(str(httpx2.URL(picture.attrib["url"]).path))
        assert hashlib.sha256(shown.content).hexdigest() == sha256
        page = anyone.get(f"/posts/{post['id']}")
        assert page.status_code == 200 and "<script" not in page.text
        assert "bikes" in anyone.get("/atom.xml").text and "bikes" in anyone.get("/feed.json").text
        account = anyone.get(f"/feeds/{post['account']}/feed.xml")
        assert account.status_code == 200 and "bikes" in account.text
        for path in ("/feed.xml", "/atom.xml", "/feed.json"):
            seen = anyone.get(path).headers
            for header, value in (("If-None-Match", seen["etag"]), ("If-Modified-Since", seen["last-modified"])):
                again = anyone.get(path, headers={header: value})
                assert again.status_code == 304 and again.content == b""
            assert anyone.head(path).status_code == 200
    down = decider.post(f"{API}/posts/{post['id']}/take-down")
    assert down.status_code == 200, down.text
    assert decider.get(f"/media/{sha256}.jpg").status_code == 404, "once it is taken down nobody sees it"
    assert decider.get(f"/posts/{post['id']}").status_code == 404


def test_stop_without_a_body_stops_everything_and_resuming_tells_what_waits(
    running: Served, decider: httpx2.Client
) -> None:
    assert decider.post(f"{API}/pause").json()["scope"] == "workspace"
    try:
        draft = running.draft("Tell people that we close early. Feed, in 2 seconds.")
        assert decide(decider, draft, "approve").status_code == 200
        found = until(
            lambda: decider.get(f"{API}/posts/{look(decider, draft)['posts'][0]}").json(),
            lambda post: post["status"] == "paused",
            "the post waits for a person",
        )
    finally:
        resumed = decider.post(f"{API}/resume")
    assert resumed.status_code == 200
    assert found["id"] in [post["id"] for post in resumed.json()["waiting"]]
    assert decider.get(f"{API}/posts/{found['id']}").json()["status"] == "paused", "nothing is sent by itself"
    sent = decider.post(f"{API}/posts/{found['id']}/resolutions", json={"verdict": "send"})
    assert sent.status_code == 200, sent.text
    until(
        lambda: decider.get(f"{API}/posts/{found['id']}").json()["status"],
        lambda status: status == "published",
        "a person's word sends it",
    )


def test_a_list_is_given_in_parts_without_holes(running: Served, decider: httpx2.Client) -> None:
    wanted = {decide(decider, running.draft(), "reject").json()["draft"]["id"] for _ in range(3)}
    found, after = [], ""
    while True:
        part = decider.get(f"{API}/drafts", params={"status": "rejected", "limit": 2, "after": after}).json()
        assert set(part) == {"items", "next"} and len(part["items"]) <= 2
        found += [draft["id"] for draft in part["items"]]
        if part["next"] is None:
            break
        after = part["next"]
    assert wanted <= set(found) and len(found) == len(set(found))


@pytest.mark.parametrize("query", ["status=blue", "after=nonsense", "limit=0", "limit=201"])
def test_a_question_of_no_sense_is_refused(decider: httpx2.Client, query: str) -> None:
    for path in ("drafts", "posts"):
        assert decider.get(f"{API}/{path}?{query}").status_code == 422


def test_the_calendar_is_one(running: Served, decider: httpx2.Client) -> None:
    draft = running.draft("Tell people that the calendar works. Feed, tomorrow 9am.")
    answer = decider.get(f"{API}/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.text.startswith("BEGIN:VCALENDAR") and f"{draft['id']}@admind" in answer.text


def test_the_audit_names_who_what_and_from_where(running: Served, decider: httpx2.Client) -> None:
    draft = running.draft()
    decide(decider, draft, "approve")
    entries = decider.get(f"{API}/audit", params={"about": draft["id"], "limit": 200}).json()["items"]
    told = [entry for entry in entries if entry["details"].get("surface") == "api"]
    assert told and told[-1]["who"] == "Owner"
    assert decider.get(f"{API}/audit/verify").json()["ok"] is True


def test_one_account_may_ask_more_than_its_brand(running: Served, decider: httpx2.Client) -> None:
    draft = running.draft("Tell people that we open at eight. Feed, tomorrow 9am.")
    path = f"/accounts/{draft['versions'][0]['account']}/rules"
    assert running.owner("PUT", path, {"approvals": 0}).status_code == 422
    stricter = running.owner("PUT", path, {"approvals": 2}).json()
    assert stricter["rules"] == {"approvals": 2, "client_approvals": 0, "self_approval": "auto"}
    assert decide(decider, draft, "approve").json()["draft"]["status"] == "waiting"
    assert running.owner("PUT", path, {}).json()["rules"] is None
    again = running.draft("Tell people that we close at six. Feed, tomorrow 9am.")
    assert decide(decider, again, "approve").json()["draft"]["status"] == "approved"
    audit = decider.get(f"{API}/audit", params={"kind": "account rules changed", "limit": 200}).json()["items"]
    assert [entry["details"] for entry in audit][-2:] == [{"approvals": "2"}, {"rules": "as the brand"}]


def test_a_brand_may_do_without_the_weekly_digest(running: Served, decider: httpx2.Client) -> None:
    path = f"/brands/{running.admind.workspace.default_brand}"
    assert decider.get(f"{API}/brands").json()["items"][0]["digest"] is True
    assert running.owner("PATCH", path, {"digest": False}).json()["digest"] is False
    assert running.owner("PATCH", path, {"voice": "Warm."}).json()["digest"] is False
    assert running.owner("PATCH", path, {"digest": True}).json()["digest"] is True
