"""Claims in the studio and over REST: shown with what says them, and settled at the finding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from storage.claims import ChangedSource, Reread
from storage.commit import Change, commit
from storage.posts import Failure, PostState
from storage.stores import PostStore
from tests.handlers.serving import API, Served, serving
from tests.handlers.studio.test_safety import Person

TEXTS = (
    "20% off all bikes. Now CHF 1990, <b>garantiert</b>.",
    "Spring comes to our shop on Elm Street: 20% off. The red one is CHF 1990, <b>garantiert</b>.",
)  # one for each test: no other draft says the same


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("claims")) as running:
        yield running


@pytest.fixture
def owner(served: Served) -> Iterator[Person]:
    person = Person(served)
    yield person
    person.http.close()


def unproven(served: Served, text: str) -> Any:
    draft = served.draft("Announce 20% off all bikes. Feed, tomorrow 9am.")
    with served.client(served.token("read", "propose", "decide")) as client:
        account = draft["versions"][0]["account"]
        return client.patch(f"{API}/drafts/{draft['id']}/versions/{account}", json={"text": text}).json()


def test_a_claim_is_given_evidence_over_rest_and_the_digest_stays(served: Served) -> None:
    draft = unproven(served, TEXTS[0])
    claims = {each["text"]: each for each in draft["claims"]}
    assert claims["20%"]["support"]["where"] == "brief" and claims["CHF 1990"]["support"] is None
    [price] = [each for each in draft["findings"] if each["rule"] == "price"]
    assert (price["severity"], price["claim"]) == ("block", claims["CHF 1990"]["id"])
    path = f"{API}/drafts/{draft['id']}"
    with served.client(served.token("read", "propose", "decide")) as client:
        nothing = client.post(f"{path}/evidence", json={"claim": price["claim"]})
        assert nothing.status_code == 422 and "What proves it?" in nothing.json()["detail"]
        assert client.post(f"{path}/evidence", json={"claim": "CHF 7", "text": "x"}).status_code == 404
        done = client.post(f"{path}/evidence", json={"claim": price["claim"], "text": "Price list 2026"}).json()
        taken = client.post(f"{path}/taken-on", json={"claim": "garantiert", "reason": "Our terms"}).json()
    found = {each["text"]: each["support"] for each in taken["draft"]["claims"]}
    assert found["CHF 1990"]["sentence"] == "Price list 2026" and found["CHF 1990"]["by"]
    assert found["garantiert"]["taken_on"] and found["garantiert"]["sentence"] == "Our terms"
    assert done["draft"]["digest"] == taken["draft"]["digest"] == draft["digest"]
    assert not [each for each in taken["draft"]["findings"] if each["severity"] == "block"]


def test_the_studio_asks_at_the_finding_and_lists_what_stands_where(served: Served, owner: Person) -> None:
    draft = unproven(served, TEXTS[1])
    page = owner.get(f"/drafts/{draft['id']}").text
    assert page.count("<summary>Give evidence</summary>") == 2
    assert "“20%” – from your brief" in page and "“CHF 1990” – nothing says it" in page
    claim = next(each["claim"] for each in draft["findings"] if each["rule"] == "price")
    assert re.search(rf'action="/studio/drafts/{draft["id"]}/evidence".*?value="{claim}"', page, re.DOTALL)
    kept = owner.post(
        f"/drafts/{draft['id']}/evidence", {"claim": claim, "text": "<script>alert(1)</script> list", "link": ""}
    )
    assert kept.status_code in (200, 303), kept.text
    other = next(each["claim"] for each in draft["findings"] if each["rule"] == "guarantee")
    owner.post(f"/drafts/{draft['id']}/taken-on", {"claim": other, "reason": "Our terms"})
    page = owner.get(f"/drafts/{draft['id']}").text
    assert "Give evidence" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; list" in page and "<script>alert" not in page
    assert "taken on by" in page and "Our terms" in page
    audit = owner.get(f"/settings/audit?about={draft['id']}").text
    assert "evidence given" in audit and "claim taken on" in audit


def test_a_held_post_shows_old_and_new_as_text(served: Served, owner: Person) -> None:
    draft = served.draft("Tell people that we open a shop. Feed, tomorrow 9am.")
    with served.client(served.token("read", "propose", "decide")) as client:
        body = {"verdict": "approve", "digest": draft["digest"]}
        [post] = client.post(f"{API}/drafts/{draft['id']}/decisions", json=body).json()["draft"]["posts"]

    async def hold() -> None:
        store, workspace = PostStore(served.admind.database), served.admind.workspace.id
        kept, now = await store.get(workspace, post), served.admind.clock.now()
        old, new = "It has 40 bikes.", "It has <img src=x onerror=alert(1)> 14 bikes."
        changed = ChangedSource(
            claim="k_1", said="40", url="https://velo.example/shop", read_at=now - timedelta(days=1), old=old, new=new
        )
        held = kept.record.changed(
            state=PostState.paused,
            failure=Failure(code="source_changed", sentence="A page that it rests on says something else now."),
            reread=Reread(at=now, changed=(changed,)),
        )
        await commit(served.admind.database, store.save(Change(workspace), held, ver=kept.ver))

    served.on_loop(hold)
    page = owner.get(f"/posts/{post}").text
    assert "It has 40 bikes." in page and "&lt;img src=x onerror=alert(1)&gt; 14 bikes." in page
    assert "<img src=x" not in page and "Send it as it is" in page and "Edit text" in page
    with served.client(served.token("read", "decide")) as client:
        [found] = client.get(f"{API}/posts/{post}").json()["changed_sources"]
        assert (found["old"], found["claim"]) == ("It has 40 bikes.", "k_1")
        sent = client.post(f"{API}/posts/{post}/resolutions", json={"resolution": "send"}).json()["post"]
    assert sent["status"] == "scheduled" and sent["due"][:16] == draft["due"][:16], "its time still stands"
