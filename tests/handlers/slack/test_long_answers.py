"""Answers longer than one message of Slack's: every word of them is said, in order, once, wherever it was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import MovableClock
from handlers.slack.telling import PAGE, by_lines, pages_of
from tests.fakes.model_server import Say
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Message
from tests.fakes.slack_server import Fault, SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.office import Office, running

LINE = "{}. A line of a long plan for our workshop that says what is posted on which day and why it is posted then."
LONG = "\n".join(LINE.format(number) for number in range(250))  # three messages
END = "249. A line"


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as server:
        server.answer = lambda _: Say(LONG)
        yield server


@pytest.fixture
async def office(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path, model: OpenAIServer
) -> AsyncIterator[Office]:
    async with running(tmp_path / "data", slack, ana, room, clock=clock, model=model) as office:
        yield office


def answers(channel: Channel, asked: Message) -> list[Message]:
    return [each for each in channel.thread(asked.ts) if each.user != asked.user]


def whole(messages: list[Message]) -> list[str]:
    return [line for each in messages for line in each.words.split("\n")]


async def ended(channel: Channel, asked: Message) -> list[Message]:
    await until(lambda: any(END in each.words for each in answers(channel, asked)), "the end is said", seconds=30)
    return answers(channel, asked)


async def test_a_long_answer_goes_on_in_further_messages_of_the_conversation(
    office: Office, ana: Person, slack: SlackServer
) -> None:
    dm = slack.world.dm(slack.team, ana.id)
    asked = await ana.dm("Tell me all")
    said = await ended(dm, asked)
    assert len(said) == 3 and whole(said) == LONG.split("\n")
    assert not any(each.streaming for each in said)


async def test_in_a_room_it_goes_on_in_the_thread_where_it_was_asked(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    asked = await ana.mention(lounge, "Tell me all")
    said = await ended(lounge, asked)
    await until(lambda: len(answers(lounge, asked)) == 3, "the sign of life is gone")
    assert whole(said) == LONG.split("\n") and {each.thread_ts for each in said} == {asked.ts}


async def test_a_long_answer_for_one_alone_goes_on_for_one_alone(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    assert (await ana.slash(lounge, "/admind", "Tell me all")).ok
    await until(lambda: any(END in each.words for each in ana.whispers(lounge)), "the end is said", seconds=30)
    assert whole([each for each in ana.whispers(lounge) if each.words != "On it…"]) == LONG.split("\n")


async def test_what_slack_takes_as_no_blocks_is_said_whole_in_plain_text(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    office.slack.web.fail("chat.startStream", Fault(error="invalid_chunks"))
    office.slack.web.fail("chat.update", Fault(error="invalid_blocks"), times=1)
    asked = await ana.mention(lounge, "Tell me all")
    said = await ended(lounge, asked)
    assert not said[0].blocks and said[-1].blocks, "only what was refused"
    assert whole(said) == LONG.split("\n")


@pytest.mark.parametrize(
    "fault", [Fault(status=503), Fault(breaks=True, commits=True), Fault(retry_after=20)], ids=["5xx", "cut", "429"]
)
async def test_an_answer_that_was_cut_between_its_messages_is_said_to_its_end_and_no_part_twice(
    office: Office, ana: Person, clock: MovableClock, fault: Fault, slack: SlackServer
) -> None:
    dm = slack.world.dm(slack.team, ana.id)
    office.slack.web.fail("chat.postMessage", fault, times=1)  # the first page is a stream
    asked = await ana.dm("Tell me all")

    async def told() -> bool:
        clock.move(timedelta(seconds=5))
        return any(END in each.words for each in answers(dm, asked))

    await until(told, "the end is said", seconds=40)
    assert whole(answers(dm, asked)) == LONG.split("\n")


async def test_a_long_answer_whose_thread_is_shut_goes_to_the_person_whole(
    office: Office, ana: Person, slack: SlackServer
) -> None:
    lounge, dm = office.slack.channel("lounge", ana), slack.world.dm(slack.team, ana.id)
    for method in ("chat.startStream", "chat.postMessage", "chat.update"):
        office.slack.web.fail(method, Fault(error="is_archived", channel=lounge.id), times=50)
    await ana.mention(lounge, "Tell me all")
    await until(lambda: any(END in each.words for each in dm.messages.values()), "the end is said", seconds=30)
    said = [
        each
        for each in dm.messages.values()
        if each.user == office.slack.team.bot and not each.words.startswith("I am AdMind")
    ]
    assert whole(said)[:250] == LONG.split("\n") and "archived" in said[-1].words


def test_what_stands_below_an_answer_is_below_its_last_message_even_where_that_is_full() -> None:
    links = tuple(
        (f"Look at “{'A very long title of a post ' * 7}{n}”", f"https://velo.slack.com/{n}") for n in range(12)
    )
    full = ("word " * PAGE)[: PAGE - 5]
    first, last = pages_of(full, links)
    assert (first.links, last.links) == ((), links)
    assert first.message() and last.message()["text"].startswith("Look at")
    (one,) = pages_of("Drafted.", links)
    assert one.links == links


def test_a_paragraph_is_parted_between_words_and_never_within_an_address() -> None:
    address = "https://example.com/" + "a" * 300
    paragraph = ("Some words of a very long paragraph. " * 20).strip() + f" {address} " + "more words " * 40
    parts = by_lines(paragraph, 800)
    assert len(parts) > 1 and [address in each for each in parts].count(True) == 1
    assert " ".join(" ".join(parts).split()) == " ".join(paragraph.split())
