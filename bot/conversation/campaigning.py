"""Campaigns in words: proposed and read back as a timeline, changed by saying so, started once somebody says yes.

Read before everything else, since "Launch …, three weeks of build-up" is no post. What is said after a timeline in the
same conversation is about that campaign, where it is beyond doubt. Letting a paused one go on takes `admind resume`.
"""

from __future__ import annotations

import re
from typing import Final

from bot.chat import PROGRAMS, Button, CardPicture
from bot.conversation.speaking import MCP, Command, Said, Speaking, only_persons
from bot.errors import BadInput, NotFound
from bot.llm.languages import language_of
from bot.planning.campaign_words import read_campaign, read_wishes
from bot.words import noted, reader, told, words
from bot.workflow.campaign_showing import CampaignShowing, told_notices
from bot.workflow.campaigns import STAGES, Campaign, Campaigns, CampaignStatus
from bot.workflow.requests import Asker
from storage.campaigns import ArcPost, Stage
from storage.redis import Database
from storage.requests import Request, RequestStore
from storage.stores import TeamStore

START: Final = "launch"  # verb of a button, with the campaign's id
LOOKED_BACK: Final = 10  # of the person's latest requests
MOST_POSTS: Final = 40
MOST_HEEDED: Final = 5
PICTURES: Final = frozenset({"slack", "discord", "studio"})  # surfaces that show one below the words
_LIST: Final = re.compile(r"(?:campaigns|kampagnen)", re.I)
_YES: Final = re.compile(r"(?:campaign|kampagne)\s+(?:yes|ja|start|starten)(?:\s+(?P<name>.{1,100}))?", re.I)
_DO: Final = re.compile(r"(?:campaign|kampagne)\s+(?P<how>pause|end|beenden)\s+(?P<name>.{1,100})", re.I)
_CHANGE: Final = re.compile(r"(?:campaign|kampagne)\s+(?P<name>[^:\n]{1,100}):\s*(?P<words>\S.*)", re.I | re.S)
_SHOW: Final = re.compile(r"(?:campaign|kampagne)\s+(?P<name>[^:\n]{1,100})", re.I)


