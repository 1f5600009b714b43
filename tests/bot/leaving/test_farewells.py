"""Seven days in which nothing of a brand goes out, and any owner brings all back; chats that keep what was said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.accounts.access import packed
from bot.channels.oauth import App, Tokens
from bot.errors import AdMindError, BadInput, NotAllowed, NotFound
from bot.fetch import safe_client
from storage.commit import Change, commit
from storage.credentials import Credentials
from storage.posts import PostState
from storage.redis import Database
from storage.team import Role
from tests.bot.leaving.full import WORD, Full, farewells, full, going
from tests.fakes.mastodon_server import Registered, mastodon_server
from tests.fakes.webhook_server import webhook_server
from tests.world import world_on

DAY = timedelta(days=1)


@pytest.fixture
async def filled(database: Database, tmp_path: Path) -> AsyncIterator[Full]:
    async with webhook_server() as server:
        allowed = frozenset({f"127.0.0.1:{server.port}"})
        async with world_on(database, tmp_path / "data", allow_hosts=allowed) as world:
            yield await full(world, server.url)


async def test_nothing_goes_out_and_it_is_told_with_a_way_back(filled: Full) -> None:
    world, brand = filled.world, filled.world.brand.id
    await filled.ask()
    await filled.going().leave(world.ws, brand)
    assert f"{WORD} Bikes leaves AdMind" in filled.chat.titles(brand)
    (card,) = [each for each in filled.chat.rooms[f"owners:{brand}"].values() if "leaves" in each.title]
    assert [button.action for button in card.buttons] == [f"stay:{brand}"] and world.owner.id in card.ping
    before = await world.feed_guids()
    stood = await world.publish_due(filled.scheduled)
    assert stood.state is not PostState.published and await world.feed_guids() == before
    with pytest.raises(BadInput):
        await world.pausing.resume(world.ws, f"leaving:{brand}", world.owner, world.clock.now())
    theirs = await world.people.store.accounts.get(world.ws, filled.other_draft.versions[0].account)
    mine, world.brand = world.brand, filled.other
    decided = await world.decide(await world.draft(theirs.record, text="Of the others."))
    assert (await world.publish_due(decided.posts[0])).state is PostState.published, "others go on"
    world.brand = mine


async def test_any_owner_brings_everything_back(filled: Full) -> None:
    world, brand = filled.world, filled.world.brand.id
    later = (await world.decide(await world.draft(text="Next month.", due_in=30 * DAY))).posts[0]
    await filled.ask()
    await world.publish_due(filled.scheduled)
    world.clock.move(6 * DAY)
    eva = await world.member("Eva the owner", Role.owner)
    await filled.farewells.undo(world.ws, eva.id, brand, surface="test")
    await filled.going().leave(world.ws, brand)
    assert f"{WORD} Bikes stays" in filled.chat.titles(brand)
    world.clock.move(2 * DAY)
    await filled.going().leave(world.ws, brand)
    assert (await filled.leaving()).state == "kept"
    assert (await world.post(filled.scheduled)).state in (PostState.paused, PostState.missed), "it asks a person"
    assert (await world.publish_due(later)).state is PostState.published
    with pytest.raises(BadInput, match="does not leave"):
        await filled.farewells.undo(world.ws, eva.id, brand, surface="test")
    again = await filled.ask()
    assert again.state == "cooling"


async def test_only_an_owner_who_types_the_name_asks(filled: Full) -> None:
    world, brand = filled.world, filled.world.brand.id
    with pytest.raises(BadInput, match="not the brand's name"):
        await filled.farewells.ask(world.ws, world.owner.id, brand, "Other Ltd", surface="test")
    refused: list[tuple[str, str, type[AdMindError]]] = [
        (filled.eva.id, brand, NotAllowed),
        (filled.ana.id, filled.other.id, NotFound),
        (world.owner.id, "b_none", NotFound),
    ]
    for member, which, error in refused:
        with pytest.raises(error):
            await filled.farewells.ask(world.ws, member, which, f"{WORD} Bikes", surface="test")
    await filled.ask()
    with pytest.raises(BadInput, match="leaves already"):
        await filled.ask()
    for member in (filled.eva.id, filled.ana.id):
        with pytest.raises(NotAllowed):
            await filled.farewells.undo(world.ws, member, brand, surface="test")
    assert not await filled.farewells.of_member(world.ws, filled.eva.id)


async def test_once_it_goes_nobody_brings_it_back(filled: Full) -> None:
    world, brand = filled.world, filled.world.brand.id
    await filled.ask()
    filled.chat.remove_trouble = AdMindError("Not now.", retry_after_seconds=5)
    world.clock.move(8 * DAY)
    await filled.going().leave(world.ws, brand)
    assert (await filled.leaving()).step == "messages"
    with pytest.raises(BadInput, match="being erased already"):
        await filled.farewells.undo(world.ws, world.owner.id, brand, surface="test")


async def test_a_chat_that_keeps_our_messages_is_waited_for_a_day_and_named(filled: Full) -> None:
    world, brand = filled.world, filled.world.brand.id
    await filled.ask()
    filled.chat.remove_trouble = AdMindError("Not now.", retry_after_seconds=5)
    world.clock.move(8 * DAY)
    await filled.going().leave(world.ws, brand)
    due = (await world.entries())[f"leaving:{brand}"] / 1000
    assert 0 < due - world.clock.now().timestamp() <= 6
    assert (await world.drafts.get(world.ws, filled.posted.draft)).record, "records go after the messages"
    world.clock.move(timedelta(hours=25))
    await filled.going().leave(world.ws, brand)
    leaving = await filled.leaving()
    assert leaving.state == "gone"
    (held,) = [each for each in leaving.leftovers if each.kind == "message"]
    assert held.where == "chat" and int(held.what) >= 3


async def test_a_chat_that_refuses_is_named_at_once(filled: Full) -> None:
    filled.chat.remove_trouble = AdMindError("I am not in that room.")
    leaving = await filled.go()
    assert leaving.state == "gone"
    assert [each.where for each in leaving.leftovers if each.kind == "message"] == ["chat"]


async def test_the_last_brand_leaves_a_new_one_behind(database: Database, tmp_path: Path) -> None:
    async with world_on(database, tmp_path / "data") as world:
        await farewells(world).ask(world.ws, world.owner.id, world.brand.id, world.brand.name, surface="test")
        world.clock.move(8 * DAY)
        await going(world).leave(world.ws, world.brand.id)
        home = (await world.people.store.workspaces.get(world.ws, world.ws)).record
        (brand,) = await world.people.store.all(world.people.store.brands, world.ws)
        owner = (await world.people.store.members.get(world.ws, world.owner.id)).record
        assert home.default_brand == brand.id != world.brand.id and owner.may(brand.id, Role.owner)
        assert owner.erased_at is None and owner.name == world.owner.name
        assert (await world.audit.verify(world.ws, await world.journal.read_all())).ok


async def test_access_is_revoked_at_its_server_however_long_that_sleeps(filled: Full) -> None:
    world, brand, app = filled.world, filled.world.brand.id, App("client", "secret", "https://x.example/back", "write")
    async with (
        mastodon_server() as server,
        safe_client() as out_of_reach,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        server.apps["client"] = Registered("client", "secret", app.redirect, app.scope, "AdMind")
        token = server.token_for("velo")
        for name in ("a_mmmmmmmmmmmm", "a_nnnnnnnnnnnn"):  # a server may give one application the same token twice
            account = filled.account.changed(id=name, channel="mastodon", name=name, server=server.origin)
            change = world.people.store.accounts.put(Change(world.ws), account, name, ver=None, at=1.0)
            await commit(world.database, change)
            for secret, value in packed(app, Tokens(token, "", None)).items():
                await Credentials(world.database, world.vault).put(world.ws, name, secret, value)
        await filled.ask()
        world.clock.move(8 * DAY)
        await going(world, out_of_reach).leave(world.ws, brand)
        assert (await filled.leaving()).step == "access" and token in server.tokens, "it is tried again"
        world.clock.move(timedelta(minutes=11))
        await going(world, client).leave(world.ws, brand)
        assert token not in server.tokens
    leaving = await filled.leaving()
    assert leaving.state == "gone"
    pasted = [each.where for each in leaving.leftovers if each.kind == "access"]
    assert pasted == [f"{WORD} site", f"{WORD} hook"], "nobody but people can take back what was pasted"
