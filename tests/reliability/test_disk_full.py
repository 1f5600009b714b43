"""The disk fills up in the middle of the work: nothing is lost or sent unrecorded, and all goes on with room again."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import AdMind
from bot.chat import ChatRequest
from bot.settings import Settings
from storage.embedded_paths import socket_path
from storage.errors import AdMindError
from storage.journal import read_all
from storage.posts import PostState
from storage.redis import connect
from storage.stores import DraftStore
from tests.fakes.small_disk import MIB, SmallDisk, small_disk
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer, webhook_server
from tests.handlers.cli.admind import AdMindHere
from tests.reliability.test_kill_run import SHORT, Lives, Work
from tests.world import World, world_on

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

SIZE_MIB = 400
IDEA = "Tell people that we open a shop. Feed, tomorrow 9am, with an image."


async def test_a_disk_that_fills_up_while_posts_go_out_loses_and_doubles_none(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", mib=SIZE_MIB) as disk:
        async with webhook_server() as site:
            hosts = f"127.0.0.1:{site.port}"
            here = AdMindHere(disk.path, extra={**SHORT, "ADMIND_ALLOW_HOSTS": hosts})
            lives = Lives(here, log=tmp_path / "log")
            try:
                lives.begin()
                await lives.ready()
                async with (
                    connect(f"unix://{socket_path(here.data / 'valkey')}") as database,
                    world_on(database, here.data, allow_hosts=frozenset({hosts}), worker="seed") as world,
                ):
                    silent, asked = await world.webhook(site.url), await world.webhook(site.url, lookup_url=site.url)
                    work = Work(world, [world.account, silent, asked])
                    await _low(here, disk, work, site)
                    await _full(here, disk, work, site, lives)
                    await _judge(work, world, site)
            finally:
                lives.end()


async def _low(here: AdMindHere, disk: SmallDisk, work: Work, site: WebhookServer) -> None:
    """With little room left, drafting is refused in a sentence, and posts go out."""
    disk.fill(leave_bytes=100 * MIB)
    told = " ".join((await asyncio.to_thread(here.run, "ask", "--new", IDEA)).stdout.split())
    assert "The disk is nearly full" in told and "What is scheduled still goes out" in told
    await work.top_up()
    await until(work.settled, "what was approved is out", seconds=40)
    assert len(site.sent) == 2


async def _full(here: AdMindHere, disk: SmallDisk, work: Work, site: WebhookServer, lives: Lives) -> None:
    for _ in range(6):
        await work.top_up()
    before = len(site.sent)
    await until(lambda: len(site.sent) > before, "posts go out", seconds=40)
    await asyncio.to_thread(disk.fill)

    async def refused() -> bool:
        return await asyncio.to_thread(here.status, "/readyz") == 503

    await until(refused, "it is not ready without room", seconds=40)
    sent = len(site.sent)
    told = (await asyncio.to_thread(here.run, "ask", "--new", IDEA, code=None)).stderr
    assert "kept" in told and any(word in told for word in ("disk", "room", "database")), told
    assert len(site.sent) == sent, "nothing goes out that cannot be recorded"
    await asyncio.to_thread(disk.empty)
    await lives.ready()
    await until(work.settled, "every post came to an end", seconds=90)
    done = await asyncio.to_thread(here.json, "ask", "--new", IDEA)
    assert len(done["drafts"]) == 1, "drafting goes on"


async def _judge(work: Work, world: World, site: WebhookServer) -> None:
    sent = Counter(json.loads(seen.body)["digest"] for seen in site.sent)
    journalled = {entry.fields["digest"] for entry in read_all(world.folder / "journal") if entry.kind == "attempt"}
    titles: dict[str, list[str]] = {}
    for item in await world.notices():
        titles.setdefault(item.draft, []).append(str(item.card.get("title", "")))
    for post in await work.states():
        assert sent[post.digest] <= 1, post
        assert not sent[post.digest] or (post.digest in journalled and post.attempts), "sent unrecorded"
        if post.state is PostState.published:
            assert post.channel == "feed" or sent[post.digest] == 1, post
        else:
            assert post.state is PostState.unknown, (post.state, post.failure, post.attempts)
            assert any(title.startswith("❓") for title in titles.get(post.draft, [])), post


async def test_a_disk_that_fills_up_while_a_draft_is_made_leaves_a_whole_draft_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "disk", mib=SIZE_MIB) as disk:
        settings = Settings(data_dir=disk.path / "data", timezone="UTC", lease_seconds=1, redelivery_seconds=2)
        async with AdMind(settings) as admind:
            await admind.start()
            await admind.loaded()
            _fill_before_the_picture(admind, disk, monkeypatch)
            owner = await admind.setup.local_owner(admind.workspace.id)
            assert owner is not None
            asked = ChatRequest(
                workspace=admind.workspace.id,
                surface="terminal",
                member=owner.id,
                conversation="v_1",
                text=IDEA,
            )
            name = await admind.desk.receive(asked)
            await until(lambda: shut(disk), "the disk is full", seconds=40)
            with pytest.raises(AdMindError) as refused:
                await _refused(admind, asked)
            assert refused.value.kept and refused.value.do_next
            await asyncio.to_thread(disk.empty)

            async def over() -> bool:
                try:
                    every = await admind.desk.recent(admind.workspace.id, owner.id)
                    return bool(every) and all(each.status in ("done", "failed") for each in every)
                except AdMindError:
                    return False

            await until(over, "what was kept is answered once there is room", seconds=90)
            request = await admind.desk.get(admind.workspace.id, name)
            drafts = (await DraftStore(admind.database).page(admind.workspace.id)).items
            every = await admind.desk.recent(
                admind.workspace.id, owner.id
            )  # one more may have been kept at the last byte
            assert {draft.id for draft in drafts} == {name for each in every for name in each.drafts}, "no half draft"
            if request.status == "failed":
                assert "room" in request.reply, request.reply
            for draft in drafts:
                for version in draft.versions:
                    assert (await admind.versions.payload(version)).digest == version.digest
                    for medium in version.media:
                        assert await admind.blobs.get(medium.sha256)


def _fill_before_the_picture(admind: AdMind, disk: SmallDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures: Any = admind.requests.means.pictures
    make, pending = pictures.make, [disk.fill]

    async def full(*args: Any, **options: Any) -> Any:
        if pending:
            await asyncio.to_thread(pending.pop())
        return await make(*args, **options)

    monkeypatch.setattr(pictures, "make", full)


def shut(disk: SmallDisk) -> bool:
    return shutil.disk_usage(disk.path).free == 0


async def _refused(admind: AdMind, asked: ChatRequest) -> None:
    """Somebody asks for something else meanwhile."""
    for _ in range(50):
        await admind.desk.receive(asked)
