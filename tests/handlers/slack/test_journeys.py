"""Whole journeys through Slack, with nothing replaced but Slack itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import MovableClock
from tests.bot.drafting.pdfs import article
from tests.fakes.slack.doors import Retry
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Message, View
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.office import Office, all_of, asker_of, member, running, said, says, whispered

ASK = "Announce our workshop on bike repair for the feed, tomorrow 9am"


@pytest.mark.parametrize("door", ["sockets", "http"])
async def test_command_card_reaction_published_receipt(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path, door: str
) -> None:
    async with running(tmp_path / "data", slack, ana, room, clock=clock, door=door) as office:
        lounge = slack.channel("lounge", ana)
        answer = await ana.slash(lounge, "/admind", ASK)
        assert answer.ok
        await whispered(ana, lounge, "On it")
        card = await office.card()
        assert "bike repair" in card.words
        link = await whispered(ana, lounge, "slack.test/archives")
        assert card.ts.replace(".", "") in all_of(link)
        await ana.react(card, "white_check_mark")
        await office.status(card, "approved")
        due = (await office.draft(card)).due
        assert due is not None
        clock.move_to(due + timedelta(seconds=1))
        assert (await office.published()).receipt is not None
        await said(room, "1 of 1 posted")
        assert not any(ana.id in ping for each in room.messages.values() for ping in each.pings), "nobody is woken"


async def test_a_mention_is_answered_in_its_thread(office: Office, slack: SlackServer, ana: Person) -> None:
    lounge = slack.channel("lounge", ana)
    asked = await ana.mention(lounge, ASK)
    card = await office.card()
    answer = await said(lounge, "Look at")
    assert answer.thread_ts == asked.ts
    assert card.channel == office.room.id
    assert len([each for each in lounge.thread(asked.ts) if each.user != ana.id]) == 1, "the sign of life became it"


async def test_a_direct_message_is_answered(office: Office, slack: SlackServer, ana: Person) -> None:
    asked = await ana.dm("help")
    room = slack.world.dm(slack.team, ana.id)
    answer = await said(room, "Tell me in your own words")
    assert answer.thread_ts == asked.ts
    assert not says(room, "On it")


async def approved(office: Office, ana: Person) -> tuple[Channel, str]:
    """Ask in a room of one's own; the room, and the card's ts."""
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", ASK)
    return lounge, (await office.card()).ts


async def test_buttons_decide_and_a_double_click_decides_once(office: Office, ana: Person) -> None:
    await approved(office, ana)
    card = await office.card()
    await asyncio.gather(ana.click(card, "approve:"), ana.click(card, "approve:"))
    await office.status(card, "approved")
    draft = await office.draft(card)
    assert len([each for each in draft.decisions if each.verdict.value == "approve"]) == 1


async def test_text_is_edited_word_for_word(office: Office, ana: Person) -> None:
    await approved(office, ana)
    card = await office.card()
    assert (await ana.click(card, "edit:")).ok
    window = ana.window
    assert window is not None
    field = next(each["block_id"] for each in window.blocks if each["block_id"].startswith("text:"))
    mine = "My own words,\n  with *stars* & <signs>."
    done = await ana.submit(values={field: mine})
    assert done.answer.ok and not done.errors, done
    newer = await office.card(2)
    assert (await office.draft(newer)).versions[0].text == mine
    await until(lambda: "Replaced" in card.words, "the old card collapses")


async def test_who_may_not_approve_is_told_kindly_and_alone(office: Office, ana: Person) -> None:
    await approved(office, ana)
    card = await office.card()
    ben = office.slack.person("ben")
    office.room.members.add(ben.id)
    await ben.react(card, "white_check_mark")
    await whispered(ben, office.room, "I don't know you here yet")
    assert (await office.draft(card)).status.value == "waiting"
    assert not ana.whispers(office.room)


async def test_a_reply_below_a_card_revises_it(office: Office, ana: Person) -> None:
    await approved(office, ana)
    card = await office.card()
    await ana.reply(card, "move it to Saturday 3pm")
    newer = await office.card(2)
    assert newer.metadata["event_payload"]["draft"] == card.metadata["event_payload"]["draft"]
    assert newer.metadata["event_payload"]["digest"] != card.metadata["event_payload"]["digest"]


async def test_a_reaction_taken_off_withdraws(office: Office, ana: Person) -> None:
    await approved(office, ana)
    card = await office.card()
    await ana.react(card, "white_check_mark::skin-tone-3")
    await office.status(card, "approved")
    await ana.unreact(card, "white_check_mark::skin-tone-3")
    await office.status(card, "waiting")


async def test_a_reaction_set_while_away_counts_only_for_what_it_was_on(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        await approved(office, ana)
        old = await office.card()
        await slack.sockets.cut()
        slack.sockets.refuse = 10_000
        await ana.react(old, "white_check_mark")  # nobody hears it
        draft = await office.draft(old)
        asker = await asker_of(office, draft)
        await office.admind.requests.word(asker, draft.id, {draft.versions[0].account: "Other words."})
        newer = await office.card(2)
    slack.sockets.refuse = 0
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        assert (await office.draft(newer)).status.value == "waiting", "nothing was approved"
        await ana.react(newer, "white_check_mark")
        await office.status(newer, "approved")


async def test_a_reaction_set_while_away_is_found_at_the_start(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        await approved(office, ana)
        card = await office.card()
    await ana.react(card, "white_check_mark")
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        await office.status(card, "approved")


async def test_a_reaction_set_while_the_socket_was_cut_is_found_later(office: Office, ana: Person) -> None:
    await approved(office, ana)
    card = await office.card()
    sockets = office.slack.sockets
    sockets.refuse = 2
    await sockets.cut()
    await ana.react(card, "white_check_mark")
    await office.status(card, "approved")


async def test_the_same_event_twice_runs_once_and_a_first_seen_retry_runs(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    sent = await ana.mention(lounge, ASK)
    first = next(each for _, each, _ in office.slack.deliveries.answers if each["event"]["ts"] == sent.ts)
    await office.slack.deliveries.send_twice(first)
    await office.card()
    fresh = {**first, "event_id": "EvNew", "event": {**first["event"], "ts": "1.000001", "text": "drafts"}}
    answer = await office.slack.deliveries.door.send("events_api", fresh, Retry(2, "http_timeout"))
    assert answer.ok
    requests = await office.admind.desk.recent(office.workspace, (await member(office, ana)).id)
    assert [each.text for each in requests] == [ASK, "drafts"]
    assert len(await office.drafts()) == 1


async def test_uninstalling_stops_work_and_deletes_tokens(office: Office, ana: Person) -> None:
    await approved(office, ana)
    home = await office.admind.homes.home("slack", office.slack.team.id)
    assert home is not None
    await office.slack.uninstall()
    assert await office.admind.homes.home("slack", office.slack.team.id) is None
    assert await office.admind.installations.find("slack", office.slack.team.id) is None
    assert list(await office.admind.board.homes(office.workspace)) == ["inbox"]


async def window_of(person: Person) -> View:
    assert person.window is not None, "no window is open"
    return person.window


async def test_every_window_of_a_card_opens_and_does_what_it_says(office: Office, ana: Person) -> None:
    await approved(office, ana)
    card = await office.card()
    await ana.choose(card, "menu", f"move:{':'.join(ids_of(card))}")
    done = await ana.submit(values={"phrase": "Saturday 3pm"})
    assert not done.errors, done
    moved = await office.card(2)
    assert "14:00" in moved.words, "said in her zone, shown in the brand's"
    await ana.choose(moved, "menu", f"changes:{':'.join(ids_of(moved))}")
    assert (await ana.submit(values={"reason": "add an emoji"})).errors == {}
    await office.status(moved, "changes")
    await ana.choose(moved, "menu", f"reject:{':'.join(ids_of(moved))}")
    assert (await ana.submit(values={"reason": "not now"})).errors == {}
    await office.status(moved, "rejected")


async def test_details_show_all_of_it(office: Office, ana: Person) -> None:
    await approved(office, ana)
    card = await office.card()
    await ana.choose(card, "menu", f"more:{':'.join(ids_of(card))}")
    more = await window_of(ana)
    await ana.click(more, "details:")
    assert ASK in (await window_of(ana)).words


async def test_a_window_over_an_old_draft_saves_nothing(office: Office, ana: Person) -> None:
    await approved(office, ana)
    card = await office.card()
    await ana.click(card, "edit:")
    draft = await office.draft(card)
    account = draft.versions[0].account
    await office.admind.requests.word(await asker_of(office, draft), draft.id, {account: "Others were quicker."})
    field = next(each["block_id"] for each in (await window_of(ana)).blocks if each["block_id"].startswith("text:"))
    done = await ana.submit(values={field: "Too late."})
    assert "Somebody changed this draft" in done.errors[field]
    assert (await office.draft(card)).versions[0].text == "Others were quicker."


async def test_draft_without_words_opens_a_form(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", "draft")
    done = await ana.submit(values={"topic": "Our workshop on bike repair", "phrase": "tomorrow 9am"})
    assert not done.errors, done
    card = await office.card()
    assert "bike repair" in card.words and "08:00" in card.words
    await whispered(ana, lounge, "slack.test/archives")


async def test_a_shortcut_leaves_out_that_it_was_me_who_was_meant(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    message = await ana.mention(lounge, "our bakery opens at six")
    await ana.message_shortcut(message, "post_about_this")
    assert ana.window is not None
    topic = next(each["element"] for each in ana.window.blocks if each["type"] == "input")
    assert topic["initial_value"] == "our bakery opens at six"


async def test_a_shortcut_takes_the_message_along(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    message = await ana.say(lounge, "We open a second shop on Elm Street")
    await ana.message_shortcut(message, "post_about_this")
    assert "Elm Street" in str((await window_of(ana)).document)
    await ana.close()
    await ana.shortcut("new_post")
    assert (await window_of(ana)).document["callback_id"] == "new_post"


async def test_settings_tie_another_review_room(office: Office, ana: Person) -> None:
    lounge, other = office.slack.channel("lounge", ana), office.slack.channel("approvals", ana, bot=False)
    await ana.slash(lounge, "/admind", "settings")
    refused = await ana.submit(values={"review": other.id})
    assert "/invite" in refused.errors["review"]
    await office.slack.invite(other, ana)
    assert not (await ana.submit(values={"review": other.id})).errors
    await ana.slash(lounge, "/admind", ASK)
    await office.card(1, other)
    assert not office.cards()


async def test_the_studio_opens_for_one_alone(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", "studio")
    await whispered(ana, lounge, "/studio/in/")


async def test_home_shows_what_waits_and_stops(office: Office, ana: Person) -> None:
    await approved(office, ana)
    card = await office.card()
    await ana.open_home()
    await until(lambda: ana.home is not None and "bike repair" in ana.home.words, "home shows it")
    assert ana.home is not None
    await ana.click(ana.home, "review:")
    assert not (await ana.submit()).errors
    await office.status(card, "approved")
    await ana.click(ana.home, "stop:")
    await until(lambda: ana.home is not None and "Nothing goes out" in ana.home.words, "home says that it stopped")
    await ana.click(ana.home, "resume:")
    await until(lambda: ana.home is not None and "Nothing goes out" not in ana.home.words, "it goes on")


def ids_of(card: Message) -> tuple[str, str]:
    payload = card.metadata["event_payload"]
    return payload["draft"], payload["digest"]


async def test_a_pdf_that_comes_with_a_message_is_what_the_post_is_about(office: Office, ana: Person) -> None:
    await ana.share_all(office.room, {"release.pdf": article()}, "Write a post about this file", mentions=True)
    draft = await office.draft(await office.card())
    assert "40 bikes to try" in draft.versions[0].text
    assert [source.file for source in draft.sources] == ["release.pdf"]
