"""Buttons and menus of cards, answers and private pages: understood by their ids, after a restart too."""

from __future__ import annotations

import re
from typing import Any, Final, Self

import discord

from bot.chat import Verdict
from bot.errors import BadInput, NotFound
from bot.words import read_in, told
from handlers.chat import campaigning, client_reports, deciding, houses, on_posts, planning, retrying
from handlers.chat.visiting import Visitor
from handlers.discord.buttons import MENU, PREFIX
from handlers.discord.calling import asked
from handlers.discord.discord import Discord
from handlers.discord.listeners import errors, opening
from handlers.discord.listeners.opening import WINDOWS
from handlers.discord.telling import words_as_views

Interaction = discord.Interaction[Any]
DECIDES: Final = {"approve": Verdict.approve, "hold": Verdict.hold}
AGREES: Final = frozenset({"agree", "agree_next"})  # on the last page of what was read
FLOWS: Final = frozenset({"stop", "resume", "stay"})
LAPSES: Final = frozenset({"reconnect", "release", "whose"})
PAGES: Final = frozenset({"read", "details", "review", "page", "next"})
ACTIONS: Final = (
    frozenset({*DECIDES, *on_posts.VERBS, *client_reports.VERBS, "settings", "again", "halt", "retry"})
    | AGREES
    | FLOWS
    | LAPSES
    | PAGES
    | WINDOWS
    | planning.VERBS
    | campaigning.VERBS
)
BY_RIGHT: Final = (
    frozenset({*DECIDES, *on_posts.VERBS, *client_reports.VERBS, "release", "settings", "rooms", "groups"})
    | AGREES
    | FLOWS
)
AT_ONCE: Final = WINDOWS | {"again", "settings"}  # what these open must come first


def register(here: Discord) -> None:
    class Pressed(discord.ui.DynamicItem[discord.ui.Button[Any]], template=rf"{PREFIX}(?P<action>.+)"):
        @classmethod
        async def from_custom_id(
            cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
        ) -> Self:
            return cls(item)  # type: ignore[arg-type]  # discord.py found it by its kind

        async def callback(self, interaction: Interaction) -> None:
            await press(here, interaction, self.custom_id.removeprefix(PREFIX))

    class Chosen(discord.ui.DynamicItem[discord.ui.Select[Any]], template=rf"{MENU}(?P<name>.+)"):
        @classmethod
        async def from_custom_id(
            cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
        ) -> Self:
            return cls(item)  # type: ignore[arg-type]  # discord.py found it by its kind

        async def callback(self, interaction: Interaction) -> None:
            data: Any = interaction.data or {}
            await press(here, interaction, str((data.get("values") or [""])[0]))

    async def prepare() -> None:
        here.client.add_dynamic_items(Pressed, Chosen)

    here.client.prepared.append(prepare)


async def press(here: Discord, interaction: Interaction, action: str) -> None:
    """Do what the button says. Who pressed it reads, there and alone, what the card does not show."""
    verb, *ids = action.split(":")
    try:
        if verb not in ACTIONS or not ids:
            raise BadInput(told("I don't know this button any more."), do_next=told("Use a newer message of mine."))
        if verb not in AT_ONCE:
            await asked(interaction.response.defer())
        visitor = await opening.visitor_of(here, interaction, deciding=verb in BY_RIGHT)
        read_in(visitor.member.language)
        if said := await _do(here, visitor, interaction, verb, ids):
            await here.telling.answer(interaction, said)
    except Exception as error:
        await errors.tell(here, interaction, error, "pressing")


