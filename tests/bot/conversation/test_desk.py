"""A message is kept, answered once, remembered, and its progress can be followed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat import Upload
from bot.conversation.desk import MOST_IN_FLIGHT
from bot.errors import NotFound
from bot.workflow.requests import Asker, Idea
from bot.workflow.upkeep import Clockwork
from storage import keys
from storage.drafts import Draft
from storage.ledger import Busy
from storage.record import Record
from storage.redis import StorageUnavailable
from storage.requests import RequestEvent
from storage.stores import DraftStore
from tests.bot.conversation.room import Room


async def drafts(room: Room) -> tuple[Draft, ...]:
    return (await DraftStore(room.database).page(room.workspace.id)).items


async def events(room: Room, request_id: str, after: str = "") -> list[RequestEvent]:
    async with asyncio.timeout(10):
        return [event async for event in room.desk.events(room.workspace.id, request_id, after)]


async def test_a_request_becomes_a_draft_and_the_reply_repeats_what_was_understood(room: Room) -> None:
    said = await room.say("Announce our spring sale: 20% off all bikes until 31 May, on the feed tomorrow at 9am")
    assert said.status == "done"
    assert len(said.drafts) == 1
    for part in ("our spring sale", said.drafts[0], "Feed", "Thu 19 Nov, 09:00 CET", "no image", "admind approve"):
        assert part.casefold() in said.reply.casefold(), (part, said.reply)
    brief = room.workshop.ideas[0].brief
    assert brief.request == said.text
    assert (brief.offer, brief.deadline) == ("20% off all bikes", "until 31 May")


async def test_a_conversation_goes_on_where_it_was(room: Room) -> None:
    first = await room.say("Announce our new workshop tomorrow 9am")
    shorter = await room.say("shorter")
    moved = await room.say("move it to Friday 3pm")
    worded = await room.say('Use this text: "Come to our workshop."')
    assert first.drafts == shorter.drafts == moved.drafts == worded.drafts
    assert "Fri 20 Nov, 15:00 CET" in moved.reply
    (draft,) = await drafts(room)
    assert draft.revision == 4
    assert [version.text for version in draft.versions] == ["Come to our workshop."]


async def test_another_conversation_knows_nothing_of_it(room: Room) -> None:
    await room.say("Announce our new workshop tomorrow 9am")
    other = await room.say("shorter", conversation="v_2")
    assert other.drafts == ()
    assert "no draft in this conversation" in other.reply


async def test_the_limits_of_the_offline_model_are_said_once(room: Room) -> None:
    replies = [
        (await room.say(text)).reply for text in ("Announce our café tomorrow 9am", "Announce our bar today 8pm")
    ]
    assert ["without a language model" in reply for reply in replies] == [True, False]


async def test_several_posts_at_one_time_come_a_working_day_each_and_that_is_said(room: Room) -> None:
    said = await room.say("three posts about the sale, Tue 9am, with an image")
    assert len(said.drafts) == 3
    for day in ("Tue 24 Nov, 09:00 CET", "Wed 25 Nov, 09:00 CET", "Thu 26 Nov, 09:00 CET"):
        assert day in said.reply
    assert "the others follow at that hour on the working days after it" in said.reply


async def test_one_of_several_drafts_is_meant_by_its_place(room: Room) -> None:
    said = await room.say("three posts about our new workshop, Mon/Wed/Fri 10:00")
    assert len(said.drafts) == 3
    unclear = await room.say("shorter")
    assert "Which draft" in unclear.reply
    second = await room.say("the second one shorter")
    assert second.drafts == (said.drafts[1],)
    assert (await room.say("move the third one to Saturday 9am")).drafts == (said.drafts[2],)
    assert (await room.say("shorter")).drafts == (said.drafts[2],)  # the one spoken of last
    await room.say("Announce our café tomorrow 9am")
    assert (await room.say("the first one more formal")).drafts == (said.drafts[0],)


async def test_a_question_of_the_workflow_reaches_the_person_in_its_words(room: Room) -> None:
    said = await room.say("post something on Instagram about our team")
    assert "I know no account 'Instagram' here" in said.reply
    assert said.drafts == ()


async def test_pictures_that_came_along_are_in_the_brief(room: Room) -> None:
    await room.say("Announce the open house", uploads=(Upload(sha256="a" * 64, name="x.png"),))
    brief = room.workshop.ideas[0].brief
    assert (brief.image, brief.uploads) == ("upload", ("a" * 64,))


async def test_the_same_event_is_one_request(room: Room) -> None:
    names = [await room.desk.receive(room.request("Announce our café", key="Ev1")) for _ in range(3)]
    assert len(set(names)) == 1
    assert set(room.queued) == {(room.workspace.id, names[0])}
    for _ in range(3):
        await room.desk.answer(room.workspace.id, names[0])
    assert len(await drafts(room)) == 1


async def test_progress_can_be_followed_and_taken_up_again(room: Room) -> None:
    request_id = await room.desk.receive(room.request("Announce our café tomorrow 9am"))
    following = asyncio.create_task(events(room, request_id))
    await room.desk.answer(room.workspace.id, request_id)
    seen = await following
    assert (seen[0].kind, seen[-1].kind) == ("working", "done")
    assert {"text": "Writing the post"} in [event.data for event in seen if event.kind == "progress"]
    assert [event.data for event in seen if event.kind == "drafts"] == [{"drafts": seen[-1].data["drafts"]}]
    assert seen[-1].data["reply"] == (await room.desk.get(room.workspace.id, request_id)).reply
    assert await events(room, request_id, after=seen[1].id) == seen[2:]
    assert await events(room, request_id, after=seen[-1].id) == []


async def test_a_turn_that_died_after_drafting_makes_no_second_draft(room: Room) -> None:
    request_id = await room.desk.receive(room.request("Announce our café tomorrow 9am"))
    agent_run = room.desk._agent.run

    async def run(*args: object) -> object:
        await agent_run(*args)
        raise StorageUnavailable  # as if the process had died between the draft and the reply

    room.desk._agent.run = run
    with pytest.raises(StorageUnavailable):
        await room.desk.answer(room.workspace.id, request_id)
    room.desk._agent.run = agent_run
    await room.desk.answer(room.workspace.id, request_id)
    request = await room.desk.get(room.workspace.id, request_id)
    assert request.status == "done"
    assert len(await drafts(room)) == 1
    assert request.drafts[0] in request.reply


async def test_an_unforeseen_failure_gives_a_reference_and_no_details(room: Room) -> None:
    def breaks() -> None:
        raise RuntimeError("secret-detail")

    room.workshop.before = breaks
    said = await room.say("Announce our café tomorrow 9am")
    assert "reference" in said.reply
    assert "secret-detail" not in said.reply


async def test_a_very_long_message_is_read_in_part_and_says_so(room: Room) -> None:
    said = await room.say("Announce our café tomorrow 9am. " + "x" * 1_000_000)
    assert len(said.text) == 20_000
    assert "980,032" in said.reply or "980,0" in said.reply
    assert said.status == "done"
    german = await room.say("Kündige bitte unser Café für morgen um 9 Uhr an. " + "x" * 30_000)
    assert "die ersten 20.000 Zeichen gelesen" in german.reply


async def test_control_characters_do_not_get_in(room: Room) -> None:
    said = await room.say("Announce\x00 our\x1b[31m café\ud800 tomorrow\r\n9am\u0085")
    assert said.text == "Announce our[31m café tomorrow\n9am"


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01", "🙂", "مرحبا", "@everyone <script>", "{{7*7}}"])
async def test_odd_messages_get_a_normal_answer(room: Room, text: str) -> None:
    said = await room.say(text)
    assert said.status == "done"
    assert said.reply.strip()
    assert said.drafts == ()


async def test_messages_of_one_conversation_are_answered_one_after_the_other(room: Room) -> None:
    names = [await room.desk.receive(room.request(f"Announce our café number {n}0 tomorrow 9am")) for n in range(1, 4)]
    await asyncio.gather(*(room.desk.answer(room.workspace.id, name) for name in names))
    done = [await room.desk.get(room.workspace.id, name) for name in names]
    assert [request.status for request in done] == ["done"] * 3
    assert len(await drafts(room)) == 3
    last = await room.say("shorter")
    assert "Which draft" in last.reply or last.drafts


async def test_a_workspace_has_its_share_of_turns_at_once_and_the_others_wait_their_turn(room: Room) -> None:
    gate, making = asyncio.Event(), room.workshop.draft

    async def slowly(asker: Asker, ideas: Sequence[Idea]) -> tuple[Draft, ...]:
        await gate.wait()
        return await making(asker, ideas)

    room.workshop.draft = slowly  # type: ignore[method-assign]
    asked = [
        await room.desk.receive(room.request("Tell people that we open at 8.", conversation=f"v_{number}"))
        for number in range(MOST_IN_FLIGHT + 2)
    ]
    running = [asyncio.create_task(room.desk.answer(room.workspace.id, each)) for each in asked[:MOST_IN_FLIGHT]]
    await asyncio.sleep(0)
    with pytest.raises(Busy) as busy:
        await room.desk.answer(room.workspace.id, asked[-2])
    assert busy.value.retry_after_seconds
    gate.set()
    await asyncio.gather(*running)
    await room.desk.answer(room.workspace.id, asked[-2])
    assert (await room.desk.get(room.workspace.id, asked[-2])).status == "done"
    await room.desk.give_up(room.workspace.id, asked[-1])
    await room.desk.give_up(room.workspace.id, asked[-2])
    assert (await room.desk.get(room.workspace.id, asked[-1])).status == "failed"
    assert (await room.desk.get(room.workspace.id, asked[-2])).status == "done"


async def test_a_request_is_seen_by_who_asked_only(room: Room) -> None:
    said = await room.say("help")
    assert (await room.desk.view(room.workspace.id, room.owner.id, said.id)).reply == said.reply
    with pytest.raises(NotFound):
        await room.desk.view(room.workspace.id, "m_other", said.id)
    with pytest.raises(NotFound):
        await room.desk.view("w_other", room.owner.id, said.id)


async def test_a_member_without_the_brand_is_told_so(room: Room) -> None:
    request = replace(room.request("Announce our café"), brand="b_other")
    request_id = await room.desk.receive(request)
    await room.desk.answer(room.workspace.id, request_id)
    said = await room.desk.get(room.workspace.id, request_id)
    assert (said.status, said.drafts) == ("failed", ())
    assert "no brand" in said.reply


async def test_long_conversations_are_summarised_by_rule(room: Room) -> None:
    first = await room.say("Announce our café tomorrow 9am")
    for _ in range(40):
        await room.say("hello")
    async with room.desk._threads.hold(room.workspace.id, "v_1") as held:
        thread = await held.read()
    assert len(thread.turns) < 40
    assert first.drafts[0] in thread.summary


def test_the_chat_side_loads_no_langchain() -> None:
    heavy = "any(m.split('.')[0] in ('langchain', 'langgraph', 'langchain_core') for m in sys.modules)"
    code = f"import sys, bot.conversation.desk; print({heavy})"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip() == "False"


def test_requests_are_records() -> None:
    from storage.requests import Request

    assert issubclass(Request, Record)


async def test_a_request_whose_message_got_lost_is_taken_up_again_and_answered_once(room: Room) -> None:
    """The process died between keeping it and handing it over, or the queue lost it in a failover."""
    request_id = await room.desk.receive(room.request("Announce our new workshop tomorrow 9am"))
    room.queued.clear()
    taken: list[tuple[str, str, str]] = []

    async def add(queue: str, task: str, workspace: str, entry: str, key: str) -> None:
        taken.append((queue, task, entry))

    clockwork = Clockwork(room.database, room.clock, add)
    await clockwork.tick()
    assert taken == [], "its message has half a minute"
    room.clock.move(timedelta(seconds=31))
    await clockwork.tick()
    assert taken == [("chat", "request", request_id)]
    await room.desk.answer(room.workspace.id, request_id)
    await room.desk.answer(room.workspace.id, request_id)
    assert len(await drafts(room)) == 1
    room.clock.move(timedelta(minutes=5))
    await clockwork.tick()
    assert taken == [("chat", "request", request_id)]


async def test_a_request_whose_life_is_over_is_left_alone(room: Room) -> None:
    request_id = await room.desk.receive(room.request("Announce our new workshop tomorrow 9am"))
    await room.database.client.delete(keys.of(room.workspace.id, "request", request_id))
    await room.desk.answer(room.workspace.id, request_id)
    assert await room.database.client.zcard(keys.due(room.workspace.id)) == 0
