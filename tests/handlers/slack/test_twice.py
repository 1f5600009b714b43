"""The same thing told twice runs once: over two sockets, in parallel, or again; and what nobody heard is found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.clock import MovableClock
from handlers.slack.listening import over_socket
from tests.fakes.slack.doors import Retry
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Json
from tests.fakes.slack.sockets import Parting
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.office import Office, asker_of, member, running, whispered
from tests.handlers.slack.test_journeys import ASK, approved


@asynccontextmanager
async def heard_twice(office: Office) -> AsyncIterator[None]:
    """A second connection, and Slack sends everything over both at the same moment."""
    async with over_socket(office.living.slack, office.living.app, 0.2):
        await office.slack.over_sockets(2)
        office.slack.sockets.twice = True
        yield
        office.slack.sockets.twice = False


def events(office: Office, kind: str) -> list[Json]:
    return [each for _, each, _ in office.slack.deliveries.answers if each.get("event", {}).get("type") == kind]


async def asked(office: Office, person: Person) -> list[str]:
    found = await office.admind.desk.recent(office.workspace, (await member(office, person)).id)
    return [each.text for each in found]


async def test_what_comes_over_two_sockets_at_once_runs_once(office: Office, ana: Person) -> None:
    lounge, ben = office.slack.channel("lounge", ana), office.slack.person("ben")
    lounge.members.add(ben.id)
    async with heard_twice(office):
        await ana.mention(lounge, ASK)
        card = await office.card()
        await ana.slash(lounge, "/admind", "drafts")
        await until(lambda: len(ana.whispers(lounge)) >= 2, "the command is answered")
        await ben.mention(lounge, "drafts")
        await whispered(ben, lounge, "I don't know you here yet")
        await office.slack.invite(office.slack.channel("other", ana, bot=False), ana)
        await ana.click(card, "approve:")
        await office.status(card, "approved")
    assert await asked(office, ana) == [ASK, "drafts"]
    assert len(await office.drafts()) == len(office.cards()) == len(await office.posts()) == 1
    assert len((await office.draft(card)).decisions) == 1
    assert len(ben.whispers(lounge)) == 1, "nobody is told twice"


async def test_a_reaction_over_two_sockets_decides_once_and_its_removal_withdraws_once(
    office: Office, ana: Person
) -> None:
    await approved(office, ana)
    card = await office.card()
    async with heard_twice(office):
        await ana.react(card, "white_check_mark")
        await office.status(card, "approved")
        assert len((await office.draft(card)).decisions) == 1
        await ana.unreact(card, "white_check_mark")
        await office.status(card, "waiting")
    assert [each.withdrawn_at is not None for each in (await office.draft(card)).decisions] == [True]


async def test_parallel_requests_over_http_run_once_and_a_retry_that_is_the_first_seen_runs(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", slack, ana, room, clock=clock, door="http") as office:
        lounge = slack.channel("lounge", ana)
        sent = await ana.mention(lounge, ASK)
        card = await office.card()
        first = next(each for each in events(office, "app_mention") if each["event"]["ts"] == sent.ts)
        door = slack.deliveries.door
        retries = [Retry(number, "http_timeout") for number in (1, 2, 3)]
        answers = await asyncio.gather(*(door.send("events_api", first, each) for each in [None, *retries] * 3))
        assert all(each.ok for each in answers)
        fresh = {**first, "event_id": "EvNew", "event": {**first["event"], "ts": "1.000001", "text": "drafts"}}
        answers = await asyncio.gather(*(door.send("events_api", fresh, each) for each in retries * 3))
        assert all(each.ok for each in answers)
        await ana.react(card, "white_check_mark")
        reaction = events(office, "reaction_added")[-1]
        answers = await asyncio.gather(*(door.send("events_api", reaction, each) for each in [None, *retries] * 3))
        assert all(each.ok for each in answers)
        await office.status(card, "approved")
        assert await asked(office, ana) == [ASK, "drafts"]
        assert len((await office.draft(card)).decisions) == len(await office.posts()) == len(office.cards()) == 1


@pytest.mark.parametrize("reason", ["refresh_requested", "link_disabled", "warning"])
async def test_slack_may_ask_for_another_connection_at_any_time(office: Office, ana: Person, reason: Parting) -> None:
    opened = office.slack.sockets.opened
    await office.slack.sockets.part(reason)
    await until(lambda: office.slack.sockets.opened > opened and bool(office.slack.sockets.connections), "another one")
    await ana.mention(office.slack.channel("lounge", ana), ASK)
    deliveries = office.slack.deliveries
    while deliveries.waiting:  # that one may be parted with for yet another, and Slack sends again
        await deliveries.send_again()
    assert not deliveries.lost
    await ana.react(await office.card(), "white_check_mark")
    await office.status(await office.card(), "approved")


async def test_connections_that_are_refused_are_asked_for_again(office: Office, ana: Person) -> None:
    sockets, opened = office.slack.sockets, office.slack.sockets.opened
    sockets.refuse = 3
    await sockets.cut()
    await until(lambda: sockets.opened > opened and bool(sockets.connections), "it is let in", seconds=30)
    await ana.slash(office.slack.channel("lounge", ana), "/admind", "drafts")
    assert await asked(office, ana) == ["drafts"]


async def test_a_draft_edited_while_nobody_listened_is_not_approved_after_the_reconnect(
    office: Office, ana: Person
) -> None:
    await approved(office, ana)
    old, sockets = await office.card(), office.slack.sockets
    sockets.refuse = 10_000
    await sockets.cut()
    await ana.react(old, "white_check_mark")
    draft = await office.draft(old)
    asker = await asker_of(office, draft)
    await office.admind.requests.word(asker, draft.id, {draft.versions[0].account: "Other words."})
    newer = await office.card(2)

    async def noted() -> bool:
        return any(each.message == newer.ts for each in (await office.draft(newer)).messages)

    await until(noted, "where it stands is kept")
    looks, sockets.refuse = len(office.slack.web.of("reactions.get")), 0
    await until(lambda: len(office.slack.web.of("reactions.get")) > looks, "reactions are read again", seconds=30)
    await ana.slash(office.slack.channel("den", ana), "/admind", "drafts")  # whatever was heard is done by now
    assert (await office.draft(newer)).status.value == "waiting" and not await office.posts()
    await ana.react(newer, "white_check_mark")
    await office.status(newer, "approved")


async def test_after_a_restart_old_cards_and_windows_still_work(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        await approved(office, ana)
        card = await office.card()
        await ana.click(card, "edit:")
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        assert ana.window is not None
        field = next(each["block_id"] for each in ana.window.blocks if each["block_id"].startswith("text:"))
        assert not (await ana.submit(values={field: "Written before the restart."})).errors
        newer = await office.card(2)
        await ana.reply(newer, "move it to Saturday 3pm")
        newest = await office.card(3)
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        await ana.click(newest, "approve:")
        await office.status(newest, "approved")
        await until(lambda: "Approved by" in newest.words, "the card says so")
        assert len(office.cards()) == 3, "a restart posts nothing again"
