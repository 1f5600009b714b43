"""Databases that are real, for every test that needs one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, settings

from storage.embedded import EmbeddedValkey
from storage.redis import Database, connect
from tests.fakes.valkey import throwaway_valkey, valkey_cluster_nodes

# Examples are judged by what they find, never by how long a busy machine takes for one.
settings.register_profile("admind", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("admind")


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A server for the whole run; `database` empties it before each test."""
    with throwaway_valkey() as url:
        yield url


@pytest.fixture
async def database(valkey_url: str) -> AsyncIterator[Database]:
    """An empty database."""
    async with connect(valkey_url) as found:
        await cast(Any, found.client).flushall()
        yield found


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[EmbeddedValkey]:
    """AdMind's own database, as it is in production."""
    async with EmbeddedValkey(tmp_path / "data") as server:
        yield server


@pytest.fixture
async def durable_database(embedded: EmbeddedValkey) -> AsyncIterator[Database]:
    """An empty database in which every acknowledged write is on the disk."""
    async with connect(embedded.url) as found:
        yield found


@pytest.fixture(scope="session")
def valkey_cluster() -> Iterator[str]:
    """The URL of a cluster of three."""
    with valkey_cluster_nodes() as url:
        yield url


@pytest.fixture
async def cluster_database(valkey_cluster: str) -> AsyncIterator[Database]:
    """An empty database that is a cluster."""
    async with connect(valkey_cluster) as found:
        await cast(Any, found.client).flushall(target_nodes="primaries")
        yield found
