"""While AdMind works: that it types, how far it is, a way to stop it; and answers that come late, or are long."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat import Role
from bot.clock import MovableClock
from tests.fakes.copy_model import copywriting
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel, Message
from tests.fakes.discord_server import DiscordServer, Permission
from tests.fakes.model_server import Call, Hang, Reply, Request, Say
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.waiting import until
from tests.handlers.discord.acting import lounge, press, shows, works
from tests.handlers.discord.office import Office, ids, running, said, told

DRAFTS = Call("draft_posts", {"posts": [{"topic": "our workshop", "verbatim": "Come to our workshop."}]})
LONG = "\n".join(f"{number}. A line about our workshop that says the same as all others do." for number in range(80))


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as server:
        yield server


@pytest.fixture
async def office(
    server: DiscordServer,
    velo: Place,
    ana: Person,
    room: Channel,
    clock: MovableClock,
    tmp_path: Path,
    model: OpenAIServer,
) -> AsyncIterator[Office]:
    """With a model that says, and thinks as long as, the test wants."""
    async with running(tmp_path / "data", server, velo, ana, room, clock=clock, model=model) as office:
        yield office


def drafting(then: Reply, copy: Reply | None = None) -> Callable[[Request], Reply]:
    """A model that drafts one post when it is asked for anything, and then says, or thinks, `then`."""

    def answer(asking: Request) -> Reply:
        if "draft_posts" in str(asking.body.get("tools")):
            return then if '"tool"' in json.dumps(asking.body["messages"]) else Say(calls=(DRAFTS,))
        return copy or copywriting(asking, "Come to our workshop.", title="Workshop")

    return answer


def answers(office: Office, room: Channel) -> list[Message]:
    return [each for each in room.messages.values() if each.author is office.server.world.bot]


async def can_be_stopped(message: Message) -> None:
    await until(lambda: any(each.startswith("a:halt:") for each in ids(message)), "there is a button to stop it")


async def test_progress_stands_in_place_of_the_sign_of_life_and_it_types(
    office: Office, model: OpenAIServer, ana: Person
) -> None:
    model.answer = drafting(Say("Done."), copy=Hang())
    ana.mention(lounge(office), "Post about our workshop")
    answer = await said(lounge(office), "Writing the post…")
    assert lounge(office).typing >= 1
    await press(ana, answer, "halt")
    await shows(answer, "Stopped.")
    assert answers(office, lounge(office)) == [answer] and answer.versions[0] == "On it…"
    assert not [each for each in ids(answer) if "halt" in each] and not ana.whispers(lounge(office))


async def test_a_stop_names_what_is_kept_and_only_who_asked_stops(
    office: Office, model: OpenAIServer, ana: Person
) -> None:
    ben = office.velo.person("ben")
    await works(office, ben, Role.approver)
    model.answer = drafting(Hang())
    ana.mention(lounge(office), "Post about our workshop, then think about it")
    await office.card()
    (answer,) = answers(office, lounge(office))
    await can_be_stopped(answer)
    await press(ben, answer, "halt")
    await until(lambda: "nothing of yours" in ben.reads(lounge(office)), "ben is told")
    assert "Stopped" not in answer.words
    await press(ana, answer, "halt")
    await shows(answer, "Stopped. Kept:")
    (draft,) = await office.drafts()
    assert draft.title in answer.words and draft.id not in answer.words


async def test_what_only_one_reads_can_be_stopped_too(office: Office, model: OpenAIServer, ana: Person) -> None:
    model.script(Hang())
    asked = await ana.slash(lounge(office), "/admind", "ask", words="How do we sound?")
    await asked.settle()
    assert asked.original is not None
    await can_be_stopped(asked.original)
    await press(ana, asked.original, "halt")
    await shows(asked.original, "Stopped.")
    assert not lounge(office).messages and not lounge(office).typing, "nobody else hears of it"


async def late(office: Office, model: OpenAIServer, ana: Person, clock: MovableClock) -> None:
    """What Ana asked for her eyes alone is answered only after Discord's quarter of an hour."""
    model.script(Hang())
    asked = await ana.slash(lounge(office), "/admind", "ask", words="How do we sound?")
    await asked.settle()
    assert asked.original is not None
    await can_be_stopped(asked.original)
    clock.move(timedelta(minutes=16))
    (request,) = await office.admind.desk.recent(
        office.workspace, (await office.admind.homes.owners(office.workspace))[0]
    )
    owner = (await office.admind.homes.owners(office.workspace))[0]
    await office.admind.desk.stop(office.workspace, owner, request.conversation)


async def test_a_private_answer_that_comes_too_late_for_discord_comes_directly(
    office: Office, model: OpenAIServer, ana: Person, clock: MovableClock
) -> None:
    await late(office, model, ana, clock)
    await told(ana, "Stopped.")
    assert not lounge(office).messages


async def test_where_that_cannot_be_a_word_about_it_is_said_where_it_was_asked(
    office: Office, model: OpenAIServer, ana: Person, clock: MovableClock
) -> None:
    ana.close_dms()
    await late(office, model, ana, clock)
    near = await said(lounge(office), "does not let me write to you")
    assert near.pinged == {ana.id} and "Stopped" not in near.words


async def test_a_long_answer_comes_whole_in_messages_that_discord_takes(
    office: Office, model: OpenAIServer, ana: Person
) -> None:
    model.script(Say(f"*Hello* <@&1> @everyone [bank](https://evil.example) & co\n{LONG}"))
    asked = ana.mention(lounge(office), "Tell me all")
    last = LONG.split("\n")[-1]

    def whole() -> bool:
        return any(last in each.words.replace("\\", "") for each in answers(office, lounge(office)))

    await until(whole, "its last line")
    parts = answers(office, lounge(office))
    lines = [line for each in parts for line in each.words.split("\n") if "A line about" in line]
    assert [line.replace("\\", "") for line in lines] == LONG.split("\n"), "no line is lost, doubled or broken"
    assert len(parts) == 2 and parts[0].reference == asked.id
    assert not any(each.pinged or each.pinged_everyone or each.pinged_roles for each in parts)
    assert "](https" not in parts[0].words


async def test_as_much_as_a_model_says_at_once_comes_whole(office: Office, model: OpenAIServer, ana: Person) -> None:
    words = [f"word{number}" for number in range(3400)]
    model.script(Say(" ".join(words)))
    ana.mention(lounge(office), "Tell me all")
    await said(lounge(office), words[-1])
    parts = answers(office, lounge(office))
    assert " ".join(each.words for each in parts).split() == words and len(parts) == 8


async def test_a_long_private_answer_stays_private(office: Office, model: OpenAIServer, ana: Person) -> None:
    model.script(Say(LONG))
    asked = await (await ana.slash(lounge(office), "/admind", "ask", words="Tell me all")).settle()
    await until(lambda: "79" in asked.words, "all of it")
    assert len(asked.follow_ups) == 1 and all(each.only_for == ana.id for each in asked.follow_ups)
    assert not lounge(office).messages


async def test_a_thread_that_was_locked_meanwhile_is_answered_directly(
    office: Office, model: OpenAIServer, ana: Person
) -> None:
    model.answer = drafting(Say("Here it is."), copy=None)
    forum = office.velo.forum("ideas")
    post, _ = ana.post(forum, "Bikes", f"<@{ana.world.bot.id}> hello")
    await said(post, "Here it is.")
    model.script(Say("The second answer."))
    office.velo.deny(forum, None, Permission.SEND_MESSAGES_IN_THREADS)
    ana.mention(post, "And now?")
    await told(ana, "The second answer.")