async def _do(here: Discord, visitor: Visitor, interaction: Interaction, verb: str, ids: list[str]) -> str:
    """What to say to who pressed; "" where they see it."""
    if verb in DECIDES:
        return await deciding.decide(here.admind, visitor, DECIDES[verb], ids[0], ids[1])
    if verb in AGREES:
        return await _agree(here, visitor, interaction, verb, ids)
    if verb in on_posts.AT_ONCE:
        said = await on_posts.press(here.admind, visitor, verb, ids[0])
        if verb in on_posts.REDRAWS:
            redraw(here, visitor, interaction, ids[0])
        return said
    if verb in FLOWS:
        return await houses.flow(here.admind, visitor, verb, ids[0])
    if verb in client_reports.VERBS:
        return await client_reports.press(here.admind, visitor, verb, ids)
    if verb == "halt":
        return await _halt(here, visitor, ids[0])
    if verb == "retry":
        return await retrying.again(here.admind, visitor, ids[0], ids[-1])
    if verb in planning.VERBS:
        return await planning.press(here.admind, visitor, verb, ids[0])
    if verb == "reconnect":
        return await houses.reconnect(here.admind, visitor, ids[0])
    if verb == "whose":
        return await houses.whose(here.admind, visitor, ids[0])
    if verb == "release":
        return await houses.release(here.admind, visitor, ids[0])
    if verb in campaigning.VERBS:
        return await campaigning.press(here.admind, visitor, ids[0], "discord")
    if verb in PAGES:
        await _pages(here, visitor, interaction, verb, ids)
    elif verb == "again":
        await _again(here, visitor, interaction, ids)
    elif verb == "settings":
        await opening.settings(here, visitor, interaction, ids[0])
    else:
        await opening.show(here, visitor, interaction, verb, ids)
    return ""


async def _halt(here: Discord, visitor: Visitor, request: str) -> str:
    """What this person asked for there ends, wherever it is worked on; its answer says what was made until then."""
    try:
        found = await here.admind.desk.view(visitor.workspace, visitor.member.id, request)
    except NotFound:
        return told("There is nothing of yours to stop here. Whoever asked can stop it.")
    ended = await here.admind.desk.stop(visitor.workspace, visitor.member.id, found.conversation)
    return "" if ended else told("This is answered already.")


async def _agree(here: Discord, visitor: Visitor, interaction: Interaction, verb: str, ids: list[str]) -> str:
    """Approve exactly what was read to its end."""
    said = await deciding.decide(here.admind, visitor, Verdict.approve, ids[0], ids[1])
    if verb == "agree_next":
        brand = (await opening.draft_of(here, visitor, ids[0])).brand
        await opening.review(here, visitor, interaction, brand, ids[0], in_place=True)
        return said
    done = said or told("You approved it as you read it here. The card says how it stands.")
    await opening.put(interaction, words_as_views(done)[0], [], in_place=True)
    return ""


async def _pages(here: Discord, visitor: Visitor, interaction: Interaction, verb: str, ids: list[str]) -> None:
    if verb == "next":
        after = ids[1] if len(ids) > 1 else ""
        await opening.review(here, visitor, interaction, ids[0], after, in_place=bool(after))
        return
    draft = await opening.draft_of(here, visitor, ids[0])
    if verb == "page":
        deciding.unchanged(draft, ids[3])
        mode, number = opening.mode_of(ids[1]), int(ids[2])
        await opening.pages(here, visitor, interaction, draft, mode, number=number, in_place=True)
        return
    if verb == "read":
        deciding.unchanged(draft, ids[1])
    await opening.pages(here, visitor, interaction, draft, "details" if verb == "details" else "read")


async def _again(here: Discord, visitor: Visitor, interaction: Interaction, ids: list[str]) -> None:
    """The window that was sent and could not be taken, filled in as it was. `ids`: its workspace and its name."""
    found = await here.typed.find(ids[0], str(interaction.user.id), ids[-1])
    if found is None:
        raise BadInput(
            told("I don't have this window any more."), do_next=told("Begin again; what you wrote stands above.")
        )
    verb, *ids = found[0].split(":")
    await opening.show(here, visitor, interaction, verb, ids, found[1])


def redraw(here: Discord, visitor: Visitor, interaction: Interaction, post: str, message: str = "") -> None:
    """The message that was pressed says what stands now, or the one of this id in the same room. What only one person
    sees is left as it is.
    """
    pressed = interaction.message
    if not message and pressed is not None and not pressed.flags.ephemeral:
        message = str(pressed.id)
    if message.isdecimal():
        channel = str(interaction.channel_id or "")
        here.after(on_posts.redraw(here.admind, visitor, post, channel=channel, message=message))
