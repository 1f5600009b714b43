"""Each channel has a page for people: how to connect it, what it can and cannot do, and what it costs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.bot.channels.test_limits import CHANNELS

GUIDES = Path(__file__).parents[3] / "docs" / "channels"
PAGE = {"discord_webhook": "discord"}  # both ways stand on one


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channels_page_says_how_what_what_not_and_for_how_much(name: str) -> None:
    page = (GUIDES / f"{PAGE.get(name, name)}.md").read_text(encoding="utf-8")
    steps = re.findall(r"^\d\. ", page, re.MULTILINE)
    assert len(steps) >= 3 or name == "feed", "click by click"
    assert re.search(r"^(?:- )?Not done: \w", page, re.MULTILINE), "what it cannot"
    assert re.search(r"\*\*Costs\*\* |It costs nothing|^## What it costs", page, re.MULTILINE), "what it costs"
    assert "## Ads and AI" in page
    seconds = int(CHANNELS[name].capabilities.asked_every.total_seconds())
    said = {3600: "every hour", 1200: "every 20 minutes", 600: "every ten minutes"}[seconds]
    told = re.findall(r"every (?:\w+ )?(?:hours?|minutes?)\b", " ".join(page.split()))
    assert set(told) <= {said}, "how often the access is asked after"
