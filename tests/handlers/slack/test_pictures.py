"""Pictures that people send: with a request, in a form, and in the thread of a draft that is there already."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.web_views import shown_file
from tests.fakes.waiting import until
from tests.handlers.slack.office import Office, member
from tests.handlers.slack.phone import seen
from tests.handlers.slack.test_journeys import ASK, approved
from tests.handlers.slack.test_troubles import a_picture


@pytest.mark.parametrize(
    ("words", "alt"),
    [
        ("use this picture instead", ""),
        ("", ""),
        ("Nimm bitte dieses Bild", ""),
        ("Use this photo: our shop at night", "our shop at night"),
    ],
)
async def test_a_picture_in_a_drafts_thread_becomes_that_drafts_own(
    office: Office, ana: Person, words: str, alt: str
) -> None:
    await approved(office, ana)
    card = await office.card()
    text = (await office.draft(card)).versions[0].text
    await ana.share(office.room, "shop.png", a_picture(), words, thread=card)
    newer = await office.card(2)
    (draft,) = await office.drafts()
    assert draft.revision == 2 and draft.versions[0].text == text, "the same draft, with its words"
    (medium,) = draft.versions[0].media
    assert (medium.source, medium.alt) == ("upload", alt)
    assert any(block["type"] == "image" for block in newer.blocks)
    await until(lambda: "Replaced ↓" in card.words, "the old one is replaced")
    await ana.react(newer, "white_check_mark")
    await office.status(newer, "approved")


async def test_what_a_picture_shows_is_said_in_the_thread(office: Office, ana: Person) -> None:
    dm = office.slack.world.dm(office.slack.team, ana.id)
    await ana.share(dm, "shop.png", a_picture(), ASK)
    card = await office.card()
    assert "Say in a sentence what it shows" in card.words
    await ana.reply(card, "It shows our shop at night")
    await until(
        lambda: len(office.cards()) > 1, f"{[each.words for each in office.room.messages.values()]}", seconds=30
    )
    newer = await office.card(2)
    (draft,) = await office.drafts()
    assert draft.versions[0].media[0].alt == "our shop at night"
    assert "(Alt: our shop at night)" in seen(newer.blocks) and "Say in a sentence" not in newer.words


async def test_words_beside_the_picture_change_the_text_too(office: Office, ana: Person) -> None:
    await approved(office, ana)
    card = await office.card()
    await ana.share(office.room, "shop.png", a_picture(), "add #bikes", thread=card)
    await until(lambda: any("#bikes" in each.words for each in office.cards()), "the text is changed", seconds=30)
    (draft,) = await office.drafts()
    assert "#bikes" in draft.versions[0].text and draft.versions[0].media[0].source == "upload"


async def test_all_that_a_form_holds_becomes_the_draft(office: Office, ana: Person, clock: MovableClock) -> None:
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", "draft")
    account = (await office.admind.looking.accounts(office.workspace, (await member(office, ana)).id)).items[0]
    picture = shown_file(office.slack.world, office.slack.team, ana._file("shop.png", a_picture()))
    due = clock.now().replace(second=0, microsecond=0) + timedelta(days=3)
    values = {
        "topic": "Our workshop on bike repair",
        "accounts": [account.id],
        "picked": int(due.timestamp()),
        "files": [picture],
        "wish": "a red bike",
        "campaign": "Spring",
    }
    assert not (await ana.submit(values=values)).errors
    card = await office.card()
    draft = await office.draft(card)
    assert (draft.due, draft.brief.campaign, draft.versions[0].media[0].source) == (due, "Spring", "upload")
    assert [version.account for version in draft.versions] == [account.id]
    assert "Campaign" not in card.words and "Spring" not in draft.versions[0].text, "it files the post, unsaid"
