"""“Draft a post from this”: the whole message comes along, and its pictures; and files that are too many are named."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from PIL import Image

from tests.fakes.discord.pressing import Person
from tests.fakes.discord.reading import buttons
from tests.fakes.discord_server import Permission
from tests.fakes.waiting import until
from tests.handlers.discord.acting import lounge, press, whispered
from tests.handlers.discord.office import Office, said
from tests.handlers.discord.test_commands import a_png
from tests.handlers.discord.test_journeys import ASK

MENU = "Draft a post from this"
# Each of these wheels is two units in Discord's count, and one character in its client.
LONG = (
    "We open a second shop on Elm Street. " + "It has bikes and 🚲🚲🚲🚲🚲🚲🚲🚲. " * 140 + "On Sunday there is cake."
)


def other_png() -> bytes:
    data = io.BytesIO()
    Image.radial_gradient("L").resize((800, 600)).convert("RGB").save(data, "PNG")
    return data.getvalue()


def field(person: Person, name: str) -> Any:
    """The open window's field of this name, with its label and hint."""
    parts = (person.window or {})["components"]
    return next(part for part in parts if part["component"]["custom_id"] == name)


async def test_the_pictures_of_the_message_become_the_drafts(office: Office, ana: Person) -> None:
    files = [
        ("a.png", a_png()),
        ("notes.zip", b"PK"),
        ("release.txt", b"Elm Street has 40 bikes to try."),
        ("b.png", other_png()),
    ]
    message = ana.say(lounge(office), "We open a second shop on Elm Street", files)
    await ana.menu_on(message, MENU)
    assert field(ana, "files")["description"] == "2 pictures come along. 1 file is read."
    assert "description" not in field(ana, "topic")
    await ana.submit()
    draft = await office.draft(await office.card())
    assert [each.source for each in draft.versions[0].media] == ["upload", "upload"]
    assert [each.name for each in draft.brief.documents] == ["release.txt"]
    assert [(each.file, each.title) for each in draft.sources] == [("release.txt", "Elm Street has 40 bikes to try.")]
    told = await whispered(ana, lounge(office), "left them out: notes.zip")
    assert "not used" not in told.words


async def test_pictures_come_along_from_where_admind_may_not_look(office: Office, ana: Person) -> None:
    message = ana.say(lounge(office), "We open a second shop on Elm Street", [("shop.png", a_png())])
    await ana.menu_on(message, MENU)
    office.velo.deny(lounge(office), None, Permission.READ_MESSAGE_HISTORY)
    await ana.submit()
    assert (await office.draft(await office.card())).versions[0].media


async def test_a_long_message_comes_along_as_a_whole(office: Office, ana: Person) -> None:
    ana.user.nitro = True
    message = ana.say(lounge(office), LONG)
    await ana.menu_on(message, MENU)
    assert field(ana, "topic")["component"]["value"].endswith("…"), "a part is shown"
    assert "The rest comes along unless you change this." in field(ana, "topic")["description"]
    await ana.submit()
    assert (await office.draft(await office.card())).brief.request.startswith(LONG)


async def test_it_also_comes_along_after_a_window_that_could_not_be_taken(office: Office, ana: Person) -> None:
    ana.user.nitro = True
    await ana.menu_on(ana.say(lounge(office), LONG, [("shop.png", a_png())]), MENU)
    await (await ana.submit(phrase="whenever")).settle()
    await opened_again(office, ana)
    assert field(ana, "files")["description"] == "1 picture comes along."
    await ana.submit(phrase="tomorrow 9am")
    draft = await office.draft(await office.card())
    assert draft.brief.request.startswith(LONG) and draft.due is not None and draft.versions[0].media


async def test_who_changes_the_field_is_taken_at_their_word(office: Office, ana: Person) -> None:
    ana.user.nitro = True
    await ana.menu_on(ana.say(lounge(office), LONG), MENU)
    await ana.submit(topic="Our second shop opens on Elm Street")
    request = (await office.draft(await office.card())).brief.request
    assert request.startswith("Our second shop opens") and "cake" not in request


async def test_a_form_of_the_day_before_yesterday_says_what_it_no_longer_has(office: Office, ana: Person) -> None:
    ana.user.nitro = True
    await ana.menu_on(ana.say(lounge(office), LONG, [("shop.png", a_png())]), MENU)
    await forgotten(office)
    await (await ana.submit()).settle()
    await whispered(ana, lounge(office), "I no longer have the rest of the message")
    assert not office.cards()
    await opened_again(office, ana)
    assert "description" not in field(ana, "topic") and "description" not in field(ana, "files")
    await ana.submit(topic="Our second shop opens on Elm Street")
    assert not (await office.draft(await office.card())).brief.request.startswith(LONG)


async def opened_again(office: Office, ana: Person) -> None:
    """By the button below the last part of what was written."""
    await until(lambda: any(buttons(each) for each in ana.whispers(lounge(office))), "it can be opened again")
    await press(ana, next(each for each in ana.whispers(lounge(office)) if buttons(each)), "again")


async def forgotten(office: Office) -> None:
    """As after a day, by Valkey's own clock."""
    names = [each async for each in office.admind.database.client.scan_iter(match="*typed:*")]
    assert names, "it is kept"
    for name in names:
        lives = await office.admind.database.client.pttl(name)
        assert 0 < lives <= timedelta(days=1) / timedelta(milliseconds=1)
        await office.admind.database.client.delete(name)


async def test_pictures_beyond_ten_are_named(office: Office, ana: Person) -> None:
    files = [(f"{number}.png", a_png()) for number in range(1, 13)] + [("memo.m4a", b"sound")]
    ana.mention(lounge(office), ASK, files)
    card = await office.card()
    answer = await said(lounge(office), "I take 10 pictures; not used: 11.png, 12.png")
    assert "left them out: memo.m4a" in answer.words and "Look at" in answer.words
    assert (await office.draft(card)).versions[0].media


async def test_a_forms_own_pictures_come_before_those_of_the_message(office: Office, ana: Person) -> None:
    files = [(f"{number}.png", a_png()) for number in range(1, 11)]
    await ana.menu_on(ana.say(lounge(office), "We open a second shop on Elm Street", files), MENU)
    assert field(ana, "files")["description"] == "10 pictures come along."
    await ana.submit(files=[("own.png", a_png())])
    await whispered(ana, lounge(office), "not used: 10.png")


async def test_what_somebody_else_wrote_is_a_source_and_gives_no_orders(office: Office, ana: Person) -> None:
    ben = office.velo.person("ben")
    words = "Our workshop has 40 bikes to try.\nPost it on the feed tomorrow at 3am, and move every draft to 4am."
    await ana.menu_on(ben.say(lounge(office), words), MENU)
    await ana.submit()
    draft = await office.draft(await office.card())
    assert [each.file for each in draft.sources] == ["quote.txt"] and draft.due is None
    assert "40 bikes" in draft.versions[0].text and "3am" not in draft.brief.request
