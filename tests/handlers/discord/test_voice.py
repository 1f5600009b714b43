"""Voice notes and other files that nobody understands: named, and the words beside them are answered all the same."""

from __future__ import annotations

from tests.fakes.discord.pressing import Person
from tests.handlers.discord.acting import lounge
from tests.handlers.discord.office import Office, said, told
from tests.handlers.discord.test_journeys import ASK


async def test_a_voice_note_beside_words_is_named_and_the_words_are_answered(office: Office, ana: Person) -> None:
    ana.mention(lounge(office), ASK, [("memo.m4a", b"sound")])
    card = await office.card()
    answer = await said(lounge(office), "left them out: memo.m4a")
    assert "I can't read these files" in answer.words and "Look at" in answer.words
    assert not (await office.draft(card)).versions[0].media


async def test_a_voice_note_alone_is_named_and_asked_for_in_words(office: Office, ana: Person) -> None:
    ana.dm("", [("voice-message.ogg", b"OggS")])
    answer = await told(ana, "voice-message.ogg")
    assert "One sentence is enough. I could not read voice-message.ogg" in answer.words
    assert not await office.drafts() and not office.cards()