class Campaigning:
    def __init__(self, database: Database, campaigns: Campaigns, showing: CampaignShowing) -> None:
        self._requests = RequestStore(database)
        self._team = TeamStore(database)
        self._campaigns = campaigns
        self._showing = showing

    async def answer(self, request: Request, asker: Asker) -> Said | None:
        """What to say where a whole message is about campaigns; None for all others."""
        text = re.sub(r"^\s*/?admind\s+", "", request.text.strip(), flags=re.I)
        bare = text.rstrip(" .!?")
        if self._campaigns.is_campaign(text):
            return await self.propose(asker, text, request.id)
        if _LIST.fullmatch(bare):
            return await self._listed(asker)
        if match := _YES.fullmatch(bare):
            only_persons(asker, told("No campaign was started."), PROGRAMS)
            found = await self._meant(request, asker, match["name"] or "")
            return await self._shown(asker, await self._campaigns.start(asker, found.id))
        if match := _DO.fullmatch(bare):
            return await self._done(asker, match["how"].casefold(), match["name"])
        if (match := _CHANGE.fullmatch(text)) and (known := await self._known(asker, match["name"])):
            return await self._changed(asker, known, match["words"])
        if (match := _SHOW.fullmatch(bare)) and (known := await self._known(asker, match["name"])):
            return await self._shown(asker, known)
        last = await self._last(request, asker)
        if last is not None and await self._campaigns.speaks_of(last, text, _language(text, asker.language)):
            return await self._changed(asker, last, text)
        return None

    async def propose(self, asker: Asker, text: str, key: str) -> Said:
        """Kept as a proposal: it drafts nothing before a person starts it. Raises BadInput with a question."""
        language = _language(text, asker.language)
        return await self._shown(asker, await self._campaigns.propose(asker, text, language=language, key=key))

    async def meant(self, request: Request, asker: Asker, name: str) -> Campaign:
        """The one that is named, or the one that this conversation spoke of last. Raises BadInput, NotFound."""
        return await self._meant(request, asker, name)

    async def change(self, asker: Asker, campaign: Campaign, text: str) -> Said:
        """Its timeline after that change. Raises BadInput with a question."""
        return await self._changed(asker, campaign, text)

    async def reads(self, asker: Asker, text: str) -> bool:
        """Whether these words as they stand are a campaign and nothing besides."""
        here = await self._campaigns.here(asker.workspace, asker.brand, _language(text, asker.language))
        try:
            read_campaign(text, here)
        except BadInput:
            return False
        return True

    async def reads_change(self, asker: Asker, campaign: Campaign, text: str) -> bool:
        """Whether these words as they stand change this campaign and say nothing besides."""
        here = await self._campaigns.here(asker.workspace, asker.brand, _language(text, asker.language))
        try:
            return bool(read_wishes(text, campaign, here))
        except BadInput:
            return False

    async def start(self, asker: Asker, name: str) -> str:
        """By a button. Raises NotFound, NotAllowed, BadInput."""
        campaign = await self._campaigns.start(asker, name)
        return _begun(campaign)

    async def _changed(self, asker: Asker, campaign: Campaign, text: str) -> Said:
        if campaign.status is not CampaignStatus.proposed:
            only_persons(asker, told("The campaign is as it was."))
        language = _language(text, asker.language)
        return await self._shown(asker, await self._campaigns.adjust(asker, campaign.id, text, language=language))

    async def _done(self, asker: Asker, how: str, name: str) -> Said:
        found = await self._campaigns.named(asker.workspace, asker.member, asker.brand, name)
        if how == "pause":
            if asker.surface in PROGRAMS | {"api"}:
                raise BadInput(told("Stopping what goes out is a person's word."), kept=told("Nothing was paused."))
            await self._campaigns.pause(asker, found.id)
            return Said(
                told(
                    "“{name}” pauses: nothing of it goes out, and nothing is drafted. `{command}` lets it go on.",
                    name=found.name,
                    command=f"admind resume campaign:{found.brand}/{found.files_under}",
                )
            )
        only_persons(asker, told("The campaign is as it was."))
        await self._campaigns.end(asker, found.id)
        return Said(told("“{name}” has ended. What waits or is approved stays.", name=found.name))

    async def _listed(self, asker: Asker) -> Said:
        every = await self._campaigns.of(asker.workspace, asker.member, asker.brand)
        live = [each for each in every if each.status is not CampaignStatus.dropped]
        if not live:
            return Said(told("There is no campaign yet. Say “campaign new”, and what to launch and when."))
        book = words(reader())
        lines = [
            f"• {each.name}: {say_status(each)}, {book.day(each.first)} – {book.day(each.last)}" for each in live[-20:]
        ]
        return Said("\n".join(lines))

    async def _shown(self, asker: Asker, campaign: Campaign) -> Said:
        """The timeline, a line each, and what can be done."""
        names = {each.id: each.name for each in await self._team.all(self._team.accounts, asker.workspace)}
        book = words(reader())
        head = f"{campaign.name} · {say_status(campaign)} · {book.day(campaign.first)} – {book.day(campaign.last)}"
        lines = [head]
        about = [told("Goal: {goal}", goal=campaign.goal)] if campaign.goal else []
        about += [told("budget ${budget}", budget=campaign.budget)] if campaign.budget else []
        if campaign.paid_partnership:
            about.append(told("paid partnership"))
        lines += [" · ".join(about)] if about else []
        lines += [_line(post, names) for post in campaign.arc[:MOST_POSTS]]
        picture = await self._drawn(asker, campaign, head, " ".join(lines))
        heed = told_notices(campaign, await self._showing.notices.of(campaign), book)
        lines += [f"⚠ {each}" for each in heed[:MOST_HEEDED]]
        if campaign.status is not CampaignStatus.proposed:
            return Said("\n".join([*lines, _begun(campaign)]), picture=picture)
        lines.append(told("Nothing is drafted before you say yes. Change it by saying so: “one post fewer a week”."))
        if asker.surface in MCP:
            lines.append(told("A person starts it by saying `campaign yes {name}`.", name=campaign.name))
        elif asker.surface not in ("slack", "discord"):
            lines.append(told("Say `campaign yes` to start it."))
        label = told("Yes, start it")
        return Said("\n".join(lines), (Button(label=label, action=f"{START}:{campaign.id}", style="primary"),), picture)

    async def _drawn(self, asker: Asker, campaign: Campaign, head: str, alt: str) -> CardPicture | None:
        """Its timeline as a picture, where the surface shows one below the words."""
        if asker.surface not in PICTURES:
            return None
        said = {each: say_stage(each) for each in STAGES}
        below = head.partition(" · ")[2]
        return await self._showing.kept(campaign, said, below, alt, words(reader()))

    async def _meant(self, request: Request, asker: Asker, name: str) -> Campaign:
        """The one that is named, or the one that this conversation spoke of last. Raises BadInput."""
        if name:
            return await self._campaigns.named(asker.workspace, asker.member, asker.brand, name)
        last = await self._last(request, asker)
        if last is None:
            raise BadInput(told("Which campaign? `campaigns` lists them."))
        return last

    async def _known(self, asker: Asker, name: str) -> Campaign | None:
        """The campaign of that name; without one the words may be about anything."""
        try:
            return await self._campaigns.named(asker.workspace, asker.member, asker.brand, name)
        except NotFound:
            return None

    async def _last(self, request: Request, asker: Asker) -> Campaign | None:
        """The proposal that was read back last in this conversation."""
        for each in reversed(await self._requests.recent(asker.workspace, asker.member, limit=LOOKED_BACK)):
            if each.id == request.id or each.conversation != request.conversation:
                continue
            if each.brand not in ("", asker.brand):  # "" is the brand that its place or its member has
                continue
            for button in each.buttons:
                verb, _, name = button.action.partition(":")
                if verb == START:
                    found = await self._campaigns.get(asker.workspace, asker.member, name)
                    return found if found.brand == asker.brand else None
            if each.drafts:  # it was about something else since
                return None
        return None


