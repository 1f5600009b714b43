"""Installing into many workspaces by OAuth: states, tokens that are kept encrypted and rotate, codes, removal."""

from __future__ import annotations

import html
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from bot.bootstrap import AdMind
from bot.chat import Identified, Role
from bot.clock import MovableClock
from bot.settings import load_settings
from handlers.slack.living import lived
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Message
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack_server import Fault, SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.office import all_of, running, served, whispered
from tests.handlers.slack.test_journeys import ASK


def authorization(page: str) -> str:
    found = re.search(r'href="([^"]*/oauth/v2/authorize[^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


@dataclass
class Public:
    """AdMind on the internet, which any Slack workspace may install."""

    slack: SlackServer
    admind: AdMind
    address: str

    async def install(self, person: Person) -> httpx2.Response:
        """All of the browser's way."""
        async with httpx2.AsyncClient(trust_env=False) as browser:
            page = await browser.get(f"{self.address}/slack/install")
            assert page.status_code == 200
            wanted = authorization(page.text)
            cookie = page.headers["set-cookie"].partition(";")[0]
            back = person.agree(wanted)
            return await browser.get(back, headers={"Cookie": cookie})


@pytest.fixture
async def public(slack: SlackServer, clock: MovableClock, tmp_path: Path) -> AsyncIterator[Public]:
    async with opened(slack, clock, tmp_path / "data") as public:
        yield public


@asynccontextmanager
async def opened(slack: SlackServer, clock: MovableClock, folder: Path, **more: str) -> AsyncIterator[Public]:
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    given = {
        "ADMIND_PUBLIC_URL": address,
        "ADMIND_DATA_DIR": str(folder),
        "ADMIND_SLACK_API_URL": slack.api,
        "ADMIND_SLACK_CLIENT_ID": slack.world.client,
        "ADMIND_SLACK_CLIENT_SECRET": slack.world.client_secret,
        "ADMIND_SLACK_SIGNING_SECRET": slack.signing_secret,
    }
    settings = load_settings(given | more)
    async with AdMind(settings, clock=clock) as admind, lived(admind) as living, served(living, listener):
        await admind.start()
        slack.over_http(f"{address}/slack/events")
        yield Public(slack, admind, address)


async def test_who_installs_owns_it_and_is_greeted(public: Public, slack: SlackServer) -> None:
    house = slack.workspace("bakery")
    boris = house.person("boris")
    done = await public.install(boris)
    assert done.status_code == 200, done.text
    member = await public.admind.homes.member(Identified(platform="slack", team=house.team.id, user=boris.id))
    assert member is not None and any(Role.owner in roles for roles in member.roles.values())
    dm = slack.world.dm(house.team, boris.id)
    await until(lambda: any("I am AdMind" in all_of(each) for each in dm.messages.values()), "a greeting")


async def test_a_state_is_good_once(public: Public, slack: SlackServer) -> None:
    house = slack.workspace("bakery")
    boris = house.person("boris")
    async with httpx2.AsyncClient(trust_env=False) as browser:
        page = await browser.get(f"{public.address}/slack/install")
        wanted = authorization(page.text)
        cookie = {"Cookie": page.headers["set-cookie"].partition(";")[0]}
        assert (await browser.get(boris.agree(wanted))).status_code == 400, "another browser"
        assert (await browser.get(boris.agree(wanted), headers=cookie)).status_code == 200
        assert (await browser.get(boris.agree(wanted), headers=cookie)).status_code == 401


async def test_workspaces_know_nothing_of_each_other_until_a_code_joins_them(
    public: Public, slack: SlackServer
) -> None:
    one, two = slack.workspace("bakery"), slack.workspace("mill")
    boris, mia = one.person("boris"), two.person("mia")
    await public.install(boris)
    await public.install(mia)
    assert await workspace_of(public, one) != await workspace_of(public, two)
    lounge, hall = one.channel("lounge", boris), two.channel("hall", mia)
    await boris.slash(lounge, "/admind", "code")
    told = await whispered(boris, lounge, "/admind join")
    code = all_of(told).split("/admind join ")[1][:14]
    await mia.slash(hall, "/admind", f"join {code}")
    await whispered(mia, hall, "works with the other one")
    assert await workspace_of(public, one) == await workspace_of(public, two)


async def test_two_workspaces_that_a_code_joined_see_the_same_cards_and_either_decides(
    public: Public, slack: SlackServer
) -> None:
    one, two = slack.workspace("bakery"), slack.workspace("mill")
    boris, mia = one.person("boris"), two.person("mia")
    await public.install(boris)
    await public.install(mia)
    lounge, hall = one.channel("lounge", boris), two.channel("hall", mia)
    await boris.slash(lounge, "/admind", "code")
    code = all_of(await whispered(boris, lounge, "/admind join")).split("/admind join ")[1][:14]
    await mia.slash(hall, "/admind", f"join {code}")
    await whispered(mia, hall, "works with the other one")
    workspace, homes = await workspace_of(public, one), public.admind.homes
    owner = await homes.member(Identified(platform="slack", team=one.team.id, user=boris.id))
    assert owner is not None
    brand = (await public.admind.looking.brands(workspace, owner.id)).items[0].id
    group = two.group("approvers", mia)
    await homes.tie(workspace, owner, "slack", one.team.id, lounge.id, "lounge", brand, "review")
    await homes.tie(workspace, owner, "slack", two.team.id, hall.id, "hall", brand, "review")
    await homes.tie_group(workspace, owner, "slack", two.team.id, group.id, brand, [Role.approver])
    await boris.slash(lounge, "/admind", ASK)
    here, there = await card_in(lounge), await card_in(hall)
    assert here.metadata["event_payload"]["digest"] == there.metadata["event_payload"]["digest"]
    # Nobody vouches that mia is not boris under another name, so a veto of hers counts and an approval would not.
    await mia.react(there, "x")
    await until(lambda: "ejected" in here.words and "ejected" in there.words, "both cards say so", seconds=30)
    await two.revoke()
    assert await homes.home("slack", two.team.id) is None and await homes.home("slack", one.team.id) is not None
    dm = slack.world.dm(one.team, boris.id)
    await until(
        lambda: any("was removed from mill" in each.words for each in dm.messages.values()), "owners hear of it"
    )


async def card_in(channel: Channel) -> Message:
    def cards() -> list[Message]:
        return [each for each in channel.messages.values() if each.metadata.get("event_payload", {}).get("digest")]

    await until(lambda: bool(cards()), "a card", seconds=30)
    return cards()[-1]


async def test_a_code_that_is_no_good_says_so_and_a_stranger_uses_none(public: Public, slack: SlackServer) -> None:
    one, two = slack.workspace("bakery"), slack.workspace("mill")
    boris, mia = one.person("boris"), two.person("mia")
    await public.install(boris)
    await public.install(mia)
    lounge, hall = one.channel("lounge", boris), two.channel("hall", mia)
    await boris.slash(lounge, "/admind", "code")
    code = all_of(await whispered(boris, lounge, "/admind join")).split("/admind join ")[1][:14]
    await mia.slash(hall, "/admind", "join ABCD-EFGH-JKLM")
    await whispered(mia, hall, "This code is not good")
    nils = two.person("nils")
    hall.members.add(nils.id)
    await nils.slash(hall, "/admind", f"join {code}")
    await whispered(nils, hall, "I don't know you here yet")
    assert await workspace_of(public, one) != await workspace_of(public, two)


async def test_who_the_settings_name_owns_it_whoever_installs(
    slack: SlackServer, clock: MovableClock, tmp_path: Path
) -> None:
    house = slack.workspace("bakery")
    boris, olga = house.person("boris"), house.person("olga")
    async with opened(slack, clock, tmp_path / "data", ADMIND_OWNERS=f"slack:{olga.id}") as public:
        await public.install(olga)
        lounge = house.channel("lounge", boris, olga)
        await olga.slash(lounge, "/admind", "code")
        await whispered(olga, lounge, "/admind join")
        await boris.slash(lounge, "/admind", "code")
        await whispered(boris, lounge, "I don't know you here yet")
        assert await workspace_of(public, house) == public.admind.workspace.id


async def test_revoked_tokens_stop_work_and_are_deleted(public: Public, slack: SlackServer) -> None:
    house = slack.workspace("bakery")
    boris = house.person("boris")
    await public.install(boris)
    workspace = await workspace_of(public, house)
    await house.revoke()
    assert await public.admind.homes.home("slack", house.team.id) is None
    assert await public.admind.installations.find("slack", house.team.id) is None
    assert list(await public.admind.board.homes(workspace)) == ["inbox"]
    assert (await public.install(boris)).status_code == 200
    assert await workspace_of(public, house) == workspace, "the same home, revived"


async def workspace_of(public: Public, house: Workspace) -> str:
    home = await public.admind.homes.home("slack", house.team.id)
    assert home is not None
    return home.workspace


@pytest.mark.parametrize("door", ["sockets", "http"])
async def test_the_owner_of_a_pasted_token_is_greeted_once_in_their_language(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path, door: str
) -> None:
    ana.user.locale = "de-DE"
    dm = slack.world.dm(slack.team, ana.id)

    def greetings() -> list[str]:
        return [each.words for each in dm.messages.values() if "AdMind" in each.words]

    async with running(tmp_path / "data", slack, ana, room, clock=clock, door=door):
        assert len(greetings()) == 1 and greetings()[0].startswith("Ich bin AdMind.")
        assert "/admind settings" in greetings()[0] and "/admind help" in greetings()[0]
    clock.move(timedelta(hours=1))
    async with running(tmp_path / "data", slack, ana, room, clock=clock, door=door):
        assert len(greetings()) == 1


async def test_a_greeting_that_could_not_be_said_comes_at_the_next_start(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    dm = slack.world.dm(slack.team, ana.id)
    slack.web.fail("conversations.open", Fault(error="missing_scope"), times=1)
    async with running(tmp_path / "data", slack, ana, room, clock=clock):
        assert not dm.messages
    async with running(tmp_path / "data", slack, ana, room, clock=clock):
        assert [each.words.startswith("I am AdMind.") for each in dm.messages.values()] == [True]
