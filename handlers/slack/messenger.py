"""AdMind's voice in one Slack workspace: cards are posted once a key, brought up to date, and their reactions read.

What was posted is noted under its key, which the message bears too: after a crash in between it is found again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.bootstrap import AdMind
from bot.chat import Card, Home, Identified, MessageRef
from bot.words import reading
from bot.workflow.emoji import sign_of
from bot.workflow.reactions import Metadata, StandingReactions
from handlers.chat.addressing import called, channel_of, language_of, shown_on, to_people, users_of
from handlers.chat.edits import Edits
from handlers.chat.posting import Posting
from handlers.slack.buttons import reading_first
from handlers.slack.calling import GONE, REVOKED, TOO_LONG, Json, SlackRefused, SlackUnknown, asked
from handlers.slack.people import People
from handlers.slack.pictures import Pictures
from handlers.slack.render import CARD_EVENT, SlackMessage, brief, message
from handlers.slack.surface import POSTING
from handlers.slack.teams import Teams

log = logging.getLogger(__name__)
T = TypeVar("T")
MOST_PAGES: Final = 10
A_PAGE: Final = 200
BEFORE_SECONDS: Final = 60  # clocks differ
Post = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]


def keyed(key: str) -> Json:
    """What a message bears, to be found again by."""
    return {"metadata": {"event_type": CARD_EVENT, "event_payload": {"key": key}}}


@dataclass(frozen=True, slots=True)
class Place:
    channel: str
    thread: str = ""


class SlackMessenger:
    receipts_on_card = True

    def __init__(
        self, admind: AdMind, home: Home, *, teams: Teams, people: People, pictures: Pictures, edits: Edits
    ) -> None:
        self._admind = admind
        self._home = home
        self._teams = teams
        self._people = people
        self._pictures = pictures
        self._edits = edits
        self._posting = Posting(admind, home, SlackRefused)
        self._direct: dict[str, str] = {}  # user → the room of the two

    @property
    def home(self) -> str:
        return self._home.key

    async def post(self, room: str, card: Card, *, key: str, under: MessageRef | None = None) -> MessageRef | None:
        """As `Messenger.post`; for `owners` the first of the messages to them."""
        if under is not None and under.home == self.home and under.channel:
            return await self._posted(Place(under.channel, under.message), room, card, key)
        if to_people(room):
            return await self._to_people(room, card, key)
        channel = await channel_of(self._admind, self._home, room)
        return await self._posted(Place(channel), room, card, key) if channel else None

    async def update(self, ref: MessageRef, card: Card) -> None:
        """As `Messenger.update`. Where a reaction approves nothing, reading comes first."""

        async def put(drawn: SlackMessage) -> None:
            given = {name: value for name, value in drawn.arguments().items() if name != "metadata"}
            client = await self._teams.client(self._home.team)
            await asked(client.chat_update(channel=ref.channel, ts=ref.message, **given))

        shown = card if ref.whole else reading_first(card)

        async def make() -> None:
            try:
                await self._fitting(ref.room, shown, "", put)
            except SlackRefused as error:
                if error.code not in GONE:
                    raise
                log.info("message is gone home=%s message=%s", self.home, ref.message)

        await self._edits.make(f"{self.home}|{ref.channel}|{ref.message}", make)

    async def remove(self, ref: MessageRef) -> bool:
        client = await self._teams.client(self._home.team)
        try:
            await asked(client.chat_delete(channel=ref.channel, ts=ref.message))
        except SlackRefused as error:
            if error.code not in GONE:
                raise
        return True

    async def reread(self, refs: Sequence[MessageRef]) -> None:
        """A room that is shut keeps none of the others from being read; it is raised at the end."""
        met, shut = set[Identified](), None
        for ref in refs:
            try:
                await self._reread(ref, met)
            except SlackRefused as error:
                if error.retry_after_seconds is not None or error.code in REVOKED:
                    raise
                shut = shut if error.code in GONE else error
        if shut is not None:
            raise shut

    async def _reread(self, ref: MessageRef, met: set[Identified]) -> None:
        """`met` are people of whom Slack has been asked already."""
        client, began = await self._teams.client(self._home.team), self._admind.clock.now()
        found = await asked(client.reactions_get(channel=ref.channel, timestamp=ref.message, full=True))
        standing = await self._standing(found["message"])
        for who in {who for who, name in standing if sign_of(name)} - met:
            await self._people.look_again(who, channel=ref.channel)
            met.add(who)
        await self._admind.reactions.reread(
            StandingReactions(
                platform="slack",
                team=self._home.team,
                channel=ref.channel,
                message=ref.message,
                reactions=tuple(standing),
                at=began,
                metadata=Metadata(draft=ref.draft, digest=ref.digest, whole=ref.whole) if ref.draft else None,
            )
        )

    async def _standing(self, found: Json) -> list[tuple[Identified, str]]:
        own = (await self._teams.team(self._home.team)).bot
        return [
            (Identified(platform="slack", team=self._home.team, user=user), str(each["name"]))
            for each in found.get("reactions", ())
            for user in each["users"]
            if user != own
        ]

    async def place_once(self, place: Place, key: str, given: Json) -> tuple[str, bool]:
        """Post this once a key; the message's ts, and whether it was posted only now.

        Raises SlackRefused, SlackUnknown, and AdMindError while another process does it.
        """

        def post(client: AsyncWebClient) -> Awaitable[AsyncSlackResponse]:
            return client.chat_postMessage(channel=place.channel, thread_ts=place.thread or None, **given, **POSTING)

        return await self.posted_once(place, key, post)

    async def posted_once(self, place: Place, key: str, post: Post) -> tuple[str, bool]:
        """The same by any call. What it posts must bear the key, in its metadata or as the id of a block."""

        async def sent() -> str:
            client = await self._teams.client(self._home.team)
            return str((await asked(post(client)))["ts"])

        async def orphan(since_ms: int) -> str:
            return await self._orphan(place, key, since_ms)

        return await self._posting.once(place.channel, key, sent, orphan)

    async def standing(self, key: str) -> str:
        """The ts of what stands under this key, once whoever posts it here is done; "" without one."""
        return await self._posting.standing(key)

    async def direct(self, user: str) -> str:
        """The room of AdMind and this person."""
        if user not in self._direct:
            client = await self._teams.client(self._home.team)
            answer = await asked(client.conversations_open(users=user))
            self._direct[user] = str(answer["channel"]["id"])
        return self._direct[user]

    async def _posted(self, place: Place, room: str, card: Card, key: str) -> MessageRef:
        pings = await self._pings(card)

        async def put(drawn: SlackMessage) -> MessageRef:
            given = drawn.arguments()
            given["metadata"]["event_payload"]["whole"] = drawn.shows_all
            given["blocks"] = [*given["blocks"], pings] if pings else given["blocks"]
            ts, fresh = await self.place_once(place, key, given)
            whole = drawn.shows_all and (fresh or await self._stands_whole(place, ts))
            return MessageRef(
                home=self.home,
                room=room,
                message=ts,
                draft=card.draft,
                digest=card.digest,
                channel=place.channel,
                whole=whole,
            )

        return await self._fitting(room, card, key, put)

    async def _stands_whole(self, place: Place, ts: str) -> bool:
        """Whether a message that stood already shows all of its card, by its own word: an earlier try may have been in
        brief. Raises SlackRefused, SlackUnknown when it takes time.
        """
        client = await self._teams.client(self._home.team)
        asking: Json = {"channel": place.channel, "include_all_metadata": True, "limit": A_PAGE}
        asking |= {"oldest": ts, "latest": ts, "inclusive": True}
        call = client.conversations_replies(ts=place.thread, **asking) if place.thread else None
        try:
            found = await asked(call or client.conversations_history(**asking))
        except SlackRefused as error:
            if error.retry_after_seconds is not None:
                raise
            return False
        said = next((each.get("metadata") or {} for each in found["messages"] if each.get("ts") == ts), {})
        return bool(said.get("event_payload", {}).get("whole"))

    async def _fitting(self, room: str, card: Card, key: str, put: Callable[[SlackMessage], Awaitable[T]]) -> T:
        """Put the card where it belongs, in brief if Slack takes no more. Raises as `put`."""
        files = await self._pictures.files(self._home, shown_on(card))
        with reading(await language_of(self._admind, self._home, room)):
            drawn, short = message(card, files, key=key), brief(card, key=key)
        try:
            return await put(drawn)
        except SlackRefused as error:
            if error.code not in TOO_LONG:
                raise
            log.warning("shown in brief home=%s why=%s", self.home, error.code)
            return await put(short)

    async def _pings(self, card: Card) -> Json | None:
        """Who must be woken, as mentions."""
        users = await called(self._admind, self._home, card)
        if not users:
            return None
        words = " ".join(f"<@{user}>" for user in users)
        return {"type": "context", "elements": [{"type": "mrkdwn", "text": words}]}

    async def _to_people(self, room: str, card: Card, key: str) -> MessageRef | None:
        first = None
        for user in await users_of(self._admind, self._home, room):
            if user == (await self._teams.team(self._home.team)).bot:
                continue
            channel = await self.direct(user)
            ref = await self._posted(Place(channel), room, card, f"{key}|{user}")
            first = first or ref
        return first

    async def _orphan(self, place: Place, key: str, since_ms: int) -> str:
        """The ts of a message of ours with this key, that a try left behind which never said so; "" without one."""
        team = await self._teams.team(self._home.team)
        oldest, cursor = str(max(0, since_ms / 1000 - BEFORE_SECONDS)), ""
        for _ in range(MOST_PAGES):
            asking: Json = {"channel": place.channel, "include_all_metadata": True, "limit": A_PAGE, "oldest": oldest}
            asking |= {"cursor": cursor} if cursor else {}
            call = (
                team.client.conversations_replies(ts=place.thread, **asking)
                if place.thread
                else team.client.conversations_history(**asking)
            )
            found = await asked(call)
            for each in found["messages"]:
                metadata = each.get("metadata") or {}
                said = metadata.get("event_payload", {}) if metadata.get("event_type") == CARD_EVENT else {}
                marks = {said.get("key"), *(block.get("block_id") for block in each.get("blocks") or ())}
                if each.get("user") == team.bot and key in marks:
                    return str(each["ts"])
            cursor = str((found.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return ""
        raise SlackUnknown("Too much was said meanwhile to find it.", retry_after_seconds=600)
