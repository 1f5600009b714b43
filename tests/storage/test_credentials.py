"""Secrets are unreadable without the key, keys can be renewed, and a wrong key is told before anything happens."""

from __future__ import annotations

import asyncio
import base64
import os
import pickle
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from storage import keys
from storage.credentials import (
    KEY_CHECK,
    KEY_FILE,
    Credentials,
    KeyMalformed,
    KeyMismatch,
    SecretUnreadable,
    Vault,
    check_keys,
    keys_rotated,
    load_or_create_keys,
)
from storage.redis import Database


def fresh_key() -> str:
    return Fernet.generate_key().decode()


async def raw(database: Database, *command: str) -> Any:
    return await cast(Any, database.client).execute_command(*command)


@given(data=st.binary(max_size=300))
def test_what_is_encrypted_comes_back(data: bytes) -> None:
    vault = Vault([fresh_key()])
    sealed = vault.encrypt(data)
    assert vault.decrypt(sealed) == data
    assert vault.encrypt(data) != sealed


@pytest.mark.parametrize(
    "key",
    ["", "hunter2", "a" * 44, "ü" * 44, fresh_key()[:-1], fresh_key() + "A"],
    ids=["empty", "word", "no base64", "no ascii", "short", "long"],
)
def test_a_malformed_key_is_refused_with_the_fix_and_without_being_shown(key: str) -> None:
    with pytest.raises(KeyMalformed) as caught:
        Vault([fresh_key(), key])
    said = caught.value.sentence()
    assert said.startswith("ADMIND_SECRET_KEYS: key number 2")
    assert "openssl rand" in said
    assert not key or key not in said


def test_both_alphabets_of_base64_are_taken() -> None:
    raw_key = b"\xff\xfe" * 16
    sealed = Vault([base64.b64encode(raw_key).decode()]).encrypt(b"x")
    assert Vault([base64.urlsafe_b64encode(raw_key).decode()]).decrypt(sealed) == b"x"


def test_no_key_at_all_is_refused() -> None:
    with pytest.raises(KeyMalformed):
        Vault([])


def test_older_keys_still_read_and_renewing_moves_to_the_newest() -> None:
    old, new = fresh_key(), fresh_key()
    sealed = Vault([old]).encrypt(b"x")
    both = Vault([new, old])
    assert both.decrypt(sealed) == b"x"
    renewed = both.renewed(sealed)
    assert renewed is not None
    assert Vault([new]).decrypt(renewed) == b"x"
    assert both.renewed(renewed) is None
    with pytest.raises(SecretUnreadable):
        Vault([new]).decrypt(sealed)


def test_neither_repr_nor_pickle_gives_a_key_away() -> None:
    key = fresh_key()
    vault = Vault([key])
    assert key not in repr(vault)
    assert str(base64.urlsafe_b64decode(key)) not in repr(vault)
    with pytest.raises(TypeError):
        pickle.dumps(vault)


@given(purpose=st.text(max_size=20), other=st.text(max_size=20), message=st.binary(max_size=100))
def test_a_signature_fits_its_purpose_and_message_only(purpose: str, other: str, message: bytes) -> None:
    old, new = fresh_key(), fresh_key()
    signature = Vault([old]).sign(purpose, message)
    assert len(signature) == 64
    both = Vault([new, old])
    assert both.verify(purpose, message, signature)
    assert both.verify(other, message, signature) == (other == purpose)
    assert not both.verify(purpose, message + b"!", signature)
    assert not Vault([new]).verify(purpose, message, signature)


@pytest.mark.parametrize("signature", ["", "é" * 64, "\ud800", "0" * 64, "0" * 100_000])
def test_garbage_is_no_signature(signature: str) -> None:
    assert not Vault([fresh_key()]).verify("p", "m", signature)


def test_a_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    sealed = load_or_create_keys(tmp_path / "data").encrypt(b"x")
    file = tmp_path / "data" / KEY_FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_or_create_keys(tmp_path / "data").decrypt(sealed) == b"x"
    assert list((tmp_path / "data").iterdir()) == [file]


