"""AdMind's voice in one Discord server: cards are posted once a key, brought up to date, and their reactions read.

What was posted is noted under its key, and the message bears a number made of it: after a crash it is found again.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import discord

from bot.bootstrap import AdMind
from bot.chat import Card, Home, Identified, MessageRef
from bot.errors import AdMindError
from bot.words import reading
from bot.workflow.reactions import Metadata, StandingReactions
from handlers.chat.addressing import called, channel_of, language_of, shown_on, to_people, users_of
from handlers.chat.edits import Edits
from handlers.chat.posting import Posting
from handlers.discord.calling import DM_CLOSED, FORM, GONE, DiscordRefused, DiscordUnknown, asked
from handlers.discord.client import Client
from handlers.discord.people import People
from handlers.discord.render import DiscordMessage, mark, message
from handlers.discord.standing import SEEDS, standing
from handlers.discord.telling import Telling, stopped
from handlers.discord.threads import Threads

log = logging.getLogger(__name__)
MOST_LOOKED_AT: Final = 1000
BEFORE: Final = timedelta(seconds=60)  # clocks differ
After = Callable[[Coroutine[Any, Any, None]], None]


class DiscordMessenger:
    receipts_on_card = True

    def __init__(
        self,
        admind: AdMind,
        home: Home,
        *,
        client: Client,
        people: People,
        telling: Telling,
        edits: Edits,
        after: After,
    ) -> None:
        self._admind = admind
        self._home = home
        self._client = client
        self._people = people
        self._telling = telling
        self._edits = edits
        self._after = after
        self._posting = Posting(admind, home, DiscordRefused)
        self._threads = Threads(admind, home, client, self._posting)

    @property
    def home(self) -> str:
        return self._home.key

    async def post(self, room: str, card: Card, *, key: str, under: MessageRef | None = None) -> MessageRef | None:
        """As `Messenger.post`; for `owners` the first of the messages to them."""
        await self._client.speaks()
        if under is not None and under.home == self.home and under.channel:
            about = card.sections[0].heading if card.sections else card.title
            thread = await self._threads.of(under, about)
            return await self._posted(thread, room, card, key)
        if to_people(room):
            return await self._to_people(room, card, key)
        channel = await channel_of(self._admind, self._home, room)
        return await self._posted(channel, room, card, key) if channel else None

    async def update(self, ref: MessageRef, card: Card) -> None:
        async def make() -> None:
            await self._client.speaks()
            drawn = await self._drawn(card, ref.room, "")
            found = self._client.room(ref.channel).get_partial_message(int(ref.message))
            try:
                await self._edited(found, drawn)
            except DiscordRefused as error:
                if error.code not in GONE:
                    raise
                log.info("message is gone home=%s message=%s", self.home, ref.message)

        await self._edits.make(f"{self.home}|{ref.channel}|{ref.message}", make)

    async def remove(self, ref: MessageRef) -> bool:
        await self._client.speaks()
        try:
            await asked(self._client.room(ref.channel).get_partial_message(int(ref.message)).delete())
        except DiscordRefused as error:
            if error.code not in GONE:
                raise
        return True

    async def reread(self, refs: Sequence[MessageRef]) -> None:
        """A room that is shut keeps none of the others from being read; it is raised at the end."""
        met, shut = set[Identified](), None
        await self._client.speaks()
        for ref in refs:
            try:
                await self._reread(ref, met)
            except DiscordRefused as error:
                if error.retry_after_seconds is not None:
                    raise
                shut = shut if error.code in GONE else error
        if shut is not None:
            raise shut

    async def place_once(self, channel: str, key: str, view: discord.ui.LayoutView, **given: Any) -> tuple[str, bool]:
        """Post this once a key; the message's id, and whether it was posted only now. The view bears the key's mark.

        Raises DiscordRefused, DiscordUnknown, and AdMindError while another process does it.
        """
        await self._client.speaks()

        async def post() -> str:
            try:
                sent = await asked(self._client.room(channel).send(view=view, nonce=_nonce(self.home, key), **given))
            except DiscordRefused as error:
                raise self._client.named(channel, error) from error
            return str(sent.id)

        async def orphan(since_ms: int) -> str:
            return await self._orphan(channel, key, since_ms)

        return await self._posting.once(channel, key, post, orphan)

    async def standing(self, key: str) -> str:
        """The id of what stands under this key; "" without one."""
        return await self._posting.standing(key)

    async def _posted(self, channel: str, room: str, card: Card, key: str) -> MessageRef:
        users = await called(self._admind, self._home, card)
        drawn = await self._drawn(card, room, key, users)
        only = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(int(user)) for user in users])
        given = {"files": await self._files(drawn), "allowed_mentions": only}
        found, _ = await self.place_once(channel, key, drawn.view, **given)
        ref = MessageRef(
            home=self.home,
            room=room,
            message=found,
            draft=card.draft,
            digest=card.digest,
            channel=channel,
            whole=drawn.shows_all,
        )
        self._after(self._furnished(ref, card, drawn))
        return ref

    async def _furnished(self, ref: MessageRef, card: Card, drawn: DiscordMessage) -> None:
        """What a card gets besides: a thread to talk in, and the two reactions to press, where they count."""
        try:
            if card.draft and card.buttons and not to_people(ref.room):
                await self._threads.open(ref, card.title)
            if drawn.shows_all and any(each.action.startswith("approve:") for each in card.buttons):
                await self._seed(ref, SEEDS)
        except AdMindError as error:
            log.info("a card without thread or reactions home=%s why=%s", self.home, error.what)

    async def _seed(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        found = self._client.room(ref.channel).get_partial_message(int(ref.message))
        for emoji in emojis:
            await asked(found.add_reaction(emoji))

    async def _drawn(self, card: Card, room: str, key: str, users: tuple[str, ...] = ()) -> DiscordMessage:
        there = frozenset({sha256 for sha256 in shown_on(card) if await self._has(sha256)})
        with reading(await language_of(self._admind, self._home, room)):
            drawn = message(card, there, key=key, called=users)
        stopped(drawn.view)
        return drawn

    async def _has(self, sha256: str) -> bool:
        try:
            return bool(await self._admind.blobs.get(sha256))
        except AdMindError as error:
            log.warning("picture not shown home=%s why=%s", self.home, error.what)
            return False

    async def _files(self, drawn: DiscordMessage) -> list[discord.File]:
        return [
            discord.File(io.BytesIO(await self._admind.blobs.get(sha256)), filename=name)
            for name, sha256 in drawn.files.items()
        ]

    async def _edited(self, found: discord.PartialMessage, drawn: DiscordMessage) -> None:
        """Pictures that stand there already are not sent again."""
        none = discord.AllowedMentions.none()
        if not drawn.files:
            await asked(found.edit(view=drawn.view, attachments=[], allowed_mentions=none))
            return
        try:
            await asked(found.edit(view=drawn.view, allowed_mentions=none))
        except DiscordRefused as error:
            if error.code != FORM:
                raise
            files = await self._files(drawn)
            await asked(found.edit(view=drawn.view, attachments=files, allowed_mentions=none))

    async def _to_people(self, room: str, card: Card, key: str) -> MessageRef | None:
        first, closed, told = None, None, await self._told_elsewhere(room)
        for user in await users_of(self._admind, self._home, room):
            if user in told:
                continue
            try:
                channel = await self._telling.direct(user)
                ref = await self._posted(channel, room, card, f"{key}|{user}")
            except DiscordRefused as error:
                if error.code != DM_CLOSED:
                    raise
                closed = error
                continue
            first = first or ref
        if first is None and closed is not None:
            log.info("takes no direct messages home=%s room=%s", self.home, room)
        return first

    async def _told_elsewhere(self, room: str) -> set[str]:
        """Whom an earlier home of the workspace in Discord tells: AdMind and a person have one room there."""
        users = set[str]()
        for home in await self._admind.homes.of(self._home.workspace):
            if home.key == self.home:
                break
            if home.platform == self._home.platform:
                users |= set(await users_of(self._admind, home, room))
        return users

    async def _reread(self, ref: MessageRef, met: set[Identified]) -> None:
        """`met` are people of whom Discord has been asked already."""
        began = self._admind.clock.now()
        stands = await standing(self._client, self._home.team, ref.channel, ref.message)
        for who in {who for who, _ in stands.of_people} - met:
            await self._people.look_again(who)
            met.add(who)
        await self._admind.reactions.reread(
            StandingReactions(
                platform="discord",
                team=self._home.team,
                channel=ref.channel,
                message=ref.message,
                reactions=stands.of_people,
                at=began,
                metadata=Metadata(draft=ref.draft, digest=ref.digest, whole=ref.whole) if ref.draft else None,
            )
        )
        if ref.whole:  # a crash may have come between the card and its reactions
            try:
                await self._seed(ref, stands.unseeded)
            except AdMindError as error:
                log.info("a card without reactions home=%s why=%s", self.home, error.what)

    async def _orphan(self, channel: str, key: str, since_ms: int) -> str:
        """The id of a message of ours with this key's number, that a try left behind; "" without one."""
        after, wanted = datetime.fromtimestamp(since_ms / 1000, UTC) - BEFORE, mark(key)

        async def look() -> str:
            count = 0
            async for each in self._client.room(channel).history(limit=MOST_LOOKED_AT, after=after, oldest_first=True):
                count += 1
                if each.author.id == self._client.me and any(
                    getattr(part, "id", 0) == wanted for part in each.components
                ):
                    return str(each.id)
            return "?" if count == MOST_LOOKED_AT else ""

        found = await asked(look())
        if found == "?":
            raise DiscordUnknown("Too much was said meanwhile to find it.", retry_after_seconds=600)
        return found


def _nonce(home: str, key: str) -> str:
    """The same for every try: Discord itself makes one message of those that come within minutes."""
    return hashlib.sha256(f"{home}|{key}".encode()).hexdigest()[:24]
