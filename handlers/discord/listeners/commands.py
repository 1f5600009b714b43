"""`/admind` with typed options. Some commands open a window or are done here; everything else is a request."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.app_commands import Choice

from bot.errors import BadInput, NotAllowed
from bot.words import noted, read_in, told
from handlers.chat import houses
from handlers.chat.asking import in_words
from handlers.chat.visiting import Visitor
from handlers.discord.calling import asked
from handlers.discord.discord import Discord
from handlers.discord.listeners import linking, opening, suggesting
from handlers.discord.listeners.submitting import requested

Interaction = discord.Interaction[Any]
Period = Literal["today", "tomorrow", "this week", "next week", "this month", "next month", "last week", "last month"]
Line = app_commands.Range[str, 1, 200]
Words = app_commands.Range[str, 1, 2000]


def register(here: Discord) -> None:
    here.client.tree.add_command(Commands(here))


class Commands(app_commands.Group):
    def __init__(self, here: Discord) -> None:
        super().__init__(
            name="admind",
            description=noted("your marketing teammate"),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
        )
        self.here = here

    @app_commands.command(name="help", description=noted("what I can do"))
    async def help(self, interaction: Interaction) -> None:
        await self._asked(interaction, "help")

    @app_commands.command(name="ask", description=noted("anything, in your own words"))
    @app_commands.describe(words=noted("what you want"))
    async def ask(self, interaction: Interaction, words: Words) -> None:
        await self._asked(interaction, words)

    @app_commands.command(name="draft", description=noted("a new post; without a topic a window opens"))
    @app_commands.describe(
        topic=noted("what it is about"),
        account=noted("where; else where it usually goes"),
        when=noted("in your own words: next Tue 9am"),
        image=noted("what a picture should show"),
        picture=noted("a picture of your own"),
        campaign=noted("the campaign that it belongs to"),
    )
    async def draft(
        self,
        interaction: Interaction,
        topic: Words = "",
        account: Line = "",
        when: Line = "",
        image: Line = "",
        picture: discord.Attachment | None = None,
        campaign: Line = "",
    ) -> None:
        if not topic:
            visitor = await self._visitor(interaction)
            await opening.new_post(self.here, visitor, interaction)
            return
        visitor = await self._thinking(interaction)
        accounts = await self.here.admind.looking.accounts(visitor.workspace, visitor.member.id)
        named = next((each.name for each in accounts.items if each.id == account), account)
        text = in_words(topic, accounts=named, when=when, image=image, campaign=campaign)
        await self._request(interaction, visitor, text, files=(picture.url,) if picture else ())

    @draft.autocomplete("account")
    async def _draft_account(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await suggesting.accounts(self.here, interaction, typed)

    @draft.autocomplete("campaign")
    async def _draft_campaign(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await suggesting.campaigns(self.here, interaction, typed)

    @app_commands.command(name="review", description=noted("what waits for you, one at a time"))
    async def review(self, interaction: Interaction) -> None:
        visitor = await self._thinking(interaction)
        brand = await opening.room_brand(self.here, visitor, interaction)
        await opening.review(self.here, visitor, interaction, brand, in_place=True)

    @app_commands.command(name="show", description=noted("a draft in full"))
    @app_commands.describe(draft=noted("which one"))
    async def show(self, interaction: Interaction, draft: Line) -> None:
        visitor = await self._thinking(interaction)
        found = await opening.draft_of(self.here, visitor, draft)
        await opening.pages(self.here, visitor, interaction, found, "details", in_place=True)

    @show.autocomplete("draft")
    async def _show_draft(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await suggesting.drafts(self.here, interaction, typed)

    @app_commands.command(name="drafts", description=noted("what waits for a decision"))
    async def drafts(self, interaction: Interaction) -> None:
        await self._asked(interaction, "drafts")

    @app_commands.command(name="posts", description=noted("what went out"))
    async def posts(self, interaction: Interaction, period: Period | None = None) -> None:
        await self._asked(interaction, f"posts {period or ''}")

    @app_commands.command(name="calendar", description=noted("what is planned"))
    async def calendar(self, interaction: Interaction, period: Period | None = None) -> None:
        await self._asked(interaction, f"calendar {period or ''}")

    @app_commands.command(name="plan", description=noted("what is planned per day, and which days have nothing"))
    @app_commands.describe(
        add=noted("slots that come again: LinkedIn Mon and Wed 9:00 tip"),
        do=noted("say yes to what was read back, fill empty slots, pause the plan or let it go on"),
    )
    async def plan(
        self,
        interaction: Interaction,
        period: Period | None = None,
        add: Line = "",
        do: Literal["yes", "fill", "pause", "go on"] | None = None,
    ) -> None:
        await self._asked(interaction, f"plan {only_one(period, add and f'add {add}', do)}")

    @app_commands.command(name="campaigns", description=noted("campaigns of this brand"))
    @app_commands.describe(
        campaign=noted("the timeline of this one"),
        new=noted("a new one: Launch X on 15 March, goal pre-orders"),
        change=noted("what should be different in it"),
    )
    async def campaigns(
        self, interaction: Interaction, campaign: Line = "", new: Words = "", change: Words = ""
    ) -> None:
        if change and not campaign:
            raise BadInput(told("Which campaign? `campaigns` lists them."))
        named = f"campaign {campaign}{f': {change}' if change else ''}" if campaign else ""
        await self._asked(interaction, only_one(named, new and f"campaign new {new}") or "campaigns")

    @campaigns.autocomplete("campaign")
    async def _campaigns_campaign(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await suggesting.campaigns(self.here, interaction, typed)

    @app_commands.command(name="report", description=noted("what went out and what did not"))
    @app_commands.describe(campaign=noted("only of this campaign"), account=noted("only of this account"))
    async def report(
        self, interaction: Interaction, period: Period | None = None, campaign: Line = "", account: Line = ""
    ) -> None:
        of = scope_of(account=account, campaign=campaign, topic="", everything=False)
        await self._asked(interaction, " ".join(each for each in ("report", of, period or "") if each))

    @app_commands.command(name="what-next", description=noted("what to post next, with the numbers behind it"))
    async def what_next(self, interaction: Interaction) -> None:
        await self._asked(interaction, "what next")

    @app_commands.command(name="best-time", description=noted("when posts do better, as far as that is known"))
    @app_commands.describe(account=noted("only of this account"))
    async def best_time(self, interaction: Interaction, account: Line = "") -> None:
        await self._asked(interaction, f"best time {account}")

    @app_commands.command(name="experiments", description=noted("how experiments stand"))
    async def experiments(self, interaction: Interaction) -> None:
        await self._asked(interaction, "experiments")

    @app_commands.command(name="problems", description=noted("what needs somebody's attention"))
    async def problems(self, interaction: Interaction) -> None:
        await self._asked(interaction, "problems")

    @app_commands.command(name="brand", description=noted("how your brand speaks, and who must approve"))
    async def brand(self, interaction: Interaction) -> None:
        await self._asked(interaction, "brand")

    @app_commands.command(name="away", description=noted("you are away until a day"))
    @app_commands.describe(until=noted("a day, in your own words"), delegate=noted("who may decide for you meanwhile"))
    async def away(self, interaction: Interaction, until: Line, delegate: discord.Member | None = None) -> None:
        decides = f" {await self._called(delegate)} decides" if delegate else ""
        await self._asked(interaction, f"away until {until.strip().removeprefix('until ')}{decides}")

    async def _called(self, person: discord.Member) -> str:
        """The name that AdMind knows somebody by; who never said a word to it is met now."""
        try:
            return (await self.here.people.visitor(person, guild=str(person.guild.id))).member.name
        except NotAllowed:
            return person.display_name

    @app_commands.command(name="back", description=noted("you are here again"))
    async def back(self, interaction: Interaction) -> None:
        await self._asked(interaction, "back")

    @app_commands.command(name="pause", description=noted("nothing more goes out: alone, of this brand"))
    @app_commands.describe(
        account=noted("only of this account"),
        campaign=noted("only of this campaign"),
        topic=noted("only what is about this"),
        everything=noted("of every brand"),
        because=noted("why"),
    )
    async def pause(
        self,
        interaction: Interaction,
        account: Line = "",
        campaign: Line = "",
        topic: Line = "",
        everything: bool = False,
        because: Line = "",
    ) -> None:
        scope = scope_of(account=account, campaign=campaign, topic=topic, everything=everything)
        await self._asked(interaction, f"pause {scope}" + (f" because {because}" if because else ""))

    @app_commands.command(name="resume", description=noted("posts go out again: alone, of this brand"))
    @app_commands.describe(
        account=noted("only of this account"),
        campaign=noted("only of this campaign"),
        topic=noted("only what is about this"),
        everything=noted("of every brand"),
    )
    async def resume(
        self,
        interaction: Interaction,
        account: Line = "",
        campaign: Line = "",
        topic: Line = "",
        everything: bool = False,
    ) -> None:
        visitor = await self._thinking(interaction, deciding=True)
        scope = scope_of(account=account, campaign=campaign, topic=topic, everything=everything)
        said = await houses.resume(self.here.admind, visitor, scope, str(interaction.channel_id or ""))
        await self.here.telling.answer(interaction, said)

    @best_time.autocomplete("account")
    @report.autocomplete("account")
    @pause.autocomplete("account")
    @resume.autocomplete("account")
    async def _account(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await suggesting.accounts(self.here, interaction, typed)

    @report.autocomplete("campaign")
    @pause.autocomplete("campaign")
    @resume.autocomplete("campaign")
    async def _campaign(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await suggesting.campaigns(self.here, interaction, typed)

    @app_commands.command(name="studio", description=noted("your way into the studio"))
    async def studio(self, interaction: Interaction) -> None:
        visitor = await self._thinking(interaction, deciding=True)
        await self.here.telling.answer(interaction, await houses.studio(self.here.admind, visitor))

    @app_commands.command(name="settings", description=noted("rooms of this brand, and who may do what"))
    async def settings(self, interaction: Interaction) -> None:
        visitor = await self._thinking(interaction, deciding=True)
        await opening.settings(self.here, visitor, interaction)

    @app_commands.command(name="link", description=noted("you are here under another name too"))
    @app_commands.describe(code=noted("the code from there"), agree=noted("yes, that is me"))
    async def link(self, interaction: Interaction, code: Line = "", agree: bool = False) -> None:
        await asked(interaction.response.defer(ephemeral=True, thinking=True))
        said = await linking.link(self.here, interaction, f"{code.strip()}{' yes' if agree else ''}")
        await self.here.telling.answer(interaction, said)

    @app_commands.command(name="code", description=noted("let another server or Slack work with this one"))
    async def code(self, interaction: Interaction) -> None:
        visitor = await self._thinking(interaction, deciding=True)
        made = await self.here.admind.homes.join_code(visitor.workspace, visitor.member)
        said = told("In the other server or in Slack, an owner says within ten minutes: /admind join {code}", code=made)
        await self.here.telling.answer(interaction, said)

    @app_commands.command(name="join", description=noted("this server works with another one"))
    @app_commands.describe(code=noted("the code from there"))
    async def join(self, interaction: Interaction, code: Line) -> None:
        visitor = await self._thinking(interaction, deciding=True)
        if interaction.guild_id is None:
            raise BadInput(told("Say this in the server that should join."), kept=told("Nothing changed."))
        team = str(interaction.guild_id)
        await self.here.admind.homes.join("discord", team, code.strip(), visitor.who)
        self.here.people.forget(team)
        await self.here.telling.answer(interaction, told("Done: this server works with the other one now."))

    async def _visitor(self, interaction: Interaction, *, deciding: bool = False) -> Visitor:
        visitor = await opening.visitor_of(self.here, interaction, deciding=deciding)
        read_in(visitor.member.language)
        return visitor

    async def _thinking(self, interaction: Interaction, *, deciding: bool = False) -> Visitor:
        await asked(interaction.response.defer(ephemeral=True, thinking=True))
        return await self._visitor(interaction, deciding=deciding)

    async def _asked(self, interaction: Interaction, text: str) -> None:
        await self._request(interaction, await self._thinking(interaction), text.strip())

    async def _request(
        self, interaction: Interaction, visitor: Visitor, text: str, *, files: tuple[str, ...] = ()
    ) -> None:
        brand = await opening.tied_brand(self.here, interaction)
        await requested(self.here, visitor, interaction, text, brand=brand, files=files)


def only_one(*said: str | None) -> str:
    """What was given; "" for nothing. Raises BadInput for more than one."""
    given = [each.strip() for each in said if each and each.strip()]
    if len(given) > 1:
        raise BadInput(told("Say one of these at a time."))
    return given[0] if given else ""


def scope_of(*, account: str, campaign: str, topic: str, everything: bool) -> str:
    """What is meant, as it is said in words; "" is the brand. Raises BadInput for more than one."""
    named = [
        ("account", account),
        ("campaign", campaign),
        ("topic", topic),
        ("everything", "" if not everything else "x"),
    ]
    given = [(kind, value.strip()) for kind, value in named if value.strip()]
    if len(given) > 1:
        raise BadInput(told("Name one of them: an account, a campaign, a topic, or everything."))
    if not given:
        return ""
    kind, value = given[0]
    return kind if kind == "everything" else f"{kind} {value}"