async def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    vaults = await asyncio.gather(*(asyncio.to_thread(load_or_create_keys, tmp_path) for _ in range(8)))
    assert len({vault.sign("p", "m") for vault in vaults}) == 1


def test_configured_keys_win_and_no_file_is_made(tmp_path: Path) -> None:
    load_or_create_keys(tmp_path, [fresh_key()])
    assert list(tmp_path.iterdir()) == []


def test_an_empty_or_spoilt_key_file_is_told_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / KEY_FILE
    for content in (b"", b"\n", b"not a key\n", os.urandom(64) + b"\xff"):
        file.write_bytes(content)
        with pytest.raises(Exception, match="key"):
            load_or_create_keys(tmp_path)
        assert file.read_bytes() == content


async def test_a_wrong_key_is_told_at_the_start_and_changes_nothing(database: Database) -> None:
    old, new = fresh_key(), fresh_key()
    await check_keys(database, Vault([old]))
    await check_keys(database, Vault([old]))
    before = await raw(database, "GET", KEY_CHECK)
    with pytest.raises(KeyMismatch) as caught:
        await check_keys(database, Vault([new]))
    assert "Put the old key back" in caught.value.sentence()
    assert "Nothing was changed" in caught.value.sentence()
    assert await raw(database, "GET", KEY_CHECK) == before
    await check_keys(database, Vault([new, old]))


async def test_an_old_key_may_go_only_after_everything_was_rotated(database: Database) -> None:
    old, new = fresh_key(), fresh_key()
    await check_keys(database, Vault([old]))
    both = Vault([new, old])
    await Credentials(database, Vault([old])).put("w", "a_1", "password", "hunter2")
    await check_keys(database, both)
    with pytest.raises(KeyMismatch):
        await check_keys(database, Vault([new]))
    credentials = Credentials(database, both)
    assert await credentials.rotate("w") == 1
    assert await credentials.rotate("w") == 0
    await keys_rotated(database, both)
    await check_keys(database, Vault([new]))
    assert await Credentials(database, Vault([new])).get("w", "a_1", "password") == "hunter2"


async def test_secrets_are_kept_per_account_and_never_in_clear(database: Database) -> None:
    credentials = Credentials(database, Vault([fresh_key()]))
    await credentials.put("w", "a_1", "password", "hunter2-ümlaut")
    await credentials.put("w", "a_1", "user", "ana")
    await credentials.put("w", "a_10", "password", "other")
    assert await credentials.get("w", "a_1", "password") == "hunter2-ümlaut"
    assert await credentials.get("w", "a_1", "nothing") is None
    assert await credentials.get("w_2", "a_1", "password") is None
    assert await credentials.all("w", "a_1") == {"password": "hunter2-ümlaut", "user": "ana"}
    assert await credentials.all("w", "*") == {}
    assert "hunter2" not in str(await raw(database, "HGETALL", keys.of("w", "secrets")))
    assert await credentials.delete("w", "a_1", "user") == 1
    assert await credentials.delete("w", "a_1") == 1
    assert await credentials.all("w", "a_1") == {}
    assert await credentials.get("w", "a_10", "password") == "other"


async def test_a_secret_moved_to_another_account_is_refused(database: Database) -> None:
    credentials = Credentials(database, Vault([fresh_key()]))
    await credentials.put("w", "a_1", "password", "hunter2")
    stolen = await raw(database, "HGET", keys.of("w", "secrets"), "a_1|password")
    await raw(database, "HSET", keys.of("w", "secrets"), "a_2|password", stolen)
    with pytest.raises(SecretUnreadable) as caught:
        await credentials.get("w", "a_2", "password")
    assert "hunter2" not in caught.value.sentence()


async def test_secrets_work_on_a_cluster(cluster_database: Database) -> None:
    vault = Vault([fresh_key()])
    await check_keys(cluster_database, vault)
    credentials = Credentials(cluster_database, vault)
    await credentials.put("w", "a_1", "password", "hunter2")
    assert await credentials.all("w", "a_1") == {"password": "hunter2"}
    assert await credentials.delete("w", "a_1") == 1
