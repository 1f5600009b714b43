"""Links are good once and not for long; sessions end when they should, and guessing is slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import NotAllowed
from bot.team.signin import IDLE_LIFE, LINK_LIFE, SESSION_LIFE, TRIES, SignIn, TooManyTries, fits, form_token
from storage.commit import Change
from storage.redis import Database
from storage.sessions import SessionStore
from storage.team import Role
from tests.world import World, world_on


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path) as made:
        yield made


@pytest.fixture
def sign_in(world: World) -> SignIn:
    return SignIn(world.database, world.audit, world.clock)


async def test_a_link_shows_whose_it_is_and_lets_in_once(world: World, sign_in: SignIn) -> None:
    ana = await world.member("Ana", Role.approver)
    code = await sign_in.link(world.ws, ana.id, surface="terminal")
    for _ in range(2):
        shown = await sign_in.whose(code, "here")
        assert shown is not None and shown.name == "Ana"
    cookies = await asyncio.gather(*(sign_in.enter(code, "here", "Firefox") for _ in range(5)))
    [cookie] = [each for each in cookies if each]
    assert await sign_in.whose(code, "elsewhere") is None
    seen = await sign_in.signed_in(cookie)
    assert seen is not None and seen.member.id == ana.id and seen.session.agent == "Firefox"


async def test_a_link_ends_after_a_quarter_of_an_hour(world: World, sign_in: SignIn) -> None:
    code = await sign_in.link(world.ws, world.owner.id, surface="terminal")
    world.clock.move(LINK_LIFE + timedelta(seconds=1))
    assert await sign_in.whose(code, "here") is None
    assert await sign_in.enter(code, "here", "") is None


async def entered(world: World, sign_in: SignIn) -> str:
    code = await sign_in.link(world.ws, world.owner.id, surface="terminal")
    cookie = await sign_in.enter(code, "here", "Firefox")
    assert cookie
    return cookie


async def test_a_session_that_is_used_lives_on_but_not_for_ever(world: World, sign_in: SignIn) -> None:
    cookie = await entered(world, sign_in)
    gone = timedelta(0)
    while gone < SESSION_LIFE - IDLE_LIFE / 2:
        world.clock.move(IDLE_LIFE / 2)
        gone += IDLE_LIFE / 2
        assert await sign_in.signed_in(cookie), f"used within a week, after {gone}"
    world.clock.move(IDLE_LIFE / 2)
    assert await sign_in.signed_in(cookie) is None


async def test_a_session_that_nobody_uses_ends(world: World, sign_in: SignIn) -> None:
    cookie = await entered(world, sign_in)
    world.clock.move(IDLE_LIFE + timedelta(minutes=1))
    assert await sign_in.signed_in(cookie) is None


async def test_signing_out_ends_one_and_everywhere_ends_all(world: World, sign_in: SignIn) -> None:
    one, two, three = [await entered(world, sign_in) for _ in range(3)]
    seen = await sign_in.signed_in(one)
    assert seen is not None
    await sign_in.leave(seen)
    assert await sign_in.signed_in(one) is None and await sign_in.signed_in(two)
    assert await sign_in.leave_everywhere(world.owner, surface="studio") == 2
    assert await sign_in.signed_in(two) is None and await sign_in.signed_in(three) is None
    kinds = [entry.kind for entry in await world.audit.read(world.ws, subject=world.owner.subject)]
    assert kinds.count("signed in") == 3 and "signed out" in kinds and "signed out everywhere" in kinds


async def test_an_ended_session_stays_ended_when_it_is_used_at_the_same_moment(world: World, sign_in: SignIn) -> None:
    cookie = await entered(world, sign_in)
    seen = await sign_in.signed_in(cookie)
    assert seen is not None
    await sign_in.leave(seen)
    await sign_in.look_at(seen.session, "b_other")
    assert await sign_in.signed_in(cookie) is None


@pytest.mark.parametrize("cookie", ["", "x", "w_a.s_b.c", "a" * 500, "w_a.s_b." + "c" * 43, "{w}.{s}.{c}\n"])
async def test_any_other_text_is_nobody(world: World, sign_in: SignIn, cookie: str) -> None:
    assert await sign_in.signed_in(cookie) is None
    assert await sign_in.whose(cookie, "here") is None


async def test_a_wrong_secret_for_a_right_session_is_nobody(world: World, sign_in: SignIn) -> None:
    cookie = await entered(world, sign_in)
    assert await sign_in.signed_in(cookie[:-1] + ("A" if cookie[-1] != "A" else "B")) is None


async def test_guessing_is_slowed_down_for_its_place_alone(world: World, sign_in: SignIn) -> None:
    code = await sign_in.link(world.ws, world.owner.id, surface="terminal")
    for _ in range(TRIES):
        assert await sign_in.whose("w_a.i_b." + "c" * 43, "guesser") is None
    for act in (sign_in.whose(code, "guesser"), sign_in.enter(code, "guesser", "")):
        with pytest.raises(TooManyTries):
            await act
    assert await sign_in.enter(code, "here", "")


async def test_who_was_erased_does_not_come_in(world: World, sign_in: SignIn) -> None:
    cookie = await entered(world, sign_in)
    kept = await world.people.store.members.get(world.ws, world.owner.id)
    change = world.people.store.members.put(
        Change(world.ws), kept.record.changed(erased_at=world.clock.now()), world.owner.id, ver=kept.ver, at=1.0
    )
    await world.people.save(change)
    assert await sign_in.signed_in(cookie) is None
    with pytest.raises(NotAllowed):
        await sign_in.link(world.ws, world.owner.id, surface="terminal")


async def test_nothing_secret_is_stored(world: World, sign_in: SignIn) -> None:
    cookie = await entered(world, sign_in)
    secret = cookie.rpartition(".")[2]
    stored = await SessionStore(world.database).of_member(world.ws, world.owner.id, world.clock.now())
    assert stored and all(secret not in session.dump() for session in stored)
    client = world.database.client
    async for key in client.scan_iter(match="*session*"):
        if await client.type(key) == "hash":
            assert secret not in str(await client.hgetall(key))


def test_a_form_belongs_to_its_session() -> None:
    one, two = form_token("cookie"), form_token("cookie")
    assert one != two and fits("cookie", one) and fits("cookie", two)
    assert not fits("another", one)
    for other in ("", "x", one[:-1], one[:-1] + "é", "0" * 96):
        assert not fits("cookie", other)
