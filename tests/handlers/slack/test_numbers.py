"""How a post did, in Slack, over REST and in the studio: what its channel told, with its age, or that it tells none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from bot.clock import MovableClock
from handlers.web.app import create_app
from tests.fakes.faulty_http import listening
from tests.fakes.mastodon_server import MastodonServer
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.asking import answered, drafted, shown
from tests.handlers.slack.office import Office, member, running


@pytest.fixture
async def social(clock: MovableClock) -> AsyncIterator[MastodonServer]:
    async with listening(MastodonServer(now=clock.now)) as server:
        yield server


@pytest.fixture
async def town(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path, social: MastodonServer
) -> AsyncIterator[Office]:
    more = {"ADMIND_ALLOW_HOSTS": f"127.0.0.1:{social.port}"}
    async with running(tmp_path / "data", slack, ana, room, clock=clock, more=more) as office:
        home = await office.admind.looking.home(office.workspace)
        secrets = {"access_token": social.token_for("velo")}
        await office.admind.accounts.connect(
            office.workspace, home.default_brand, "mastodon", "Velo", {"server": social.origin}, secrets
        )
        yield office


@pytest.fixture
def lounge(slack: SlackServer, ana: Person) -> Channel:
    return slack.channel("lounge", ana)


async def home_says(ana: Person, words: str) -> None:
    await ana.open_home()
    await until(lambda: ana.home is not None and words in shown_home(ana), f"home says “{words}”", seconds=30)


def shown_home(ana: Person) -> str:
    return ana.home.words if ana.home is not None else ""


@asynccontextmanager
async def browsing(office: Office, ana: Person) -> AsyncIterator[httpx2.AsyncClient]:
    """Ana in the studio."""
    owner = await member(office, ana)
    code = await office.admind.sign_in.link(office.workspace, owner.id, surface="slack")
    transport = httpx2.ASGITransport(app=create_app(office.admind))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8484") as browser:
        entered = await browser.post(f"/studio/in/{code}", headers={"Origin": "http://127.0.0.1:8484"})
        assert entered.status_code == 303
        yield browser


async def test_everywhere_it_is_said_how_a_post_did_and_how_old_that_is(
    town: Office, ana: Person, lounge: Channel, clock: MovableClock, social: MastodonServer, tmp_path: Path
) -> None:
    await drafted(town, ana, lounge, "Announce our sale for Velo, today 6pm")
    await ana.react(town.cards()[0], "white_check_mark")
    await town.status(town.cards()[0], "approved")
    [post] = await town.posts()
    clock.move_to(post.due + timedelta(seconds=1))
    out = await town.published()
    assert out.receipt is not None
    await home_says(ana, "no numbers yet")
    token = (tmp_path / "data" / "token").read_text(encoding="utf-8").strip()
    async with browsing(town, ana) as browser:
        path, bearer = f"/api/v1/posts/{post.id}", {"Authorization": f"Bearer {token}"}
        before = (await browser.get(path, headers=bearer)).json()
        assert before["numbers"] is None and before["numbers_come"] is True
        assert "No numbers yet." in (await browser.get(f"/studio/posts/{post.id}")).text
    for favourites, span in ((1, timedelta(minutes=15)), (212, timedelta(hours=1))):
        social.numbers = {"favourites": favourites, "reblogs": 0, "replies": 3}
        clock.move_to(out.receipt.at + span + timedelta(seconds=1))

        async def read(wanted: int = favourites) -> bool:
            [kept] = await town.posts()
            return kept.numbers is not None and kept.numbers.counts["favourites"] == wanted

        await until(read, "the channel was asked", seconds=40)
    clock.move(timedelta(hours=1))
    await home_says(ana, "212 favourites · 3 replies · 0 boosts, 1 hour ago")
    assert "212 favourites · 3 replies · 0 boosts, 1 hour ago" in shown(await answered(ana, lounge, "posts"))
    async with browsing(town, ana) as browser:
        after = (await browser.get(path, headers=bearer)).json()["numbers"]
        assert after["counts"] == {"favourites": 212, "reblogs": 0, "replies": 3}
        assert timedelta(hours=1) <= clock.now() - datetime.fromisoformat(after["at"]) < timedelta(hours=2)
        page = (await browser.get(f"/studio/posts/{post.id}")).text
        assert "212 favourites · 3 replies · 0 boosts" in page and "No numbers" not in page


async def test_a_channel_that_tells_none_is_said_to(
    town: Office, ana: Person, lounge: Channel, clock: MovableClock
) -> None:
    await drafted(town, ana, lounge, "Announce our sale for the feed, today 6pm")
    await ana.react(town.cards()[0], "white_check_mark")
    await town.status(town.cards()[0], "approved")
    [post] = await town.posts()
    clock.move_to(post.due + timedelta(seconds=1))
    await town.published()
    await home_says(ana, "no numbers from this channel")
