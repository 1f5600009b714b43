"""Words for a person in Discord: below what they said, or for their eyes alone."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

import discord

from bot.chat import Button
from bot.errors import AdMindError
from bot.words import told
from handlers.discord.buttons import rows
from handlers.discord.calling import DM_CLOSED, DiscordRefused, asked
from handlers.discord.client import Client
from handlers.discord.limits import ADDRESS, CHARACTERS, LABEL, checked, plain, plainly, set_off, weight, words

log = logging.getLogger(__name__)
MOST_LINKS: Final = 5
PICTURE_ALT: Final = 1000  # characters; Discord takes 1,024
MOST_MESSAGES: Final = 8
TRIES, MOST_WAIT_SECONDS = 5, 60.0
Links = tuple[tuple[str, str], ...]


def words_as_views(
    text: str,
    links: Links = (),
    buttons: tuple[Button, ...] = (),
    *,
    number: int | None = None,
    name: str = "answer",
    picture: tuple[str, str] | None = None,
) -> list[discord.ui.LayoutView]:
    """`text` as it is, in as many messages as it takes; `links` (words, address) and buttons stand below the last one.

    `number` marks the first of them, to find it again by; it shows the `picture` (an attachment's name, what it shows).
    """
    every = (each.strip("\n").rstrip() for each in plainly.parted(text, CHARACTERS, unbroken=ADDRESS))
    parts = [each for each in every if each.strip()] or ["…"]
    if len(parts) > MOST_MESSAGES:
        parts = [*parts[:MOST_MESSAGES], told("The rest is longer than Discord shows. Read it in the studio.")]
    views = [_saying(set_off(part), number if place == 0 else None) for place, part in enumerate(parts)]
    if picture is not None:
        gallery = discord.ui.MediaGallery[Any](
            discord.MediaGalleryItem(f"attachment://{picture[0]}", description=words.cut(picture[1], PICTURE_ALT).text)
        )
        views[0].add_item(gallery)
    if links:
        linked: list[discord.ui.Button[Any]] = [
            discord.ui.Button(label=words.cut(label, LABEL).text or "…", url=address)
            for label, address in links[:MOST_LINKS]
        ]
        views[-1].add_item(discord.ui.ActionRow(*linked))
    for row in rows(buttons, name=name):
        views[-1].add_item(row)
    return [stopped(checked(view)) for view in views]


def _saying(text: str, number: int | None) -> discord.ui.LayoutView:
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.TextDisplay(text, id=number))
    return view


def stopped(view: discord.ui.LayoutView) -> discord.ui.LayoutView:
    """discord.py keeps nothing of it: presses are understood by their ids, after a restart too."""
    view.stop()
    return view


class Telling:
    def __init__(self, client: Client) -> None:
        self._client = client
        self._direct: dict[str, str] = {}  # user → the room of the two

    async def answer(
        self,
        interaction: discord.Interaction[Any],
        text: str,
        *,
        links: Links = (),
        buttons: tuple[Button, ...] = (),
    ) -> None:
        """To who pressed or typed, for their eyes alone. Raises DiscordRefused, DiscordUnknown."""
        for view in words_as_views(text, links, buttons):
            if not interaction.response.is_done():
                await asked(interaction.response.send_message(view=view, ephemeral=True))
            else:
                await asked(interaction.followup.send(view=view, ephemeral=True))

    async def direct(self, user: str) -> str:
        """The room of AdMind and this person. Raises DiscordRefused, DiscordUnknown."""
        if user not in self._direct:
            await self._client.speaks()
            channel = await asked(self._client.create_dm(discord.Object(int(user))))
            self._direct[user] = str(channel.id)
        return self._direct[user]

    async def privately(
        self, user: str, text: str, *, links: Links = (), buttons: tuple[Button, ...] = (), near: str = ""
    ) -> None:
        """By direct message. To who takes none a word about that is said in the room `near`, but nothing of the text.

        Raises DiscordRefused, DiscordUnknown.
        """
        try:
            room = self._client.room(await self.direct(user))
            for view in words_as_views(text, links, buttons):
                await asked(room.send(view=view))
        except DiscordRefused as error:
            if error.code != DM_CLOSED or not near:
                raise
            view, only = self.closed(user)
            await asked(self._client.room(near).send(view=view, allowed_mentions=only))

    def closed(self, user: str, *, number: int | None = None) -> tuple[discord.ui.LayoutView, discord.AllowedMentions]:
        """What is said near who takes no direct messages, and whom it wakes; `number` as in `words_as_views`."""
        said = told(
            "I have something to tell you alone, but Discord does not let me write to you. Allow direct messages in "
            "this server's privacy settings; then do it again."
        )
        only = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(int(user))])
        return stopped(_saying(f"<@{user}> {plain(said)}", number)), only

    async def soon(self, user: str, text: str, **more: Any) -> None:
        """As `privately`, again after what Discord asks to wait; what cannot be said at all is logged."""
        for tried in range(TRIES):
            try:
                await self.privately(user, text, **more)
                return
            except AdMindError as error:
                wait = error.retry_after_seconds
                if wait is None or wait > MOST_WAIT_SECONDS or tried == TRIES - 1:
                    log.warning("could not tell user=%s why=%s", user, error.what)
                    return
            await asyncio.sleep(wait)

    async def below(self, channel: str, message: str, text: str) -> None:
        """What went wrong, in answer to the message that it is about; what cannot be said is logged."""
        try:
            room = self._client.room(channel)
            reference = discord.MessageReference(
                message_id=int(message), channel_id=int(channel), fail_if_not_exists=False
            )
            for view in words_as_views(words.cut(text, CHARACTERS).text):
                await asked(room.send(view=view, reference=reference, mention_author=False))
        except AdMindError as error:
            log.warning("could not answer channel=%s why=%s", channel, error.what)


def short(text: str) -> bool:
    """Whether it is said in one message."""
    return weight(plain(text)) <= CHARACTERS
