"""`docs/disclosure.md` says of each channel what its adapter does."""

from __future__ import annotations

import re
from pathlib import Path

from bot.channels.base import Channel
from tests.bot.channels.test_limits import CHANNELS

DOCS = Path(__file__).parents[3] / "docs"


def said(channel: Channel) -> tuple[str, str]:
    flags = channel.capabilities.flags
    ad, ai = ("label" if flag in flags else "text" for flag in ("paid_partnership", "ai_generated"))
    return ad, ai


def test_the_table_says_what_each_adapter_does() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (\w+) \| \S.* \|$", (DOCS / "disclosure.md").read_text(), re.MULTILINE)
    assert {name: (ad, ai) for name, ad, ai in rows} == {name: said(each) for name, each in CHANNELS.items()}


def test_each_page_leads_there() -> None:
    pages = [page for page in (DOCS / "channels").glob("*.md") if page.stem != "limits"]
    assert pages and all("(../disclosure.md)" in page.read_text() for page in pages)
