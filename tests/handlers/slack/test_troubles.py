"""What goes wrong in Slack, and what people read of it; what could not be posted is posted when it can."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from pathlib import Path

from PIL import Image

from bot.chat import Card, Identified
from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack_server import Fault, SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.office import Office, all_of, member, running, said, whispered
from tests.handlers.slack.test_journeys import ASK, approved


async def test_a_card_that_could_not_be_posted_comes_once_it_can(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    office.room.members.discard(office.slack.team.bot)
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", ASK)
    await whispered(ana, lounge, "/invite @AdMind")
    await office.slack.invite(office.room, ana)
    clock.move(timedelta(minutes=11))
    await office.card()


async def test_rate_limits_are_kept_to(office: Office, ana: Person, clock: MovableClock) -> None:
    office.slack.web.fail("chat.postMessage", Fault(retry_after=1), times=1)
    await approved(office, ana)
    assert len(office.cards()) == 1


async def test_a_connection_that_breaks_after_posting_leaves_one_message(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    office.slack.web.fail("chat.postMessage", Fault(breaks=True, commits=True))
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", ASK)
    card = await office.card()
    await asyncio.sleep(0.3)
    clock.move(timedelta(seconds=40))

    async def known() -> bool:
        return bool((await office.draft(card)).messages)

    await until(known, "the message is found again", seconds=30)
    assert len(office.cards()) == 1
    await ana.react(card, "white_check_mark")
    await office.status(card, "approved")


async def test_edits_come_once_a_second_and_the_last_one_counts(office: Office, ana: Person) -> None:
    messenger = (await office.admind.board.homes(office.workspace))[f"slack:{office.slack.team.id}"]
    brand = office.admind.workspace.default_brand
    ref = await messenger.post(brand, Card(title="One", status="0"), key="k")
    assert ref is not None
    again = await messenger.post(brand, Card(title="One", status="0"), key="k")
    assert again is not None and again.message == ref.message
    await asyncio.gather(*(messenger.update(ref, Card(title="One", status=f"step {each}")) for each in range(30)))
    message = office.room.messages[ref.message]
    assert "step 29" in message.words
    assert len(office.slack.web.of("chat.update")) <= 3


async def test_pictures_are_uploaded_once(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", f"{ASK}, with an image")
    card = await office.card()
    assert any(block["type"] == "image" for block in card.blocks)
    before = len(office.slack.web.of("files.completeUploadExternal"))
    await ana.react(card, "white_check_mark")
    await until(lambda: "Approved by" in card.words, "the card says so")
    assert len(office.slack.web.of("files.completeUploadExternal")) == before == 1


async def test_a_picture_that_was_sent_is_the_drafts_own(office: Office, ana: Person) -> None:
    dm = office.slack.world.dm(office.slack.team, ana.id)
    await ana.share(dm, "shop.png", a_picture(), ASK)
    card = await office.card()
    draft = await office.draft(card)
    assert draft.versions[0].media, "the picture is there"


def a_picture() -> bytes:
    kept = io.BytesIO()
    Image.linear_gradient("L").resize((800, 600)).convert("RGB").save(kept, "PNG")
    return kept.getvalue()


async def test_files_that_nobody_understands_are_named(office: Office, ana: Person) -> None:
    dm = office.slack.world.dm(office.slack.team, ana.id)
    await ana.share(dm, "memo.m4a", b"sound", ASK)
    answer = await said(dm, "memo.m4a")
    assert answer.user == office.slack.team.bot


async def test_a_strangers_command_is_answered_kindly(office: Office) -> None:
    ben = office.slack.person("ben")
    lounge = office.slack.channel("lounge", ben)
    await ben.slash(lounge, "/admind", "drafts")
    told = await whispered(ben, lounge, "I don't know you here yet")
    assert f"slack:{ben.id}" in all_of(told)


async def test_a_group_gives_rights_and_leaving_it_takes_them(office: Office, ana: Person) -> None:
    ben = office.slack.person("ben")
    office.room.members.add(ben.id)
    group = office.slack.group("approvers", ben)
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", "settings")
    done = await ana.submit(values={"groups:approver": [group.id]})
    assert not done.errors
    await approved(office, ana)
    card = await office.card()
    await ben.react(card, "white_check_mark")
    await office.status(card, "approved")
    await ben.unreact(card, "white_check_mark")
    await office.status(card, "waiting")
    await office.slack.change_group(group)
    await ben.react(card, "white_check_mark")
    await whispered(ben, office.room, "I don't know you here yet")
    assert (await office.draft(card)).status.value == "waiting"


async def test_who_is_deactivated_decides_nothing(office: Office, ana: Person) -> None:
    ben = office.slack.person("ben")
    group = office.slack.group("approvers", ben)
    lounge = office.slack.channel("lounge", ana, ben)
    await ana.slash(lounge, "/admind", "settings")
    await ana.submit(values={"groups:approver": [group.id]})
    await ben.slash(lounge, "/admind", "drafts")
    before = await member(office, ben)
    assert before.roles
    await office.slack.deactivate(ben)
    who = Identified(platform="slack", team=office.slack.team.id, user=ben.id)
    assert await office.admind.homes.member(who) is None


async def test_a_restart_in_the_middle_of_a_turn_answers_once(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    lounge = slack.channel("lounge", ana)
    async with running(tmp_path / "data", slack, ana, room, clock=clock):
        slack.web.fail("chat.getPermalink", Fault(status=503))
        asked = await ana.mention(lounge, ASK)
        await until(lambda: bool(slack.web.of("chat.getPermalink")), "the answer is on its way")
    clock.move(timedelta(minutes=1))
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        await until(
            lambda: any("Look at" in each.words for each in lounge.thread(asked.ts)), "it is answered", seconds=40
        )
        await office.card()
    assert len(office.cards()) == 1
    assert len([each for each in lounge.thread(asked.ts) if each.user == slack.team.bot]) == 1
