"""Whatever opens an address for somebody, none of these roads leads inside: one trap, every road, many spellings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.drafting.opening import Opened, Unread
from bot.errors import AdMindError
from bot.fetch import fetch
from bot.workflow.opening import LinkOpening
from bot.workflow.proving import Settling
from tests.bot.test_fetch import page, serving
from tests.bot.workflow.test_claims import worded
from tests.bot.workflow.test_sources import House, house_at

SPELLED = (
    "127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "localhost", "[::1]", "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "①②⑦.0.0.1", "127%2e0%2e0%2e1", "example.com@127.0.0.1", "0",
)  # fmt: skip
# channel → the options that name servers, other options, and secrets as they would be pasted
SERVERS = {
    "mastodon": (("server",), {}, {"access_token": "t"}),
    "wordpress": (("server",), {"user": "u"}, {"app_password": "abcd efgh ijkl mnop qrst uvwx"}),
    "ghost": (("server",), {}, {"admin_key": "0" * 24 + ":" + "0" * 64}),
    "bluesky": (("app_view", "directory", "server"), {"handle": "velo.bsky.social"}, {"app_password": "p"}),
}
Road = Callable[[str], Awaitable[object]]


async def test_no_road_of_a_running_admind_reaches_the_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule for ports is widened to the trap's, so that it is the addresses that must be refused."""
    async with serving(page(b"<p>All the secrets of the house.</p>"), ["0.0.0.0", "::1"]) as inside:
        for module in ("bot.fetch.addresses", "bot.fetch.dialler"):
            monkeypatch.setattr(f"{module}.WEB_PORTS", frozenset({80, 443, inside.port}))
        async with house_at(tmp_path) as house:
            roads = await _roads(house)
            for host in SPELLED:
                url = f"http://{host}:{inside.port}/"
                for name, road in roads.items():
                    try:
                        came = await road(url)
                    except (AdMindError, Unread):
                        continue
                    assert not came, f"{name} opened {url}"
        assert inside.connections == 0


async def _roads(house: House) -> dict[str, Road]:
    admind = house.admind
    workspace, brand, owner = admind.workspace.id, admind.workspace.default_brand, house.owner.id
    draft = await worded(house, "Now CHF 1990.")
    links = LinkOpening(admind.client, admind.clock)

    async def source(url: str) -> bool:
        found, text = await admind._sources.look(url)
        return bool(text) or not found.problem

    async def link(url: str) -> bool:
        return any(each.status for each in await links.look([url], draft="d_1", given=[url], but=[]))

    async def proof(url: str) -> object:
        who = Settling(workspace=workspace, draft=draft.id, member=owner, claim="CHF 1990", surface="test")
        return await admind.proving.supply(who, link=url)

    async def opened(url: str) -> Opened | None:
        return await admind.opening.open(url)

    def server(channel: str) -> Road:
        named, options, secrets = SERVERS[channel]

        async def connect(url: str) -> object:
            return await admind.accounts.connect(
                workspace, brand, channel, "A", dict.fromkeys(named, url) | options, dict(secrets)
            )

        return connect

    return {
        "source, and reading it again": source,
        "feed": opened,
        "watched feed": lambda url: admind.watching.add(workspace, owner, brand, url),
        "import": lambda url: admind.importing.propose(workspace, owner, brand, url, posts=()),
        "link check": link,
        "evidence": proof,
        "image server": lambda url: fetch(admind.picture_client, url),
        **{f"server of {channel}": server(channel) for channel in SERVERS},
    }
