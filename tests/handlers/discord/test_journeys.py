"""Whole journeys through Discord, with nothing replaced but Discord itself."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

from PIL import Image

from bot.chat import Role
from bot.clock import MovableClock
from tests.bot.drafting.pdfs import article
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel, Message
from tests.fakes.discord_server import discord_server
from tests.fakes.waiting import until
from tests.handlers.discord.office import Office, member, running, said, told

THREAD = "POST /channels/{channel}/messages/{message}/threads"
ASK = "Announce our workshop on bike repair for the feed, tomorrow 9am"


async def test_mention_card_reaction_published_receipt(office: Office, ana: Person, clock: MovableClock) -> None:
    lounge = office.velo.room("lounge")
    asked = ana.mention(lounge, ASK)
    card = await office.card()
    assert "bike repair" in card.words
    answer = await said(lounge, "Look at")
    assert answer.reference == asked.id
    assert len(lounge.messages) == 2, "the sign of life became the answer"
    ana.react(card, "✅")
    await office.status(card, "approved")
    due = (await office.draft(card)).due
    assert due is not None
    clock.move_to(due + timedelta(seconds=1))
    assert (await office.published()).receipt is not None
    await said(office.room, "1 of 1 posted")


async def carded(office: Office, ana: Person) -> Message:
    """Ask in a room of one's own; the card."""
    ana.mention(office.velo.room("lounge"), ASK)
    return await office.card()


async def thread_of(office: Office, card: Message) -> Channel:
    await until(lambda: bool(card.thread), "the card has a thread", seconds=20)
    found = office.server.world.channel(card.id)
    assert found is not None
    return found


async def test_a_direct_message_is_answered_and_goes_on(office: Office, ana: Person) -> None:
    asked = ana.dm("help")
    answer = await told(ana, "Tell me in your own words")
    assert answer.reference == asked.id
    ana.dm(ASK)
    assert "bike repair" in (await office.card()).words


async def test_a_card_has_a_thread_and_the_two_reactions(office: Office, ana: Person) -> None:
    card = await carded(office, ana)
    thread = await thread_of(office, card)
    assert thread.parent == office.room.id
    await until(lambda: [each.name for each in card.reactions] == ["✅", "❌"], "they wait under it", seconds=20)
    assert not ana.pinged(office.room)


async def test_a_mention_in_its_thread_revises_the_draft(office: Office, ana: Person) -> None:
    card = await carded(office, ana)
    before = await office.draft(card)
    thread = await thread_of(office, card)
    ana.mention(thread, "move it to Saturday 3pm")
    newer = await office.card(2)
    draft = await office.draft(newer)
    assert draft.id == before.id and draft.digest != before.digest
    await said(thread, "Look at")
    rooms = [call.path["message"] for call in office.server.rest.of(THREAD)]
    assert rooms == [str(card.id)], "a draft has one thread in a room"


async def test_discords_own_reply_to_a_card_revises_it(office: Office, ana: Person) -> None:
    card = await carded(office, ana)
    before = await office.draft(card)
    ana.reply(card, "move it to Saturday 3pm")
    newer = await office.card(2)
    assert (await office.draft(newer)).id == before.id


async def test_words_that_discord_withholds_are_asked_for_where_they_were_said(office: Office, ana: Person) -> None:
    thread = await thread_of(office, await carded(office, ana))
    ana.say(thread, "shorter please")
    await said(thread, "did not mention me")


async def test_granted_the_intent_plain_words_in_the_thread_are_heard(clock: MovableClock, tmp_path: Path) -> None:
    async with discord_server(clock=clock, privileged=frozenset({"message_content"})) as server:
        velo = server.guild("velo")
        ana, room = velo.person("ana"), velo.room("reviews")
        async with running(tmp_path / "data", server, velo, ana, room, clock=clock) as office:
            card = await carded(office, ana)
            ana.say(await thread_of(office, card), "move it to Saturday 3pm")
            await office.card(2)
            elsewhere = office.velo.room("elsewhere")
            ana.say(elsewhere, "nobody is asked here")
            ana.dm("help")
            await told(ana, "Tell me in your own words")
            assert len(elsewhere.messages) == 1, "what is said to others is nobody's business here"


async def test_a_forum_post_is_a_request(office: Office, ana: Person) -> None:
    forum = office.velo.forum("ideas")
    post, first = ana.post(forum, "Bikes", f"<@{ana.world.bot.id}> {ASK}")
    await office.card()
    answer = await said(post, "Look at")
    assert answer.reference == first.id


async def test_pictures_come_along_and_other_files_are_named(office: Office, ana: Person) -> None:
    files = [("shop.png", picture()), ("plan.docx", b"no picture")]
    lounge = office.velo.room("lounge")
    ana.mention(lounge, "Announce our spring sale for the feed, tomorrow 9am", files)
    card = await office.card()
    draft = await office.draft(card)
    assert draft.versions[0].media, "the picture is the draft's"
    assert len(card.attachments) == 1
    await said(lounge, "left them out: plan.docx")


async def test_a_reaction_taken_off_withdraws_whatever_its_skin(office: Office, ana: Person) -> None:
    card = await carded(office, ana)
    ana.react(card, "✅")
    await office.status(card, "approved")
    ana.unreact(card, "✅")
    await office.status(card, "waiting")
    ana.react(card, "✋🏽")
    await office.status(card, "held")
    ana.unreact(card, "✋🏽")
    await office.status(card, "waiting")


async def test_who_is_nobody_here_is_told_alone(office: Office, ana: Person) -> None:
    card = await carded(office, ana)
    ben = office.velo.person("ben")
    ben.react(card, "✅")
    await told(ben, "I don't know you here yet")
    cy = office.velo.person("cy")
    cy.close_dms()
    other = office.velo.room("other")
    cy.mention(other, "help")
    near = await said(other, "does not let me write to you")
    assert cy.id in near.pinged and "I don't know you" not in near.words
    assert (await office.draft(card)).status.value == "waiting"


async def test_a_role_counts_from_the_moment_it_is_given_to_the_moment_it_is_taken(office: Office, ana: Person) -> None:
    card = await carded(office, ana)
    ben, approvers = office.velo.person("ben"), office.velo.role("approvers")
    brand, owner = (await office.draft(card)).brand, await member(office, ana)
    team, roles = str(office.velo.id), [Role.approver]
    await office.admind.homes.tie_group(office.workspace, owner, "discord", team, str(approvers.id), brand, roles)
    office.velo.give(ben, approvers)
    ben.react(card, "✅")
    await office.status(card, "approved")
    ben.unreact(card, "✅")
    await office.status(card, "waiting")
    office.velo.take(ben, approvers)
    ben.react(card, "✅")
    await told(ben, "decides nothing")
    assert (await office.draft(card)).status.value == "waiting"


def picture() -> bytes:
    made = io.BytesIO()
    Image.radial_gradient("L").resize((640, 480)).convert("RGB").save(made, "PNG")
    return made.getvalue()


async def test_a_pdf_that_comes_with_a_message_is_what_the_post_is_about(office: Office, ana: Person) -> None:
    ana.mention(office.velo.room("lounge"), "Write a post about this file", [("release.pdf", article())])
    draft = await office.draft(await office.card())
    assert "40 bikes to try" in draft.versions[0].text
    assert [source.file for source in draft.sources] == ["release.pdf"]
