"""What tests of Discord do again and again: ask for posts, approve, choose from a card's menu, give rights."""

from __future__ import annotations

from datetime import timedelta

from bot.chat import Role
from bot.clock import MovableClock
from bot.workflow.requests import Asker
from storage.posts import Post
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.reading import buttons, menus
from tests.fakes.discord.records import Channel, Message
from tests.fakes.discord.world import Interaction
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer
from tests.handlers.discord.office import Office, member

EVERYWHERE = "Announce our workshop on bike repair, tomorrow 9am"  # in every account of the brand
KEY = "whsec_" + "A" * 43 + "="


def lounge(office: Office) -> Channel:
    """A room that belongs to no brand."""
    there = [each for each in office.velo.guild.channels.values() if each.name == "lounge"]
    return there[0] if there else office.velo.room("lounge")


async def connected(office: Office, site: WebhookServer, name: str = "Our site", path: str = "", **options: str) -> str:
    """The site as an account; its id."""
    brand = office.admind.workspace.default_brand
    account = await office.admind.accounts.connect(
        office.workspace, brand, "webhook", name, {"url": site.url + path, **options}, {"signing_key": KEY}
    )
    return account.id


async def asked(office: Office, ana: Person, words: str = EVERYWHERE) -> Message:
    """The card of a fresh draft, noted as such."""
    before = len(office.cards())
    ana.mention(lounge(office), words)
    card = await office.card(before + 1)
    await office.draft(card)
    return card


async def menu(person: Person, card: Message, verb: str) -> Interaction:
    """Choose this from the card's menu."""
    values = [str(each["value"]) for found in menus(card) for each in found["options"]]
    return await person.choose(card, next(each for each in values if each.startswith(f"{verb}:")))


async def press(person: Person, message: Message, verb: str) -> Interaction:
    """Press the button of this action; where it has none, choose it from the menu."""
    names = [str(each.get("custom_id") or "") for each in buttons(message)]
    wanted = next((each for each in names if each.startswith(f"a:{verb}:")), "")
    return await (person.click(message, wanted) if wanted else menu(person, message, verb))


async def turn(person: Person, page: Message, label: str) -> None:
    """Press this on a private page, and wait for what stands there then."""
    before = page.words
    await person.click(page, label)
    await until(lambda: page.words != before, f"another page after {label}")


async def sent(office: Office, ana: Person, clock: MovableClock, card: Message, *states: str) -> list[Post]:
    """Approved by a reaction, and its time come: once the posts are in these states, in the draft's order."""
    ana.react(card, "✅")
    await office.status(card, "approved")
    due = (await office.draft(card)).due
    assert due is not None
    clock.move_to(due + timedelta(seconds=1))
    return await posts_are(office, card, *states)


async def posts_are(office: Office, card: Message, *states: str) -> list[Post]:
    async def there() -> bool:
        return [each.state.value for each in await posts_of(office, card)] == list(states)

    await until(there, f"the posts are {states}", seconds=30)
    return await posts_of(office, card)


async def posts_of(office: Office, card: Message) -> list[Post]:
    draft = await office.draft(card)
    every = {each.id: each for each in await office.posts()}
    return [every[version.post] for version in draft.versions if version.post in every]


async def shows(message: Message, words: str) -> None:
    await until(lambda: words in message.words, f"“{words}” in {message.words!r}", seconds=30)


def thread_of(office: Office, card: Message) -> Channel:
    """The thread that hangs on this card."""
    found = office.server.world.channel(card.id)
    assert found is not None, "it has no thread"
    return found


async def below(office: Office, card: Message, words: str) -> Message:
    """What AdMind says in the card's thread, once it says so there."""

    def found() -> list[Message]:
        if not card.thread:
            return []
        every = thread_of(office, card).messages.values()
        return [each for each in every if each.author is office.server.world.bot and words in each.words]

    await until(lambda: bool(found()), f"“{words}” below the card", seconds=30)
    return found()[-1]


async def whispered(person: Person, room: Channel, words: str) -> Message:
    """What only this person sees in the room, once it says so."""

    def seen() -> list[str]:
        return [each.words for each in person.whispers(room)]

    try:
        await until(lambda: any(words in each for each in seen()), f"“{words}” to one alone", seconds=30)
    except AssertionError as error:
        raise AssertionError(
            f"{error}; {person} reads {seen()} and {[each.words for each in person.heard()]}"
        ) from None
    return next(each for each in person.whispers(room) if words in each.words)


async def works(office: Office, person: Person, *roles: Role) -> None:
    """Give somebody roles in the brand, by a role of the guild."""
    role = office.velo.role(f"as-{person.user.name}")
    office.velo.give(person, role)
    brand, owner = office.admind.workspace.default_brand, await member(office, office.ana)
    team = str(office.velo.id)
    await office.admind.homes.tie_group(office.workspace, owner, "discord", team, str(role.id), brand, roles)


def texts_of(person: Person) -> list[str]:
    """The names of the open window's text fields."""
    parts = (person.window or {})["components"]
    return [part["component"]["custom_id"] for part in parts if part["type"] == 18 and part["component"]["type"] == 4]


async def asker_of(office: Office, card: Message) -> Asker:
    """The draft's requester, changing it elsewhere."""
    draft = await office.draft(card)
    return Asker(
        workspace=draft.workspace,
        brand=draft.brand,
        member=draft.requested_by,
        conversation=draft.conversation,
        surface="studio",
        language="en",
        zone="UTC",
        by_agent=False,
    )


async def ties(office: Office, ana: Person, *clients: Channel) -> None:
    """In the settings, these are the brand's client rooms, and no others."""
    before = len(ana.whispers(lounge(office)))
    await (await ana.slash(lounge(office), "/admind", "settings")).settle()
    await ana.click(ana.whispers(lounge(office))[before], "Rooms")
    await ana.submit(clients=list(clients))
    await until(lambda: "Saved." in ana.whispers(lounge(office))[-1].words, "it is saved", seconds=20)


async def needs_the_client(office: Office, ana: Person) -> None:
    owner, brand = await member(office, ana), office.admind.workspace.default_brand
    await office.admind.office.change_brand(office.workspace, owner.id, brand, {"client_approvals": 1})
