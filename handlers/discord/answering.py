"""Requests that were made in Discord: taken in durably, shown as taken, and answered where they were made."""

from __future__ import annotations

import io
import logging
import re
from typing import Any, Final, cast

import discord

from bot.bootstrap import AdMind
from bot.chat import Asked, Button, Files, MessageRef
from bot.errors import AdMindError
from bot.review.delivering import Undelivered
from bot.words import reading, told
from bot.workflow.calendar_showing import Drawn
from handlers.chat.edits import Edits
from handlers.chat.taking import take, unread
from handlers.chat.visiting import Visitor
from handlers.discord.calling import DM_CLOSED, TOO_LATE, DiscordRefused, asked
from handlers.discord.client import Client
from handlers.discord.files import Fetching
from handlers.discord.limits import words
from handlers.discord.messenger import DiscordMessenger
from handlers.discord.people import no_home
from handlers.discord.places import Asking
from handlers.discord.render import mark
from handlers.discord.showing import Showing
from handlers.discord.telling import Links, Telling, words_as_views

log = logging.getLogger(__name__)
PICTURE: Final = "calendar.png"
SENTENCE: Final = 200  # characters of progress
_ID: Final = re.compile(r" \(d_[a-z0-9]{1,20}\)")  # behind a draft's title: here it has a link


