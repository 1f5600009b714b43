"""A token opens what it was made for, until it ends; its secret is nowhere to be found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import ValidationError

from bot.clock import MovableClock
from storage import keys
from storage.errors import NotFound
from storage.redis import Database
from storage.tokens import Token, TokenStore

START = datetime(2026, 3, 1, tzinfo=UTC)


async def everything(database: Database) -> str:
    client, found = cast(Any, database.client), []
    read = {"hash": client.hgetall, "string": client.get, "zset": lambda key: client.zrange(key, 0, -1)}
    async for key in client.scan_iter("*"):
        found.append(f"{key} {await read[await client.type(key)](key)}")
    return "\n".join(found)


async def made(store: TokenStore, **changes: Any) -> tuple[Token, str]:
    values: dict[str, Any] = {"name": "Robot", "scopes": ["read", "propose"], "member": "m_1"} | changes
    return await store.create("w_1", **values)


async def test_the_secret_leads_to_its_token_and_is_not_kept(database: Database) -> None:
    store = TokenStore(database)
    token, secret = await made(store, brands=["b_1"])
    found = await store.authenticate(secret)
    assert found is not None
    assert (found.id, found.workspace, found.member) == (token.id, "w_1", "m_1")
    assert (found.scopes, found.brands) == (frozenset({"read", "propose"}), frozenset({"b_1"}))
    stored = await everything(database)
    assert token.id in stored
    assert secret not in stored
    assert secret[4:] not in stored


@pytest.mark.parametrize(
    "secret", ["", "adm_", "adm_" + "A" * 43, "Bearer x", "adm_" + "é" * 43, "x" * 100_000, "\ud800"]
)
async def test_anything_else_is_a_stranger(database: Database, secret: str) -> None:
    store = TokenStore(database)
    await made(store)
    assert await store.authenticate(secret) is None


async def test_a_token_that_was_revoked_or_expired_is_a_stranger(database: Database) -> None:
    clock = MovableClock(START)
    store = TokenStore(database, clock.now)
    token, secret = await made(store)
    _, brief = await made(store, expires_at=clock.now() + timedelta(hours=1))
    assert await store.authenticate(brief) is not None
    clock.move(timedelta(hours=2))
    assert await store.authenticate(brief) is None
    assert await store.authenticate(secret) is not None
    revoked = await store.revoke("w_1", token.id)
    assert revoked.revoked_at is not None
    assert await store.authenticate(secret) is None
    assert await store.revoke("w_1", token.id) == revoked
    assert await store.rebuild("w_1") == 1
    assert await store.authenticate(secret) is None
    with pytest.raises(NotFound):
        await store.revoke("w_1", "k_none")


async def test_a_look_up_alone_opens_nothing(database: Database) -> None:
    store = TokenStore(database)
    token, secret = await made(store)
    _, other = await made(store)
    for key in [key async for key in cast(Any, database.client).scan_iter(keys.lookup("token", "*"))]:
        await database.client.set(key, f"w_1|{token.id}")
    assert await store.authenticate(other) is None
    assert await store.authenticate(secret) is not None


async def test_lost_look_ups_are_made_again(database: Database) -> None:
    store = TokenStore(database)
    _, secret = await made(store)
    for key in [key async for key in cast(Any, database.client).scan_iter(keys.lookup("token", "*"))]:
        await database.client.delete(key)
    assert await store.authenticate(secret) is None
    assert await store.rebuild("w_1") == 1
    assert await store.authenticate(secret) is not None


async def test_the_list_shows_when_each_was_last_used(database: Database) -> None:
    clock = MovableClock(START)
    store = TokenStore(database, clock.now)
    first, secret = await made(store, name="first")
    clock.move(timedelta(minutes=1))
    await made(store, name="second")
    await store.authenticate(secret)
    clock.move(timedelta(seconds=20))
    await store.authenticate(secret)
    newest, oldest = await store.list("w_1")
    assert (newest.name, oldest.name, newest.last_used_at) == ("second", "first", None)
    assert oldest.last_used_at is not None
    assert timedelta(0) <= oldest.last_used_at - START - timedelta(minutes=1) < timedelta(seconds=20)
    assert first.last_used_at is None
    assert await store.list("w_2") == ()


async def test_a_token_needs_known_scopes(database: Database) -> None:
    store = TokenStore(database)
    with pytest.raises(ValidationError):
        await made(store, scopes=["rule"])
    with pytest.raises(ValidationError):
        await made(store, scopes=[])


async def test_the_file_token_is_private_kept_and_cannot_decide(database: Database, tmp_path: Path) -> None:
    store = TokenStore(database)
    token = await store.ensure_file_token(tmp_path / "data", workspace="w_1", member="m_1")
    file = tmp_path / "data" / "token"
    assert file.stat().st_mode & 0o777 == 0o600
    found = await store.authenticate(file.read_text().strip())
    assert found is not None
    assert (found.id, found.scopes) == (token.id, frozenset({"read", "propose"}))
    assert (await store.ensure_file_token(tmp_path / "data", workspace="w_1", member="m_1")).id == token.id


async def test_data_directories_on_one_database_leave_each_others_file_tokens_alone(
    database: Database, tmp_path: Path
) -> None:
    store = TokenStore(database)
    places = [tmp_path / "web", tmp_path / "worker"]
    tokens = [await store.ensure_file_token(place, workspace="w_1", member="m_1") for place in places]
    again = [await store.ensure_file_token(place, workspace="w_1", member="m_1") for place in places]
    assert [token.id for token in again] == [token.id for token in tokens]
    (places[1] / "token").unlink()
    await store.ensure_file_token(places[1], workspace="w_1", member="m_1")
    valid = [token.id for token in await store.list("w_1") if token.valid(datetime.now(UTC))]
    assert tokens[0].id in valid and tokens[1].id not in valid and len(valid) == 2


@pytest.mark.parametrize("spoil", ["remove", "garbage", "readable", "link", "revoke", "another member"])
async def test_a_file_token_that_does_not_serve_is_replaced(database: Database, tmp_path: Path, spoil: str) -> None:
    store = TokenStore(database)
    token = await store.ensure_file_token(tmp_path, workspace="w_1", member="m_1")
    file = tmp_path / "token"
    secret = file.read_text().strip()
    match spoil:
        case "remove":
            file.unlink()
        case "garbage":
            file.write_bytes(b"\xff\x00")
        case "readable":
            file.chmod(0o644)
        case "link":
            file.rename(tmp_path / "other")
            file.symlink_to(tmp_path / "other")
        case "revoke":
            await store.revoke("w_1", token.id)
    member = "m_2" if spoil == "another member" else "m_1"
    fresh = await store.ensure_file_token(tmp_path, workspace="w_1", member=member)
    assert fresh.id != token.id
    assert not file.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o600
    assert await store.authenticate(secret) is None
    found = await store.authenticate(file.read_text().strip())
    assert found is not None
    assert found.member == member
