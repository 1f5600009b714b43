"""What an owner takes along: everything of the brand, readable, nothing of another, no secret, in small parts."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.accounts.door import Doors
from bot.errors import AdMindError, BadInput, NotAllowed, NotFound
from bot.fetch import safe_client
from bot.leaving.exporting import Exporting
from bot.leaving.zipping import Table, Zipped, file_name
from bot.workflow.office import Office
from bot.workflow.retention import Retention
from storage.commit import Change, commit
from storage.credentials import Credentials
from storage.drafts import Verdict
from storage.learned import Evidence, Learned, LearnedStore, Rule
from storage.media import MediaItem, MediaStore
from storage.proposals import Proposal, ProposalStore
from storage.redis import Database
from storage.requests import Request, RequestStore
from storage.team import Role
from storage.watched import WatchedFeed, WatchedStore
from tests.fakes.webhook_server import webhook_server
from tests.world import World, world_on

SECRET = "whsec_" + "A" * 43 + "="


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data") as found:
        yield found


def exporting(world: World) -> Exporting:
    return Exporting(world.database, blobs=world.blobs, audit=world.audit, clock=world.clock)


async def taken(world: World) -> zipfile.ZipFile:
    found = await exporting(world).brand(world.ws, world.owner.id, world.brand.id)
    return zipfile.ZipFile(io.BytesIO(b"".join([part async for part in found.parts])))


def table(found: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found.read(name).decode("utf-8-sig"))))


async def picture(world: World, data: bytes, draft: str = "") -> MediaItem:
    item = MediaItem(
        sha256=await world.blobs.put(data),
        workspace=world.ws,
        brand=world.brand.id,
        mime="image/png",
        size=len(data),
        width=1,
        height=1,
        alt="A loaf on a table",
        source="upload",
        made_by=world.owner.id,
        from_draft=draft,
        created_at=world.clock.now(),
    )
    await MediaStore(world.database).put(item)
    return item


async def test_everything_is_there_and_readable(world: World) -> None:
    ana = await world.member("Ana Roth", Role.approver)
    draft = await world.draft(text="Fresh bread from six.", by=ana)
    item = await picture(world, b"the loaf", draft.id)
    post = await world.publish_due((await world.decide(draft, reason="lovely")).posts[0])
    other = await world.draft(text="=1+1 rolls")
    await world.decide(other, Verdict.reject, reason="not now")
    asked = Request(
        id="r_1", workspace=world.ws, brand=world.brand.id, member=ana.id, surface="slack", conversation="c",
        text="Tell them of the bread", reply="Here it is.", created_at=world.clock.now(),
    )  # fmt: skip
    await RequestStore(world.database).create(asked, key="")
    found = await taken(world)
    assert found.testzip() is None
    names = found.namelist()
    assert {"README.md", "index.html", "brand/brand.md", "data/drafts.jsonl", "data/posts.jsonl"} <= set(names)
    page = found.read(next(name for name in names if draft.id in name)).decode()
    assert post.receipt is not None
    for told in ("Fresh bread from six.", "Ana Roth", "lovely", post.id, "Posted"):
        assert told in page, told
    (posted,) = table(found, "posts.csv")
    assert (posted["link"], posted["state"]) == (post.receipt.url, "Posted")
    (said,) = table(found, "requests.csv")
    assert (said["text"], said["answer"], said["by"]) == ("Tell them of the bread", "Here it is.", "Ana Roth")
    (shown,) = table(found, "media.csv")
    assert (found.read(shown["file"]), shown["description"]) == (b"the loaf", item.alt)
    assert {row["name"] for row in table(found, "brand/members.csv")} == {"Ana Roth", world.owner.name}
    kinds = {row["what"] for row in table(found, "audit.csv")}
    assert {"brand exported", "post published"} <= kinds or "published" in kinds, kinds
    assert {json.loads(line)["id"] for line in found.read("data/drafts.jsonl").splitlines()} == {draft.id, other.id}
    assert "rolls" in found.read("index.html").decode()


async def test_what_was_learned_and_proposed_comes_along(world: World) -> None:
    now, of = world.clock.now(), {"workspace": world.ws, "brand": world.brand.id}
    edit = Evidence(draft="d_1", title="Bread", account="a_1", revision=1, by="m_1", at=now, before="Hi!", after="Hi.")
    rule = Rule(
        id="lr_1", kind="no_exclamation", line="No exclamation marks.", edits=4, chances=5, drafts=2, evidence=(edit,),
        state="accepted", found_at=now, decided_by=world.owner.id, decided_at=now,
    )  # fmt: skip
    proposal = Proposal(
        **of, by=world.owner.id, url="https://bread.example", voice="Warm.", made_at=now, expires_at=now
    )
    change = LearnedStore(world.database).keep(Change(world.ws), Learned(**of, rules=(rule,)), ver=None)
    await commit(world.database, ProposalStore(world.database).keep(change, proposal, ver=None))
    found = await taken(world)
    page = found.read("brand/rules.md").decode()
    for told in ("No exclamation marks.", "accepted", world.owner.name, "4/5", "Hi! → Hi."):
        assert told in page, told
    assert json.loads(found.read("brand/proposal.json"))["voice"] == "Warm."


async def test_watched_feeds_come_along_with_who_added_them(world: World) -> None:
    now, store = world.clock.now(), WatchedStore(world.database)
    for number, brand in enumerate((world.brand.id, "b_other")):
        feed = WatchedFeed(
            id=f"wf_{number}", workspace=world.ws, brand=brand, url=f"https://velo{number}.example/feed.xml",
            title="=Velo news", accounts=(world.account.id,), added_by=world.owner.id, added_at=now,
        )  # fmt: skip
        await commit(world.database, store.save(Change(world.ws), feed, ver=None))
    [row] = table(await taken(world), "brand/feeds.csv")
    assert (row["feed"], row["title"], row["accounts"]) == ("https://velo0.example/feed.xml", "'=Velo news", "Feed")
    assert row["by"] == world.owner.name and row["added"] and row["problem"] == ""


async def test_what_lies_in_the_archive_comes_along(world: World) -> None:
    post = await world.publish_due(await world.approved(text="Fresh bread from six."))
    await world.run_due()
    world.clock.move(timedelta(days=600))
    retention = Retention(world.database, blobs=world.blobs, audit=world.audit, clock=world.clock)
    await retention.retire()
    await world.audit.seal(world.ws)
    await retention.retire()
    assert not (await world.drafts.page(world.ws)).items, "it left the lists"
    found = await taken(world)
    assert [row["post"] for row in table(found, "posts.csv")] == [post.id]
    assert any(post.draft in name for name in found.namelist())


async def test_no_secret_and_nothing_of_another_brand(world: World) -> None:
    async with webhook_server() as server, safe_client(allow_hosts=frozenset({f"127.0.0.1:{server.port}"})) as client:
        world.doors = Doors(
            secrets=Credentials(world.database, world.vault),
            blobs=world.blobs,
            client=client,
            base_url="",
            clock=world.clock,
        )
        await world.webhook(server.url)
    office = Office(world.database, world.people, world.audit, world.clock)
    other = await office.add_brand(world.ws, world.owner.id, "Zyxwquartz Ltd")
    await office.change_brand(world.ws, world.owner.id, other.id, {"facts": ["Zyxwquartz is secret"]})
    await world.draft(text="Ours.")
    found = await taken(world)
    everything = b"".join(found.read(name) for name in found.namelist()) + " ".join(found.namelist()).encode()
    assert b"Ours." in everything and b"Our site" in everything
    assert b"Zyxwquartz" not in everything and other.id.encode() not in everything
    assert SECRET.encode() not in everything and b"whsec_" not in everything


async def test_only_an_owner_of_the_brand_takes_it(world: World) -> None:
    ana, stranger = await world.member("Ana", Role.approver), await world.member("Ben")
    refused: list[tuple[str, type[AdMindError]]] = [(ana.id, NotAllowed), (stranger.id, NotFound)]
    for member, error in refused:
        with pytest.raises(error):
            await exporting(world).brand(world.ws, member, world.brand.id)
    with pytest.raises(NotFound):
        await exporting(world).brand(world.ws, world.owner.id, "b_none")


async def test_a_file_is_never_written_over_nor_left_half(world: World, tmp_path: Path) -> None:
    await world.draft(text="Ours.")
    path = tmp_path / "velo.zip"
    where, size = await exporting(world).to_file(world.ws, world.owner.id, world.brand.id, str(path))
    assert (where, size) == (str(path), path.stat().st_size) and path.stat().st_mode & 0o777 == 0o600
    assert zipfile.ZipFile(path).testzip() is None
    with pytest.raises(BadInput, match="already a file"):
        await exporting(world).to_file(world.ws, world.owner.id, world.brand.id, str(path))
    with pytest.raises(BadInput, match="whole path"):
        await exporting(world).to_file(world.ws, world.owner.id, world.brand.id, "velo.zip")
    with pytest.raises(AdMindError, match="cannot be written"):
        await exporting(world).to_file(world.ws, world.owner.id, world.brand.id, str(tmp_path / "none" / "velo.zip"))


async def test_it_comes_in_small_parts(world: World) -> None:
    for number in range(6):
        await picture(world, bytes([number]) * 100_000)
    found = await exporting(world).brand(world.ws, world.owner.id, world.brand.id)
    sizes = [len(part) async for part in found.parts]
    assert sum(sizes) > 600_000 and max(sizes) < 210_000


def test_names_lead_nowhere_else() -> None:
    assert file_name("2026-12-01", "../../etc/passwd\0\n") == "2026-12-01 etc passwd"
    assert file_name("", "…") == "untitled"
    assert len(file_name("ä" * 500)) == 60


def test_a_table_starts_no_formula(world: World) -> None:
    zipped = Zipped(world.clock.now())
    with Table(zipped, "t.csv", ("a", "b")) as rows:
        rows.row({"a": '=HYPERLINK("http://x")', "b": "two\nlines"})
    zipped.close()
    with zipfile.ZipFile(io.BytesIO(zipped.taken())) as found:
        (row,) = table(found, "t.csv")
    assert row == {"a": '\'=HYPERLINK("http://x")', "b": "two\nlines"}
