"""Asking with /admind, and what is answered to one alone."""

from __future__ import annotations

from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Message
from tests.fakes.waiting import until
from tests.handlers.slack.office import Office
from tests.handlers.slack.phone import seen


async def answered(person: Person, channel: Channel, command: str) -> Message:
    """What they alone read in the end."""
    before = len(person.whispers(channel))
    assert (await person.slash(channel, "/admind", command)).ok

    def final() -> list[Message]:
        return [each for each in person.whispers(channel)[before:] if each.words not in ("On it…", "Bin dran …")]

    await until(lambda: bool(final()), f"“{command}” is answered", seconds=30)
    return final()[-1]


def shown(message: Message) -> str:
    return seen(message.blocks) if message.blocks else message.text


async def drafted(office: Office, ana: Person, lounge: Channel, *asks: str) -> None:
    for number, ask in enumerate(asks, len(office.cards()) + 1):
        await answered(ana, lounge, ask)
        await office.card(number)
