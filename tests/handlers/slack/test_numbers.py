"""How a post did, in Slack: what its channel told, with its age, or that it tells nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import MovableClock
from tests.fakes.faulty_http import listening
from tests.fakes.mastodon_server import MastodonServer
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.asking import answered, drafted, shown
from tests.handlers.slack.office import Office, running


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


async def test_app_home_says_how_a_post_did_and_how_old_that_is(
    town: Office, ana: Person, lounge: Channel, clock: MovableClock, social: MastodonServer
) -> None:
    await drafted(town, ana, lounge, "Announce our sale for Velo, today 6pm")
    await ana.react(town.cards()[0], "white_check_mark")
    await town.status(town.cards()[0], "approved")
    [post] = await town.posts()
    clock.move_to(post.due + timedelta(seconds=1))
    out = await town.published()
    assert out.receipt is not None
    await home_says(ana, "no numbers yet")
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
