"""A door gives an adapter what it may use, and turns what is missing into a clear no before anything is sent."""

from __future__ import annotations

import hashlib

import pytest

from bot.accounts.door import AccountDoor, Given
from bot.channels.base import ChannelRefused, ProvenNotSent
from storage.redis import StorageUnavailable
from tests.bot.channels.benches import BASE_URL, Blobs, NoNetwork, Standing, blank_account

PICTURE = b"the approved bytes"
NAME = hashlib.sha256(PICTURE).hexdigest()


class Tampered:
    async def get(self, sha256: str) -> bytes:
        return PICTURE + b"!"


class Away:
    async def get(self, *_: str) -> bytes:
        raise StorageUnavailable()


class AwaySecrets:
    async def get(self, workspace: str, account: str, name: str) -> str | None:
        raise StorageUnavailable()


def door(blobs: Blobs | Tampered | Away, secrets: Given | AwaySecrets | None = None) -> AccountDoor:
    return AccountDoor(
        blank_account("webhook"),
        secrets=secrets or Given({"token": "t0p-s3cret"}),
        blobs=blobs,
        client=NoNetwork(),
        base_url=BASE_URL + "/",
        clock=Standing(),
    )


async def test_approved_bytes_come_out_as_they_are() -> None:
    assert await door(Blobs(PICTURE)).blob(NAME) == PICTURE


async def test_bytes_that_changed_or_went_away_are_a_clear_no() -> None:
    for blobs in (Tampered(), Blobs()):
        with pytest.raises(ChannelRefused) as refused:
            await door(blobs).blob(NAME)
        assert refused.value.code == "picture"


async def test_a_database_that_is_away_means_try_later() -> None:
    with pytest.raises(ProvenNotSent):
        await door(Away()).blob(NAME)
    with pytest.raises(ProvenNotSent):
        await door(Blobs(), AwaySecrets()).secret("token")


async def test_a_secret_that_is_missing_is_a_clear_no() -> None:
    assert await door(Blobs()).secret("token") == "t0p-s3cret"
    with pytest.raises(ChannelRefused) as refused:
        await door(Blobs()).secret("other")
    assert refused.value.code == "unauthorized"


async def test_public_addresses_join_with_one_slash_and_secrets_do_not_show() -> None:
    found = door(Blobs())
    assert found.public("/posts/p_1") == found.public("posts/p_1") == f"{BASE_URL}/posts/p_1"
    assert "t0p-s3cret" not in repr(found) + str(vars(found))
