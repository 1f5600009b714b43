"""What tests of cards do again and again: ask for posts, approve, wait for what stands where."""

from __future__ import annotations

from datetime import timedelta

from bot.chat import Draft, Role
from bot.clock import MovableClock
from storage.posts import Post, PostState
from tests.fakes.slack.doors import Answer
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Message, View
from tests.fakes.waiting import until
from tests.fakes.webhook_server import WebhookServer
from tests.handlers.slack.office import Office, all_of, member

EVERYWHERE = "Announce our workshop on bike repair, tomorrow 9am"  # in every account of the brand
KEY = "whsec_" + "A" * 43 + "="


async def connected(office: Office, site: WebhookServer, **options: str) -> str:
    """The site as an account named Our site; its id."""
    brand = office.admind.workspace.default_brand
    account = await office.admind.accounts.connect(
        office.workspace, brand, "webhook", "Our site", {"url": site.url, **options}, {"signing_key": KEY}
    )
    return account.id


async def asked(office: Office, ana: Person, words: str = EVERYWHERE) -> Message:
    """The card of a fresh draft."""
    before = len(office.cards())
    lounge = next((c for c in office.slack.team.channels.values() if c.name == "lounge"), None)
    await ana.slash(lounge or office.slack.channel("lounge", ana), "/admind", words)
    return await office.card(before + 1)


async def sent(office: Office, ana: Person, clock: MovableClock, card: Message, *states: str) -> list[Post]:
    """Approved by a reaction, and its time come: once the posts are in these states, in the draft's order."""
    await ana.react(card, "white_check_mark")
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
    draft: Draft = await office.draft(card)
    every = {each.id: each for each in await office.posts()}
    return [every[version.post] for version in draft.versions if version.post in every]


def published(posts: list[Post]) -> list[Post]:
    return [each for each in posts if each.state is PostState.published]


async def shows(message: Message, words: str) -> None:
    """Once the message shows this, addresses included."""
    await until(lambda: words in all_of(message), f"“{words}” in {message.words!r}", seconds=30)


async def below(office: Office, card: Message, words: str) -> Message:
    """The message of AdMind's in the card's thread that says so, once it is there."""

    def found() -> list[Message]:
        return [each for each in office.room.thread(card.ts) if each.ts != card.ts and words in all_of(each)]

    await until(lambda: bool(found()), f"“{words}” below the card", seconds=30)
    return found()[-1]


async def menu(person: Person, card: Message, verb: str) -> Answer:
    """Choose this from the card's menu, behind More… where it has no seat."""
    options = next(
        each["options"] for block in card.blocks for each in block.get("elements", ()) if each.get("type") == "overflow"
    )
    values = [each["value"] for each in options]
    seated = next((each for each in values if each.startswith(f"{verb}:")), "")
    if seated:
        return await person.choose(card, "menu", seated)
    await person.choose(card, "menu", next(each for each in values if each.startswith("more:")))
    return await person.click(window_of(person), f"{verb}:")


def window_of(person: Person) -> View:
    assert person.window is not None, "no window is open"
    return person.window


async def works(office: Office, person: Person, *roles: Role) -> None:
    """Give somebody in Slack roles in the brand, by a user group, and let them into the review room."""
    group = office.slack.group(f"as-{person.user.name}", person)
    brand, owner = office.admind.workspace.default_brand, await member(office, office.ana)
    homes, team = office.admind.homes, office.slack.team.id
    await homes.tie_group(office.workspace, owner, "slack", team, group.id, brand, roles)
    office.room.members.add(person.id)
    await person.open_home()
    await until(lambda: person.home is not None and "don't know you" not in person.home.words, "they are known")


async def quiet(office: Office, person: Person) -> None:
    """Whoever listens has heard everything that came before: a later request is answered."""
    dm = await person.dm("problems")
    room = office.slack.world.dm(office.slack.team, person.id)
    await until(lambda: len(room.thread(dm.ts)) > 1, "a later request is answered", seconds=30)