class Answering:
    """`bot.chat.Surface` for Discord."""

    def __init__(self, admind: AdMind, client: Client, telling: Telling, edits: Edits) -> None:
        self._admind = admind
        self._client = client
        self._telling = telling
        self._edits = edits
        self.showing = Showing(self._in_place, self._types)
        self._fetching = Fetching(admind, client)

    async def take(
        self, visitor: Visitor, text: str, asking: Asking, *, key: str, about: str = "", brand: str = ""
    ) -> str:
        """As `handlers.chat.taking.take`."""
        return await take(self._admind, visitor, text, asking, key=key, about=about, brand=brand)

    async def sign(self, request: str, asking: Asking) -> None:
        """Show at once that it was heard; what the answer replaces later."""
        if asking.way == "private":
            return  # Discord shows that it thinks
        try:
            await self._standing(request, asking, words_as_views(told("On it…"), number=mark(_reply(request)))[0])
        except AdMindError as error:
            log.info("no sign shown team=%s why=%s", asking.team, error.what)

    async def fetch(self, asked: Asked) -> Files:
        asking = Asking.load(asked.place)
        came = asking is not None and (asking.files or asking.others)
        return await self._fetching.fetch(asked, asking) if asking is not None and came else Files()

    async def reply(self, asked: Asked) -> None:
        asking = Asking.load(asked.place)
        if asking is None:
            return
        member = await self._admind.looking.member(asked.workspace, asked.member)
        with reading(member.language):
            links, lacking = await self._cards(asked, asking)
            text = "\n".join(part for part in (_ID.sub("", asked.reply), unread(asked), lacking) if part) or "…"
            if asking.way == "private":
                await self._alone(asked, asking, text, links)
            else:
                await self._in_room(asked, asking, text, links)

    async def _in_room(self, found: Asked, asking: Asking, text: str, links: Links) -> None:
        """In place of the sign of life, and below it what does not fit. Where that cannot be, by direct message."""
        drawn = await self._drawn(found)
        picture = (PICTURE, drawn.alt) if drawn else None
        views = words_as_views(
            text, links, found.buttons, number=mark(_reply(found.id)), name=found.id, picture=picture
        )
        try:
            message, fresh = await self._standing(found.id, asking, views[0], drawn)
            if not fresh:
                await self._change(asking, message, views[0], drawn)
            messenger = await self._messenger(asking.team)
            for number, view in enumerate(views[1:], start=1):
                await messenger.place_once(asking.channel, f"{_reply(found.id)}:{number}", view)
        except DiscordRefused as error:
            if error.retry_after_seconds is not None or asking.way == "direct":
                raise
            log.info("answered elsewhere team=%s why=%s", asking.team, error.code)
            await self._elsewhere(asking, found, f"{text}\n{error.sentence()}".strip(), links)
            return
        if len(found.drafts) == 1 and asking.thread:
            await self._admind.places.remember(
                "discord", asking.team, asking.channel, asking.thread, draft=found.drafts[0]
            )

    async def _in_place(self, found: Asked, asking: Asking, sentence: str) -> None:
        """How far it is, where the answer will stand, and below it a way to stop it."""
        member = await self._admind.looking.member(found.workspace, found.member)
        with reading(member.language):
            stop = Button(label=told("Stop"), action=f"halt:{found.id}")
            said = f"{words.cut(sentence, SENTENCE).text}…" if sentence else told("On it…")
            view = words_as_views(said, buttons=(stop,), number=mark(_reply(found.id)), name=found.id)[0]
        if asking.way == "private":
            await self._client.speaks()
            await asked(self._hook(asking).edit_message(cast(int, "@original"), view=view))
        elif message := await (await self._messenger(asking.team)).standing(_reply(found.id)):
            await self._change(asking, message, view)

    async def _types(self, asking: Asking) -> None:
        await self._client.speaks()
        await asked(self._client.http.send_typing(int(asking.channel)))

    async def _change(
        self, asking: Asking, message: str, view: discord.ui.LayoutView, drawn: Drawn | None = None
    ) -> None:
        async def change() -> None:
            found = self._client.room(asking.channel).get_partial_message(int(message))
            await asked(found.edit(view=view, **_attached("attachments", drawn)))

        await self._edits.make(f"{asking.team}|{asking.channel}|{message}", change)  # behind what it shows of progress

    def _hook(self, asking: Asking) -> discord.Webhook:
        """What answers the command; of any other webhook discord.py takes nothing for one person's eyes alone."""
        hook = discord.Webhook.partial(self._client.application_id or 0, asking.token, client=self._client)
        hook.type = discord.WebhookType.application
        return hook

    async def _standing(
        self, request: str, asking: Asking, view: discord.ui.LayoutView, drawn: Drawn | None = None
    ) -> tuple[str, bool]:
        """The message that answers this request, posted like this unless it stands; whether it was now."""
        messenger, key = await self._messenger(asking.team), _reply(request)
        known = await messenger.standing(key)
        if known:
            return known, False
        given: dict[str, Any] = _attached("files", drawn)
        if asking.message:
            given["reference"] = discord.MessageReference(
                message_id=int(asking.message), channel_id=int(asking.channel), fail_if_not_exists=False
            )
            given["mention_author"] = False
        return await messenger.place_once(asking.channel, key, view, **given)

    async def _alone(self, found: Asked, asking: Asking, text: str, links: Links) -> None:
        """Where the command was given, for a quarter of an hour; by direct message after that."""
        await self._client.speaks()
        hook = self._hook(asking)
        drawn = await self._drawn(found)
        picture = (PICTURE, drawn.alt) if drawn else None
        try:
            for number, view in enumerate(words_as_views(text, links, found.buttons, name=found.id, picture=picture)):
                if number == 0:
                    given = _attached("attachments", drawn)
                    await asked(hook.edit_message(cast(int, "@original"), view=view, **given))
                else:
                    await asked(hook.send(view=view, ephemeral=True, wait=True))
        except DiscordRefused as error:
            if error.code not in TOO_LATE:
                raise
            await self._elsewhere(asking, found, text, links)

    async def _drawn(self, found: Asked) -> Drawn | None:
        """The calendar that stands beside the answer; None where there is none to show."""
        if found.calendar is None:
            return None
        looking = self._admind.looking
        return await self._admind.calendar_showing.beside(looking, found.workspace, found.member, found.calendar)

    async def _elsewhere(self, asking: Asking, found: Asked, text: str, links: Links) -> None:
        """The answer to the person directly, once; to who takes none a word about that where they asked."""
        messenger, key = await self._messenger(asking.team), f"reply-direct:{found.id}"
        try:
            channel = await self._telling.direct(asking.user)
            for number, view in enumerate(words_as_views(text, links, found.buttons, number=mark(key), name=found.id)):
                await messenger.place_once(channel, f"{key}:{number}" if number else key, view)
        except DiscordRefused as error:
            if error.code != DM_CLOSED:
                raise
            note = f"closed:{found.id}"
            view, only = self._telling.closed(asking.user, number=mark(note))
            await messenger.place_once(asking.channel, note, view, allowed_mentions=only)

    async def _messenger(self, team: str) -> DiscordMessenger:
        home = await self._admind.homes.home("discord", team)
        if home is None:
            raise no_home()
        return cast(DiscordMessenger, self._admind.open_home(home))

    async def _cards(self, found: Asked, asking: Asking) -> tuple[Links, str]:
        """Links to the cards of its drafts, shown now if they were not; and what keeps them from being shown."""
        links, lacking = list[tuple[str, str]](), ""
        home = (await self._messenger(asking.team)).home
        for draft in found.drafts:
            try:
                await self._admind.board.show(found.workspace, draft, home=home)
            except Undelivered as error:
                log.info("card not shown draft=%s why=%s", draft, error.what)
                lacking = next((each.mend for each in error.missed if each.mend), "")
                if not lacking:
                    raise
            record = await self._admind.looking.draft_record(found.workspace, found.member, draft)
            ref = next(
                (each for each in reversed(record.messages) if each.home == home and each.digest == record.digest),
                None,
            )
            if ref is not None:
                links.append((told("Look at “{title}”", title=record.title), address(asking.team, ref)))
            elif not lacking:
                lacking = told(
                    "There is no review room yet where cards could wait. An owner chooses one: /admind settings"
                )
        return tuple(links), lacking


def _attached(name: str, drawn: Drawn | None) -> dict[str, Any]:
    return {name: [discord.File(io.BytesIO(drawn.data), filename=PICTURE)]} if drawn else {}


def address(team: str, ref: MessageRef) -> str:
    """Where a message is looked at."""
    return f"https://discord.com/channels/{team}/{ref.channel}/{ref.message}"


def _reply(request: str) -> str:
    return f"reply:{request}"
