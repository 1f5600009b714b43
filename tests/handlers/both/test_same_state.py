"""Both homes show the same, within two seconds and after one of them was away; and opposite words always end alike."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import timedelta

import pytest

from bot.chat import Role
from tests.fakes.discord_server import Fault
from tests.fakes.slack_server import Fault as SlackFault
from tests.fakes.waiting import until
from tests.handlers.both.office import NO, YES, Both, DiscordCard, SlackCard

WITHIN = 2.0  # seconds
ROUNDS = 6
EDIT = "PATCH /channels/{channel}/messages/{message}"


async def shown(here: SlackCard, there: DiscordCard, words: str) -> float:
    """Seconds until both cards say so."""
    began = time.monotonic()
    await until(lambda: words in here.words and words in there.words, f"both say “{words}”", seconds=30)
    return time.monotonic() - began


async def test_a_word_in_one_home_is_on_both_cards_within_two_seconds(both: Both) -> None:
    dan = both.velo.person("dan")
    await both.works(dan, Role.approver)
    await both.tell_apart(dan)
    here, there = await both.ask(both.tim)
    took = list[float]()
    dan.react(there, "✅")
    took.append(await shown(here, there, "Approved by Dan"))
    dan.unreact(there, "✅")
    took.append(await shown(here, there, "Waiting for"))
    await both.ana.react(here, NO)
    took.append(await shown(here, there, "rejected it"))
    await both.ana.unreact(here, NO)
    took.append(await shown(here, there, "Waiting for"))
    assert max(took) < WITHIN, took


@pytest.mark.parametrize("first", ["slack", "discord"])
async def test_approved_here_and_rejected_there_at_once_is_rejected_in_both(both: Both, first: str) -> None:
    dan = both.velo.person("dan")
    await both.works(dan, Role.approver)
    await both.tell_apart(dan)
    order = random.Random(first)
    here, there = await both.ask(both.tim)

    async def in_discord(add: bool) -> None:
        (dan.react if add else dan.unreact)(there, "❌")

    async def in_slack(add: bool) -> None:
        await (both.ana.react if add else both.ana.unreact)(here, YES)

    for number in range(ROUNDS):
        words = [in_slack(True), in_discord(True)]
        if first == "discord":
            words.reverse()
        before = asyncio.gather(*words) if number % 2 else None
        if before is None:  # one after the other, as close as it may be
            for each in words:
                await each
                await asyncio.sleep(order.choice((0, 0, 0.001, 0.01)))
        else:
            await before
        await both.status("rejected")
        await shown(here, there, "Dan rejected it")
        assert not [post for post in await both.posts() if post.state.value == "scheduled"]
        undone = [in_slack(False), in_discord(False)]
        order.shuffle(undone)
        await asyncio.gather(*undone)
        await both.status("waiting")
        await shown(here, there, "Waiting for")


async def test_discord_was_away_while_slack_decided(both: Both) -> None:
    """Neither the gateway nor the API is there: afterwards the card is right, without anybody doing anything."""
    here, there = await both.ask(both.tim)
    both.server.rest.fail(EDIT, Fault(status=503), times=1)
    async with both.server.gateway.away(forget=True):
        await both.ana.react(here, NO)
        await both.status("rejected")
        await until(lambda: "ana rejected it" in here.words, "Slack knows", seconds=20)
        await both.waits("discord")
        assert "rejected" not in there.words
    await shown(here, there, "ana rejected it")


async def test_discord_was_away_and_somebody_there_decided_the_other_way(both: Both) -> None:
    dan = both.velo.person("dan")
    await both.works(dan, Role.approver)
    await both.tell_apart(dan)
    here, there = await both.ask(both.tim)
    async with both.server.gateway.away(forget=True):
        dan.react(there, "❌")
        await both.ana.react(here, YES)
        await both.status("approved")
    await both.status("rejected")
    await shown(here, there, "Dan rejected it")
    assert not [post for post in await both.posts() if post.state.value == "scheduled"]


async def test_slack_was_away_while_discord_decided(both: Both) -> None:
    dan = both.velo.person("dan")
    await both.works(dan, Role.approver)
    await both.tell_apart(dan)
    here, there = await both.ask(both.tim)
    both.slack.web.fail("chat.update", SlackFault(status=503), times=1)
    dan.react(there, "❌")
    await until(lambda: "Dan rejected it" in there.words, "Discord knows", seconds=20)
    await both.waits("slack")
    assert "rejected" not in here.words
    both.clock.move(timedelta(minutes=11))
    await shown(here, there, "Dan rejected it")


async def test_slack_was_cut_off_while_discord_decided(both: Both) -> None:
    """Once its socket is open again, Slack's card is right."""
    dan = both.velo.person("dan")
    await both.works(dan, Role.approver)
    await both.tell_apart(dan)
    here, there = await both.ask(both.tim)
    both.slack.web.fail("chat.update", SlackFault(status=503), times=1)
    dan.react(there, "❌")
    await both.waits("slack")
    assert "rejected" not in here.words
    await both.slack.sockets.cut()
    await shown(here, there, "Dan rejected it")


async def test_a_card_that_could_not_be_posted_comes_when_its_home_is_back(both: Both) -> None:
    """A new revision's card in Discord waits for Discord, and Slack's does not."""
    here, _ = await both.ask(both.tim)
    both.server.rest.fail("POST /channels/{channel}/messages", Fault(status=503), times=1)
    async with both.server.gateway.away(forget=True):
        await both.tim.reply(here, "move it to Thursday 3pm", mentions=True)
        await until(lambda: len(both.slack_cards()) == 2, "Slack has the new card", seconds=20)
        await both.waits("discord")
        assert len(both.discord_cards()) == 1
        both.clock.move(timedelta(seconds=31))  # so long it may be there after all
    newer, there = await both.cards(2)
    await shown(both.slack_cards()[0], both.discord_cards()[0], "Replaced")
    await both.ana.react(newer, YES)
    await shown(newer, there, "Approved by ana")
