"""One AdMind for all tests of the web side: they do not disturb each other, since each makes its own drafts."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.handlers.serving import Served, serving


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served"), {"ADMIND_MCP": "on"}) as served:
        brand = served.admind.workspace.default_brand  # tests add members who might decide too
        allowed = served.owner("PATCH", f"/brands/{brand}", {"self_approval": "allowed"})
        assert allowed.status_code == 200, allowed.text
        yield served


@pytest.fixture
def reader(running: Served) -> Iterator[httpx2.Client]:
    with running.client(running.token("read")) as client:
        yield client


@pytest.fixture
def proposer(running: Served) -> Iterator[httpx2.Client]:
    with running.client(running.token("read", "propose")) as client:
        yield client


@pytest.fixture
def decider(running: Served) -> Iterator[httpx2.Client]:
    with running.client(running.token("read", "propose", "decide")) as client:
        yield client
