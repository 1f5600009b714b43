"""One real AdMind that lives in the loopback Slack and in the loopback Discord at once, with people in both."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.bootstrap import AdMind
from bot.chat import Draft, Identified, Member, Role
from bot.clock import MovableClock
from bot.settings import load_settings
from handlers.discord.living import Living as InDiscord
from handlers.discord.living import lived as lived_in_discord
from handlers.discord.surface import permissions
from handlers.slack.living import Living as InSlack
from handlers.slack.living import lived as lived_in_slack
from storage import keys
from storage.inbox import inbox_store
from storage.posts import Post
from storage.stores import DraftStore, PostStore
from tests.fakes.discord import records as discord_records
from tests.fakes.discord.client import hurry
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person as DiscordPerson
from tests.fakes.discord_server import DiscordServer, Permission
from tests.fakes.slack import records as slack_records
from tests.fakes.slack.pressing import Person as SlackPerson
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.handlers.discord import office as in_discord
from tests.handlers.discord.office import is_card
from tests.handlers.slack import office as in_slack
from tests.handlers.slack.office import all_of, whispered

ASK = "Announce our workshop on bike repair for the feed, next Wednesday 2pm"
YES, NO = "white_check_mark", "x"  # as Slack calls ✅ and ❌
CODE = 14  # characters of a code
DiscordCard = discord_records.Message
SlackCard = slack_records.Message


@dataclass
class Both:
    """Ana owns the brand in Slack, where Tim asks for posts and its review room is `desk`; Discord's server `velo`
    joined by her code, and the brand's room there is `wall`. People talk in `lounge` and in `hall`.
    """

    slack: SlackServer
    server: DiscordServer
    velo: Place
    admind: AdMind
    clock: MovableClock
    living: tuple[InSlack, InDiscord]
    ana: SlackPerson
    tim: SlackPerson
    desk: slack_records.Channel
    lounge: slack_records.Channel
    wall: discord_records.Channel
    hall: discord_records.Channel

    @property
    def workspace(self) -> str:
        return self.admind.workspace.id

    @property
    def brand(self) -> str:
        return self.admind.workspace.default_brand

    async def owner(self) -> Member:
        found = await self.member(self.ana)
        assert found is not None
        return found

    async def member(self, person: SlackPerson | DiscordPerson) -> Member | None:
        if isinstance(person, SlackPerson):
            return await self.admind.homes.member(Identified(platform="slack", team=self.slack.team.id, user=person.id))
        who = Identified(platform="discord", team=str(self.velo.id), user=str(person.id))
        return await self.admind.homes.member(who)

    # People

    async def works(self, person: SlackPerson | DiscordPerson, *roles: Role) -> None:
        """Give somebody these roles in the brand, by a group of theirs, and let them be met."""
        owner = await self.owner()
        if isinstance(person, SlackPerson):
            platform, team = "slack", self.slack.team.id
            made = self.slack.group(f"as-{person.user.name}")
            await self.slack.change_group(made, person)
            group = made.id
        else:
            platform, team = "discord", str(self.velo.id)
            role = self.velo.role(f"as-{person.user.name}")
            self.velo.give(person, role)
            group = str(role.id)
        await self.admind.homes.tie_group(self.workspace, owner, platform, team, group, self.brand, roles)
        await self.meet(person)

    async def meet(self, person: SlackPerson | DiscordPerson) -> None:
        """They say something to AdMind, so that it knows them."""
        if isinstance(person, SlackPerson):
            self.lounge.members.add(person.id)
            self.desk.members.add(person.id)
            await person.slash(self.lounge, "/admind", "help")
        else:
            await (await person.slash(self.hall, "/admind", "help")).settle()

        async def known() -> bool:
            return await self.member(person) is not None

        await until(known, f"{person} is known", seconds=20)

    async def link(self, here: SlackPerson, there: DiscordPerson) -> None:
        """One person: begun in Discord, taken up in Slack, confirmed in Discord."""
        begun = await (await there.slash(self.hall, "/admind link")).settle()
        code = begun.words.split("/admind link ")[1][:CODE]
        await here.slash(self.lounge, "/admind", f"link {code}")
        await whispered(here, self.lounge, "This would make you one person with")
        await here.slash(self.lounge, "/admind", f"link {code} yes")
        await whispered(here, self.lounge, "go back to Discord, velo")
        done = await (await there.slash(self.hall, "/admind link", code=code, agree=True)).settle()
        assert "one person here from now on" in done.words, done.words

    # Drafts

    def slack_cards(self, room: slack_records.Channel | None = None) -> list[SlackCard]:
        every = (room or self.desk).messages.values()
        return [each for each in every if each.metadata.get("event_payload", {}).get("digest") is not None]

    def discord_cards(self, room: discord_records.Channel | None = None) -> list[DiscordCard]:
        every = (room or self.wall).messages.values()
        return [each for each in every if each.author is self.server.world.bot and is_card(each)]

    async def cards(self, count: int = 1) -> tuple[SlackCard, DiscordCard]:
        """The newest card in each home, once there are so many, and both are noted."""
        await until(lambda: len(self.slack_cards()) >= count, f"{count} cards in Slack", seconds=30)
        await until(lambda: len(self.discord_cards()) >= count, f"{count} cards in Discord", seconds=30)
        found = self.slack_cards()[-1], self.discord_cards()[-1]

        async def noted() -> bool:
            known = {ref.message for each in await self.drafts() for ref in each.messages}
            return {found[0].ts, str(found[1].id)} <= known

        await until(noted, "both are noted", seconds=20)
        return found

    async def ask(self, who: SlackPerson | DiscordPerson, text: str = ASK) -> tuple[SlackCard, DiscordCard]:
        """Somebody asks for a post where they are; its cards."""
        before = len(self.slack_cards()), len(self.discord_cards())
        if isinstance(who, SlackPerson):
            await who.slash(self.lounge, "/admind", text)
        else:
            who.mention(self.hall, text)
        return await self.cards(max(before) + 1)

    async def drafts(self) -> list[Draft]:
        return list((await DraftStore(self.admind.database).page(self.workspace)).items)

    async def draft(self) -> Draft:
        """The newest one."""
        return (await self.drafts())[0]

    async def posts(self) -> list[Post]:
        return list((await PostStore(self.admind.database).page(self.workspace)).items)

    async def status(self, wanted: str) -> None:
        async def stands() -> bool:
            return (await self.draft()).status.value == wanted

        await until(stands, f"the draft is {wanted}", seconds=20)

    async def heard(self, count: int) -> None:
        """So many decisions have been written down."""

        async def there() -> bool:
            return len((await self.draft()).decisions) >= count

        await until(there, f"{count} decisions", seconds=20)

    async def waits(self, platform: str) -> None:
        """A home there could not be told, and is to be told later."""

        async def later() -> bool:
            client: Any = self.admind.database.client
            entries = await client.zrange(keys.due(self.workspace), 0, -1)
            return any(str(each).startswith(f"note:at:{platform}:") for each in entries)

        await until(later, f"{platform} is to be told later", seconds=20)

    async def says(self, words: str, *, within: float = 20) -> float:
        """Seconds until the newest card in each home, and the inbox, say so."""
        began = time.monotonic()
        await _reads(lambda: self.slack_cards()[-1].words, words, within)
        await _reads(lambda: self.discord_cards()[-1].words, words, within)

        async def in_inbox() -> bool:
            page = await inbox_store(self.admind.database).page(self.workspace, limit=100)
            return any(words in str(item.card) for item in page.items)

        await until(in_inbox, f"“{words}” in the inbox", seconds=within)
        return time.monotonic() - began

    async def rules(self, **rules: object) -> None:
        await self.admind.office.change_brand(self.workspace, (await self.owner()).id, self.brand, rules)

    async def tell_apart(self, *people: SlackPerson | DiscordPerson) -> None:
        """An owner says that each of these is nobody else's second name."""
        owner = await self.owner()
        for person in people:
            known = await self.member(person)
            assert known is not None
            await self.admind.kinship.vouch(self.workspace, owner.id, known.id, distinct=True)


