"""What keeps things is tried on one server and on a cluster, where a script's keys must lie together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from storage.redis import Database, connect

ONE_SERVER, CLUSTER = "one server", "cluster"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Of everything that asks for a database."""
    if "database" in metafunc.fixturenames:
        alone = metafunc.definition.get_closest_marker("one_server") is not None
        metafunc.parametrize("database", [ONE_SERVER] if alone else [ONE_SERVER, CLUSTER], indirect=True)


@pytest.fixture
async def database(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """An empty database."""
    cluster = request.param == CLUSTER
    async with connect(request.getfixturevalue("valkey_cluster" if cluster else "valkey_url")) as found:
        await cast(Any, found.client).flushall(**({"target_nodes": "primaries"} if cluster else {}))
        yield found
