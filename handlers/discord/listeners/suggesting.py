"""What is proposed while somebody types into an option: their accounts, campaigns and drafts, and nobody else's."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, Final

import discord
from discord.app_commands import Choice

from bot.errors import AdMindError
from handlers.discord.discord import Discord
from handlers.discord.limits import OPTION, words
from handlers.discord.listeners import opening

log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]
MOST: Final = 25


async def accounts(here: Discord, interaction: Interaction, typed: str) -> list[Choice[str]]:
    try:
        visitor = await opening.visitor_of(here, interaction)
        found = await here.admind.looking.accounts(visitor.workspace, visitor.member.id)
        return _fitting(((each.name, each.id) for each in found.items if not each.closed), typed)
    except AdMindError as error:
        return _nothing(error)


async def campaigns(here: Discord, interaction: Interaction, typed: str) -> list[Choice[str]]:
    try:
        visitor = await opening.visitor_of(here, interaction)
        found = await here.admind.looking.campaigns(visitor.workspace, visitor.member.id)
        return _fitting(((each, each) for each in found), typed)
    except AdMindError as error:
        return _nothing(error)


async def drafts(here: Discord, interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Open ones before others."""
    try:
        visitor = await opening.visitor_of(here, interaction)
        looking, by = here.admind.looking, (visitor.workspace, visitor.member.id)
        found = [*(await looking.drafts(*by, status="open")).items, *(await looking.drafts(*by)).items]
        return _fitting(dict.fromkeys((each.title, each.id) for each in found), typed)
    except AdMindError as error:
        return _nothing(error)


def _fitting(found: Iterable[tuple[str, str]], typed: str) -> list[Choice[str]]:
    """Discord takes no more, and nothing longer."""
    wanted = typed.strip().casefold()
    fits = [(name, value) for name, value in found if wanted in name.casefold() and len(value) <= OPTION]
    return [Choice(name=words.cut(name, OPTION).text or "—", value=value) for name, value in fits[:MOST]]


def _nothing(error: AdMindError) -> list[Choice[str]]:
    log.info("nothing proposed why=%s", error.what)
    return []
