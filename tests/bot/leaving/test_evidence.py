"""A post's evidence: complete, readable without AdMind, provable, and only for the brand's team."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.chat import DecisionRequest
from bot.errors import NotAllowed, NotFound
from storage.drafts import Draft, Verdict
from storage.sealed import DOMAIN
from storage.team import Role
from tests.bot.workflow.test_generated_pictures import PNG, WISH, Shop, shop_in
from tests.fakes.image_server import Show

HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(2)> \u202e& “quoted”"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_in(tmp_path) as opened:
        yield opened


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


async def posted(shop: Shop) -> Draft:
    """A post with a generated picture, a change by hand, and a receipt."""
    brief = WISH.model_copy(update={"request": f"{WISH.request} {HOSTILE}", "audience": HOSTILE})
    draft = await shop.drafted(brief, Show(PNG))
    account = draft.versions[0].account
    text = f"{draft.versions[0].text}\n20%\n{HOSTILE}".replace("\u202e", "")
    draft = await shop.admind.requests.word(shop.asker, draft.id, {account: text})
    decided = await shop.admind.decisions.decide(
        DecisionRequest(
            workspace=draft.workspace, draft=draft.id, member=shop.owner.id, verdict=Verdict.approve,
            digest=draft.digest, surface="test", at=shop.clock.now(),
        )
    )  # fmt: skip
    draft = decided.draft
    assert draft.due is not None
    shop.clock.move(draft.due - shop.clock.now() + timedelta(minutes=1))
    shop.admind.publisher.open.set()
    await shop.admind.publisher.publish(draft.workspace, draft.versions[0].post)
    return draft


async def test_it_holds_everything_and_can_be_proven_without_admind(shop: Shop) -> None:
    draft = await posted(shop)
    found = await shop.admind.evidencing.of(draft.workspace, shop.owner.id, draft.versions[0].post)
    with ZipFile(io.BytesIO(found.data)) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    payload = files["payload.json"]
    document = json.loads(files["evidence.json"])
    assert hashlib.sha256(DOMAIN + payload).hexdigest() == document["post"]["digest"] == draft.versions[0].digest
    assert document["digest_fits_payload"] is True
    (medium,) = json.loads(payload)["parts"][0]["media"]
    assert hashlib.sha256(files[document["pictures"][0]["file"]]).hexdigest() == medium["sha256"]
    assert document["pictures"][0]["library"]["digital_source"] == "trainedAlgorithmicMedia"
    made = document["draft"]["made_with"]["picture"]
    assert made["model"] == "openai:gpt-image-1"
    assert document["prompts"][made["prompt_stamp"]] in files
    assert document["revisions"][0]["diff"]
    assert {"drafted", "evidence exported"} <= {entry["kind"] for entry in document["audit"]}
    assert document["post"]["receipt"]["remote_id"]
    page = files["evidence.html"].decode()
    claimed = {each["text"]: each["support"] for each in document["draft"]["claims"]}
    assert claimed["20%"]["where"] == "brief" and len(claimed["20%"]["digest"]) == 64
    assert re.search(
        rf"<td>20%</td><td>what was asked</td><td>[^<]*20% off[^<]*</td><td></td><td>{claimed['20%']['digest']}", page
    )
    for said in ("a red bike on a wet road", draft.versions[0].digest, "openai:gpt-image-1", made["prompt_stamp"]):
        assert said in page


async def test_hostile_words_stay_words(shop: Shop) -> None:
    draft = await posted(shop)
    found = await shop.admind.evidencing.of(draft.workspace, shop.owner.id, draft.versions[0].post)
    with ZipFile(io.BytesIO(found.data)) as zipped:
        page = zipped.read("evidence.html").decode()
        assert all(re.fullmatch(r"[\w .-]+(?:/[\w .-]+)?", name) and ".." not in name for name in zipped.namelist())
    tags = Tags()
    tags.feed(page)
    assert not [tag for tag, _ in tags.tags if tag in ("script", "iframe", "object", "link", "form")]
    assert not [name for _, attrs in tags.tags for name in attrs if name.startswith("on")]
    assert all(str(attrs["src"]).startswith("media/") for tag, attrs in tags.tags if tag == "img")
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page


async def test_clients_and_strangers_get_none(shop: Shop) -> None:
    draft = await posted(shop)
    post = draft.versions[0].post
    with pytest.raises(NotFound):
        await shop.admind.evidencing.of(draft.workspace, shop.owner.id, "p_nothing")
    from storage.commit import Change

    change = Change(draft.workspace)
    now, people = shop.clock.now(), shop.admind.people
    client = people.add(change, "Cleo", {draft.brand: frozenset({Role.client})}, [], now)
    stranger = people.add(change, "Sten", {"b_other": frozenset({Role.owner})}, [], now)
    await people.save(change)
    with pytest.raises(NotAllowed):
        await shop.admind.evidencing.of(draft.workspace, client.id, post)
    with pytest.raises(NotFound):
        await shop.admind.evidencing.of(draft.workspace, stranger.id, post)
