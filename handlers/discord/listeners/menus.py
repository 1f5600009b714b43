"""“Draft a post from this”, on any message."""

from __future__ import annotations

from typing import Any, Final

import discord
from discord import app_commands

from bot.words import noted, read_in
from bot.workflow.documents import is_document
from handlers.chat.along import Along
from handlers.discord.discord import Discord
from handlers.discord.files import MOST_BYTES
from handlers.discord.limits import INPUT, words
from handlers.discord.listeners import opening

Interaction = discord.Interaction[Any]
FROM_THIS: Final = noted("Draft a post from this")


def register(here: Discord) -> None:
    async def used(interaction: Interaction, message: discord.Message) -> None:
        visitor = await opening.visitor_of(here, interaction)
        read_in(visitor.member.language)
        theirs = message.author.id != interaction.user.id
        await opening.new_post(here, visitor, interaction, along_of(message, theirs=theirs))

    contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)
    here.client.tree.add_command(app_commands.ContextMenu(name=FROM_THIS, callback=used, allowed_contexts=contexts))


def along_of(message: discord.Message, *, theirs: bool) -> Along:
    """What comes along of the message that it was used on: words, pictures, text files and PDFs, names of other files.

    Discord gives the files' addresses here, good for a day, also where AdMind may not look into the room.
    """
    text, others = message.clean_content, list[str]()
    pictures, documents = dict[str, str](), dict[str, str]()
    for file in message.attachments:
        if (file.content_type or "").startswith("image/") and file.size <= MOST_BYTES:
            pictures[file.url] = file.filename
        elif is_document(file.filename, "") and file.size <= MOST_BYTES:  # later its name alone tells its kind
            documents[file.url] = file.filename
        else:
            others.append(file.filename)
    return Along(
        text=text,
        shown=words.cut(text, INPUT).text,
        theirs=theirs,
        pictures=pictures,
        documents=documents,
        others=tuple(others),
    )
