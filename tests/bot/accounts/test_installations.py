"""What a platform gave at an install is nobody's to read without the keys, and gone when AdMind is removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from bot.accounts.installations import Installations
from storage.credentials import SecretUnreadable, load_or_create_keys
from storage.redis import Database

CANARY = "xoxb-canary-1234567890"
GIVEN = {"bot_token": CANARY, "scopes": ["chat:write"], "bot": {"id": "B1"}}


@pytest.fixture
def installations(database: Database, tmp_path: Path) -> Installations:
    return Installations(database, load_or_create_keys(tmp_path))


async def test_it_comes_back_as_it_was_given_and_lies_encrypted(
    database: Database, installations: Installations
) -> None:
    await installations.save("slack", "T1", "", GIVEN)
    await installations.save("slack", "T1", "U1", {"user_token": CANARY})
    assert await installations.find("slack", "T1") == GIVEN
    assert await installations.find("slack", "T1", "U1") == {"user_token": CANARY}
    assert await installations.find("slack", "T2") is None
    assert await installations.find("discord", "T1") is None
    kept = await cast(Any, database.client).hgetall("admind:{sys}:installs:slack")
    assert len(kept) == 2
    assert CANARY not in repr(kept)


async def test_a_value_that_was_moved_to_another_team_is_refused(
    database: Database, installations: Installations
) -> None:
    await installations.save("slack", "T1", "", GIVEN)
    client = cast(Any, database.client)
    await client.hset("admind:{sys}:installs:slack", "T2|", await client.hget("admind:{sys}:installs:slack", "T1|"))
    with pytest.raises(SecretUnreadable):
        await installations.find("slack", "T2")


async def test_removal_leaves_nothing_of_a_team_and_all_of_the_others(installations: Installations) -> None:
    for team, user in (("T1", ""), ("T1", "U1"), ("T1", "U2"), ("T12", "")):
        await installations.save("slack", team, user, GIVEN)
    await installations.delete("slack", "T1", "U2")
    assert await installations.find("slack", "T1", "U1") == GIVEN
    await installations.delete("slack", "T1")
    assert await installations.teams("slack") == ("T12",)
    assert await installations.find("slack", "T1", "U1") is None


async def test_new_keys_reach_it_too(database: Database, tmp_path: Path) -> None:
    vault = load_or_create_keys(tmp_path)
    installations = Installations(database, vault)
    await installations.save("slack", "T1", "", GIVEN)
    vault.add_key()
    assert await installations.rotate() == 1
    assert await installations.rotate() == 0
    (tmp_path / "secret.key").write_text((tmp_path / "secret.key").read_text().split()[0] + "\n")
    assert await Installations(database, load_or_create_keys(tmp_path)).find("slack", "T1") == GIVEN


async def test_a_state_is_good_once_and_for_its_platform(database: Database, installations: Installations) -> None:
    state = await installations.issue_state("slack")
    assert not await installations.consume_state("discord", state)
    assert not await installations.consume_state("slack", state + "x")
    assert await installations.consume_state("slack", state)
    assert not await installations.consume_state("slack", state)
    other = await installations.issue_state("slack")
    lives = [await database.client.pttl(key) async for key in database.client.scan_iter("*install-state*")]
    assert len(lives) == 1
    assert 0 < lives[0] <= 600_000, other