async def _reads(text: Callable[[], str], words: str, within: float) -> None:
    try:
        await until(lambda: words in text(), words, seconds=within)
    except AssertionError as error:
        raise AssertionError(f"not within {within} s: “{words}” in {text()!r}") from error


@asynccontextmanager
async def running(
    folder: Path,
    slack_server: SlackServer,
    server: DiscordServer,
    *,
    clock: MovableClock,
    more: Mapping[str, str] | None = None,
) -> AsyncIterator[Both]:
    """AdMind on this folder as `admind run` has it, in both chats, before anything is joined."""
    ana = slack_server.person("ana")
    desk, lounge = slack_server.channel("reviews", ana), slack_server.channel("lounge", ana)
    velo = server.guild("velo", permissions=Permission(permissions().value))
    wall, hall = velo.room("reviews"), velo.room("hall")
    given = {
        **in_discord.environ(folder, server, None, None),
        **in_slack.environ(folder, slack_server, ana, desk, "sockets"),
        **(more or {}),
    }
    with server.pointed():
        async with (
            AdMind(load_settings(given), clock=clock) as admind,
            lived_in_slack(admind) as here,
            lived_in_discord(admind) as there,
        ):
            hurry(there.bot)
            await admind.start()
            await admind.loaded()
            async with here.heard(ping_seconds=0.2), there.heard():
                await slack_server.over_sockets()
                await until(there.bot.is_ready, "the bot is ready", seconds=20)
                yield Both(
                    slack_server,
                    server,
                    velo,
                    admind,
                    clock,
                    (here, there),
                    ana,
                    slack_server.person("tim"),
                    desk,
                    lounge,
                    wall,
                    hall,
                )


async def joined(both: Both, place: Place | None = None, room: discord_records.Channel | None = None) -> None:
    """The server works with Slack's workspace, by a code of Ana's that whoever manages it says there."""
    where, hall = place or both.velo, room or both.hall
    where.owner.mention(hall, "help")
    await in_discord.said(hall, "Tell me in your own words")
    count = len(both.ana.whispers(both.lounge))
    await both.ana.slash(both.lounge, "/admind", "code")
    await until(lambda: len(both.ana.whispers(both.lounge)) > count, "a code", seconds=20)
    code = all_of(both.ana.whispers(both.lounge)[-1]).split("/admind join ")[1][:CODE]
    done = await (await where.owner.slash(hall, "/admind join", code=code)).settle()
    assert "works with the other one" in done.words, done.words


async def tied(both: Both) -> None:
    """Joined, and the brand's drafts wait on the wall too."""
    await both.works(both.tim, Role.requester)
    await joined(both)
    await both.admind.homes.tie(
        both.workspace,
        await both.owner(),
        "discord",
        str(both.velo.id),
        str(both.wall.id),
        "reviews",
        both.brand,
        "review",
    )
