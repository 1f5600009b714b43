"""One browser and one AdMind a module; tests that need an untouched one start their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import Visitor, chromium, visitor
from tests.handlers.serving import Served, serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("studio")) as running:
        yield running


@pytest.fixture
def ana(browser: Browser, served: Served) -> Iterator[Visitor]:
    """The owner, on a laptop."""
    with visitor(browser, served) as found:
        yield found
