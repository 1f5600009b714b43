"""The agent view: suggestions, a status while it works, a stop that is honoured, progress in place, long answers."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Asked
from bot.clock import MovableClock
from handlers.slack import showing
from handlers.slack.limits import weight
from handlers.slack.streaming import PIECE
from handlers.slack.telling import by_lines
from storage.requests import Request
from tests.fakes.copy_model import copywriting
from tests.fakes.model_server import Call, Hang, Reply, Say
from tests.fakes.model_server import Request as Asking
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Message
from tests.fakes.slack_server import Fault, SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.office import Office, member, running, said, says, whispered
from tests.handlers.slack.test_journeys import ASK

DRAFTS = Call("draft_posts", {"posts": [{"topic": "our workshop", "verbatim": "Come to our workshop."}]})
LONG = "\n".join(f"{number}. A line about our workshop that says the same as all others do." for number in range(60))


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as server:
        yield server


@pytest.fixture
async def office(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path, model: OpenAIServer
) -> AsyncIterator[Office]:
    """With a model that says, and thinks as long as, the test wants."""
    async with running(tmp_path / "data", slack, ana, room, clock=clock, model=model) as office:
        yield office


@pytest.fixture
def dm(slack: SlackServer, ana: Person) -> Channel:
    return slack.world.dm(slack.team, ana.id)


def drafting(then: Reply, copy: Reply | None = None) -> Callable[[Asking], Reply]:
    """A model that drafts one post when it is asked for anything, and then says, or thinks, `then`."""

    def answer(asking: Asking) -> Reply:
        if "draft_posts" in str(asking.body.get("tools")):
            return then if '"tool"' in json.dumps(asking.body["messages"]) else Say(calls=(DRAFTS,))
        return copy or copywriting(asking, "Come to our workshop.", title="Workshop")

    return answer


def answers(channel: Channel, asked: Message) -> list[Message]:
    return [each for each in channel.thread(asked.ts) if each.user != asked.user]


async def the_request(office: Office, person: Person) -> Request:
    (view,) = await office.admind.desk.recent(office.workspace, (await member(office, person)).id)
    return await office.admind.desk.get(office.workspace, view.id)


# Suggestions


async def test_suggestions_fit_the_brand_as_it_is_now(
    office: Office, model: OpenAIServer, ana: Person, dm: Channel
) -> None:
    await ana.open_home("messages")
    await until(lambda: bool(dm.prompts), "something is suggested")
    brand = (await office.admind.looking.brands(office.workspace, (await member(office, ana)).id)).items[0]
    assert [each["title"] for each in dm.prompts] == [f"A new post for {brand.name}", "What can you do?"]
    model.answer = drafting(Say("It waits."))
    await ana.slash(office.slack.channel("lounge", ana), "/admind", ASK)
    await office.card()
    dm.prompts = []
    await ana.open_home("messages")
    await until(lambda: bool(dm.prompts), "something is suggested again")
    assert dm.prompts[0] == {"title": "What waits (1)", "message": "drafts"}
    assert all("thread_ts" not in each.given for each in office.slack.web.of("assistant.threads.setSuggestedPrompts"))


async def test_a_stranger_gets_what_the_app_suggests_to_all(office: Office) -> None:
    ben = office.slack.person("ben")
    await ben.open_home("messages")
    theirs = office.slack.world.dm(office.slack.team, ben.id)
    await until(lambda: bool(theirs.prompts), "something is suggested")
    assert theirs.prompts[0]["title"] == "A new post"


# Status


async def test_a_status_shows_while_it_works_and_goes_with_the_answer(
    office: Office, model: OpenAIServer, ana: Person, dm: Channel
) -> None:
    model.script(Hang())
    asked = await ana.dm("How do we sound?")
    await until(lambda: ana.status(asked) == "is working on it…", "it says that it works")
    await until(lambda: dm.sessions.get(asked.ts) == "processing", "there is a stop button")
    assert dm.titles[asked.ts] == "How do we sound?"
    await ana.stop(asked)
    await said(dm, "Stopped.")
    await until(lambda: dm.sessions[asked.ts] == "active", "the button goes")
    assert ana.status(asked) == ""


async def test_an_answer_that_is_quicker_than_the_status_leaves_none(office: Office, ana: Person, dm: Channel) -> None:
    for number in range(5):
        asked = await ana.dm("help")
        await until(lambda: bool(answers(dm, asked)), f"answer {number}")  # noqa: B023
        await until(lambda: len(office.slack.web.of("assistant.threads.setStatus")) > number, "a status was set")  # noqa: B023
        await until(lambda: ana.status(asked) == "", "nothing is left")  # noqa: B023
        assert dm.sessions.get(asked.ts, "active") == "active"


async def test_a_status_is_renewed_before_it_lapses(
    office: Office,
    model: OpenAIServer,
    ana: Person,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SHOWN_AFTER_SECONDS", "EVERY_SECONDS", "LAPSES_SECONDS"):
        monkeypatch.setattr(showing, name, 0.05)
    model.script(Hang())
    asked = await ana.dm("How do we sound?")
    await until(lambda: ana.status(asked) != "", "it says that it works")
    clock.move(timedelta(minutes=3))
    await until(lambda: ana.status(asked) != "", "it says so again")
    await ana.stop(asked)


# Stop


async def test_stop_ends_the_work_and_names_what_is_kept(
    office: Office, model: OpenAIServer, ana: Person, dm: Channel
) -> None:
    model.answer = drafting(Hang())
    asked = await ana.dm("Post about our workshop, then think about it")
    await until(lambda: dm.sessions.get(asked.ts) == "processing", "there is a stop button")
    await office.card()
    await ana.stop(asked)
    reply = await said(dm, "Stopped. Kept:")
    (draft,) = await office.drafts()
    assert draft.title in reply.words and draft.id not in reply.words
    assert reply.thread_ts == asked.ts and len(answers(dm, asked)) == 1
    request = await the_request(office, ana)
    assert (request.status, request.stopped, request.drafts) == ("done", True, (draft.id,))
    shown = await office.admind.desk.view(office.workspace, request.member, request.id)
    assert shown.stopped and shown.drafts == [draft.id], "programs read it, too"


async def test_only_who_asked_can_stop_it(office: Office, model: OpenAIServer, ana: Person) -> None:
    ben = office.slack.person("ben")
    lounge, group = office.slack.channel("lounge", ana, ben), office.slack.group("editors", ben)
    await ana.slash(lounge, "/admind", "settings")
    assert not (await ana.submit(values={"groups:approver": [group.id]})).errors
    model.script(Hang())
    asked = await ana.mention(lounge, "How do we sound?")
    await until(lambda: lounge.sessions.get(asked.ts) == "processing", "there is a stop button")
    await ben.stop(asked)
    await whispered(ben, lounge, "nothing of yours to stop")
    assert (await the_request(office, ana)).status == "working"
    await ana.stop(asked)
    await said(lounge, "Stopped.")


async def test_work_that_begins_after_the_stop_does_not_begin(
    slack: SlackServer,
    ana: Person,
    room: Channel,
    clock: MovableClock,
    tmp_path: Path,
    model: OpenAIServer,
    dm: Channel,
) -> None:
    async with running(tmp_path / "data", slack, ana, room, clock=clock, model=model) as office:
        model.script(Hang())
        asked = await ana.dm("How do we sound?")
        await until(lambda: dm.sessions.get(asked.ts) == "processing", "it works")
        later = await ana.dm("Post about our workshop", thread=asked)  # waits for its turn in this conversation
        await until(lambda: later.ts in str(office.slack.deliveries.answers), "it was heard")
        await ana.stop(asked)
        await until(lambda: len([a for a in answers(dm, asked) if "Stopped." in a.words]) == 2, "both are stopped")
        assert len(model.requests) == 1 and not await office.drafts()


# Progress and answers


async def test_progress_stands_in_place_of_the_sign_of_life(office: Office, model: OpenAIServer, ana: Person) -> None:
    model.answer = drafting(Say("Done."), copy=Hang())
    lounge = office.slack.channel("lounge", ana)
    asked = await ana.mention(lounge, "Post about our workshop")
    await said(lounge, "Writing the post…")
    assert len(answers(lounge, asked)) == 1
    await ana.stop(asked)
    await said(lounge, "Stopped.")
    (answer,) = answers(lounge, asked)
    assert answer.versions[:2] == ["On it…", "Writing the post…"]


async def test_progress_is_shown_at_most_once_a_second_and_the_latest_wins(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    asked = await ana.mention(lounge, "help")
    answer = await one_answer(lounge, asked, "Tell me in your own words")
    request = await the_request(office, ana)
    updates, steps = office.slack.web.of("chat.update"), itertools.count()
    began = asyncio.get_running_loop().time()
    async with office.living.slack.answering.showing.show(as_asked(request)) as tell:

        def shown_thrice() -> bool:
            tell(f"Step {next(steps)}")
            return len(office.slack.web.of("chat.update")) >= len(updates) + 3

        await until(shown_thrice, "three of many sentences are shown")
        assert asyncio.get_running_loop().time() - began > 2
        tell("The last step")
        await until(lambda: "The last step" in answer.words, "the latest is shown")


async def one_answer(channel: Channel, asked: Message, words: str) -> Message:
    await until(lambda: [words in each.words for each in answers(channel, asked)] == [True], "one answer stands")
    return answers(channel, asked)[0]


def as_asked(request: Request) -> Asked:
    return Asked(
        id=request.id,
        workspace=request.workspace,
        brand=request.brand,
        member=request.member,
        place=request.place,
        text=request.text,
    )


async def test_a_long_answer_is_streamed_in_the_agent_view(
    office: Office, model: OpenAIServer, ana: Person, dm: Channel
) -> None:
    model.script(Say(f"*Hello* <!channel> [bank](https://evil.example) & co\n{LONG}"))
    asked = await ana.dm("Tell me all")
    answer = await said(dm, "59. A line")
    await until(lambda: not answer.streaming, "it has ended")
    assert len(answers(dm, asked)) == 1 and len(office.slack.web.of("chat.appendStream")) >= 3
    assert LONG.split("\n") == answer.words.split("\n")[1:]
    assert answer.words.startswith("*Hello* ") and not answer.pings
    assert not any(each["type"] != "rich_text" for each in answer.blocks), "nothing in it is read as markup"
    assert "evil.example" not in str(answer.blocks), "an address that nobody gave"
    assert ana.status(asked) == ""


async def test_in_a_thread_a_stream_takes_the_place_of_the_sign(
    office: Office, model: OpenAIServer, ana: Person
) -> None:
    model.script(Say(LONG))
    lounge = office.slack.channel("lounge", ana)
    asked = await ana.mention(lounge, "Tell me all")
    await said(lounge, "59. A line")
    await until(lambda: len(answers(lounge, asked)) == 1, "the sign is gone")
    (call,) = office.slack.web.of("chat.startStream")
    assert (call.given["recipient_team_id"], call.given["recipient_user_id"]) == (office.slack.team.id, ana.id)
    assert not says(lounge, "On it")


@pytest.mark.parametrize("error", ["missing_scope", "unknown_method", "invalid_chunks"])
async def test_where_slack_takes_no_stream_the_answer_is_a_message(
    office: Office, model: OpenAIServer, ana: Person, dm: Channel, error: str
) -> None:
    office.slack.web.fail("chat.startStream", Fault(error=error))
    model.script(Say(LONG))
    asked = await ana.dm("Tell me all")
    answer = await said(dm, "59. A line")
    assert answers(dm, asked) == [answer] and not answer.streaming


@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
async def test_a_stream_that_breaks_half_way_ends_as_one_whole_message(
    office: Office, model: OpenAIServer, ana: Person, dm: Channel, clock: MovableClock, method: str
) -> None:
    office.slack.web.fail(method, Fault(breaks=True, commits=True))
    model.script(Say(LONG))
    asked = await ana.dm("Tell me all")
    await until(lambda: bool(office.slack.web.of(method)), "it breaks")
    await until(lambda: bool(answers(dm, asked)), "something stands")

    async def whole() -> bool:
        clock.move(timedelta(seconds=5))
        found = answers(dm, asked)
        return len(found) == 1 and not found[0].streaming and "59. A line" in found[0].words

    await until(whole, "all of it stands", seconds=40)
    assert LONG.split("\n") == answers(dm, asked)[0].words.split("\n")


@given(st.lists(st.text(max_size=2000), max_size=20).map("\n".join))
def test_a_text_in_parts_loses_no_word_and_never_takes_too_many_blocks(text: str) -> None:
    parts = by_lines(text, PIECE)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(weight(part) <= PIECE for part in parts)
    assert len(parts) <= 2 * weight(text) / PIECE + 1
