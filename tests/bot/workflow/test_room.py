"""When the disk or the database runs full, no new draft is made, and what was approved still goes out."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from bot.bootstrap import AdMind
from bot.chat import ChatRequest, DecisionRequest
from bot.clock import MovableClock
from bot.errors import BadInput
from bot.settings import Settings
from bot.workflow.requests import Asker
from storage.drafts import Draft, Verdict
from storage.posts import PostState
from storage.redis import Database
from storage.requests import Request
from storage.stores import DraftStore, PostStore

FIRST = "Tell people that we open a shop. Feed, in 3 days at 9am."
Fill = Callable[[AdMind, pytest.MonkeyPatch], Awaitable[None]]


@pytest.fixture
async def admind(tmp_path: Path) -> AsyncIterator[AdMind]:
    settings = Settings(data_dir=tmp_path / "data", timezone="Europe/Zurich")
    async with AdMind(settings, clock=MovableClock(), queues=frozenset()) as opened:
        await opened.start()
        await opened.loaded()
        opened.publisher.open.set()
        yield opened


async def disk(admind: AdMind, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if AdMind wanted more room than there is."""
    monkeypatch.setattr("storage.files.LOW_SPACE_BYTES", 1 << 62)


async def memory(admind: AdMind, monkeypatch: pytest.MonkeyPatch) -> None:
    server = await admind.database.identity()
    await cast(Any, admind.database.client).config_set("maxmemory", int(server.used_memory / 0.85))


async def ask(admind: AdMind, text: str) -> Request:
    owner = await admind.setup.local_owner(admind.workspace.id)
    assert owner is not None
    request = ChatRequest(
        workspace=admind.workspace.id,
        surface="terminal",
        member=owner.id,
        conversation="v_1",
        text=text,
    )
    name = await admind.desk.receive(request)
    await admind.desk.answer(admind.workspace.id, name)
    return await admind.desk.get(admind.workspace.id, name)


async def approved(admind: AdMind) -> Draft:
    (name,) = (await ask(admind, FIRST)).drafts
    draft = (await DraftStore(admind.database).get(admind.workspace.id, name)).record
    decided = await admind.decisions.decide(
        DecisionRequest(
            workspace=draft.workspace,
            draft=draft.id,
            member=draft.requested_by,
            verdict=Verdict.approve,
            digest=draft.digest,
            surface="test",
            at=admind.clock.now(),
        )
    )
    return decided.draft


@pytest.mark.parametrize(("full", "what"), [(disk, "disk"), (memory, "database")], ids=["disk", "memory"])
async def test_no_new_draft_is_made_and_what_is_approved_goes_out(
    admind: AdMind, monkeypatch: pytest.MonkeyPatch, full: Fill, what: str
) -> None:
    draft = await approved(admind)
    await full(admind, monkeypatch)
    said = await ask(admind, "Tell people that we bake. Feed, in 4 days at 9am.")
    assert said.drafts == ()
    assert f"The {what} is nearly full, so I make no new drafts now." in said.reply
    assert "What is scheduled still goes out." in said.reply
    assert len((await DraftStore(admind.database).page(draft.workspace)).items) == 1
    assert "shop" in (await ask(admind, "what is scheduled?")).reply, "looking goes on"
    asker = Asker(
        draft.workspace, draft.brand, draft.requested_by, "v_1", "test", "en", "Europe/Zurich", by_agent=False
    )
    moved = await admind.requests.move(asker, draft.id, "in 5 days at 3pm")
    assert moved.due != draft.due, "what is scheduled can still be changed"
    (version,) = moved.versions
    assert moved.due is not None
    cast(MovableClock, admind.clock).move_to(moved.due + timedelta(seconds=1))
    await admind.publisher.publish(moved.workspace, version.post)
    assert (await PostStore(admind.database).get(moved.workspace, version.post)).record.state is PostState.published


async def test_no_new_picture_is_taken_in_and_the_doctor_says_why(
    admind: AdMind, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await admind.setup.local_owner(admind.workspace.id)
    assert owner is not None
    out = io.BytesIO()
    Image.new("RGB", (300, 300), "red").save(out, "PNG")
    await disk(admind, monkeypatch)
    with pytest.raises(BadInput, match="disk is nearly full"):
        await admind.library.upload(admind.workspace.id, admind.workspace.default_brand, owner, out.getvalue())
    found = {symptom.what: symptom for symptom in await admind.doctor.examine(owner)}
    assert found["disk"].state == "bad" and "refused" in found["disk"].do


async def test_one_full_primary_of_a_cluster_is_a_full_cluster(cluster_database: Database) -> None:
    client = cast(Any, cluster_database.client)
    await cluster_database.identity()
    first, *others = client.get_primaries()
    used = (await client.execute_command("INFO", "memory", target_nodes=first))["used_memory"]
    try:
        for node in others:
            await client.execute_command("CONFIG SET", "maxmemory", str(used * 100), target_nodes=node)
        assert not (await cluster_database.identity()).nearly_full
        await client.execute_command("CONFIG SET", "maxmemory", str(int(used / 0.9)), target_nodes=first)
        assert (await cluster_database.identity()).nearly_full
    finally:
        for node in (first, *others):
            await client.execute_command("CONFIG SET", "maxmemory", "0", target_nodes=node)