def say_status(campaign: Campaign) -> str:
    return {
        "proposed": told("proposed"),
        "running": told("running"),
        "paused": told("paused"),
        "ended": told("ended"),
        "dropped": told("dropped"),
    }[campaign.status.value]


def say_stage(stage: Stage) -> str:
    return {
        "teaser": told("teaser"),
        "reveal": told("reveal"),
        "proof": told("proof"),
        "launch": told("launch"),
        "followup": told("follow-up"),
    }[stage]


def _line(post: ArcPost, names: dict[str, str]) -> str:
    accounts = ", ".join(names.get(each, each) for each in post.accounts)
    return (
        f"• {words(reader()).day(post.at.date())}, {post.at:%H:%M} · {say_stage(post.stage)} · {accounts}: {post.topic}"
    )


def _begun(campaign: Campaign) -> str:
    if campaign.status is not CampaignStatus.running:
        return ""
    return told("It runs: its drafts come for approval in time, one by one.")


def _language(text: str, otherwise: str) -> str:
    """In which words days are said: they tell it better than whoever says them."""
    found = language_of(text)
    return found if found in ("en", "de") else otherwise


async def _told_first(_speaking: Speaking, _argument: str) -> str:
    """The desk answers these before it looks for commands; they stand in the table for help."""
    return told("Say `campaigns`.")


_NEVER: Final = r"(?!)"  # only for help: the desk has read what follows before
COMMANDS: Final[tuple[Command, ...]] = (
    Command(("campaigns", "kampagnen"), noted("campaigns of this brand"), _told_first),
    Command(
        ("campaign new", "kampagne neu"),
        noted("a campaign with its posts on a timeline, such as Launch X on 15 March, goal pre-orders"),
        _told_first,
        "WORDS",
        _NEVER,
    ),
    Command(
        ("campaign", "kampagne"),
        noted("its timeline; yes starts what I proposed, pause NAME, end NAME, NAME: a change in words"),
        _told_first,
        "NAME",
        _NEVER,
    ),
)
