"""Discord is told of the commands when they are others than those that it was told of last, or some are gone there."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Final

from discord import Locale, app_commands

from bot.words import words
from handlers.discord.calling import asked
from handlers.discord.discord import Discord

log = logging.getLogger(__name__)
KEPT: Final = ("discord", "commands")


def register(here: Discord) -> None:
    async def prepare() -> None:
        await here.client.tree.set_translator(InTheirLanguage())
        await sync(here)

    here.client.prepared.append(prepare)


async def sync(here: Discord) -> bool:
    """Whether Discord had to be told. Raises DiscordRefused, DiscordUnknown."""
    tree, app = here.client.tree, str(here.client.application_id)
    now = {"app": app, "hash": await hash_of(tree)}
    if await here.admind.installations.find(*KEPT) == now and not await here.client.lacking():
        return False
    await asked(tree.sync())
    await here.admind.installations.save(*KEPT, "", now)
    log.info("Discord: told of the commands")
    return True


async def hash_of(tree: app_commands.CommandTree) -> str:
    """The commands as Discord is told of them, names in other languages too."""
    translator = tree.translator
    told = [
        await each.get_translated_payload(tree, translator) if translator else each.to_dict(tree)
        for each in tree.get_commands()
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


class InTheirLanguage(app_commands.Translator):
    """Descriptions as each reader's Discord shows them; names stay, so that everybody can tell others what to type."""

    async def translate(
        self, string: app_commands.locale_str, locale: Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        if locale is not Locale.german or "description" not in context.location.name:
            return None
        said = words("de").said(string.message)
        return said if said != string.message else None
