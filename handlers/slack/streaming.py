"""Long answers come piece by piece into one message, which Slack calls a stream.

The pieces are blocks of plain text, as in any other answer: Markdown would let a model's words call people or hide an
address. The first block's id is the key, by which a stream that a crash left half-way is found again.
"""

from __future__ import annotations

import logging
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.calling import GONE, Json, SlackRefused, asked
from handlers.slack.limits import checked_message
from handlers.slack.messenger import Place, Post, SlackMessenger
from handlers.slack.places import Asking
from handlers.slack.render import CARD_EVENT
from handlers.slack.telling import Page, by_lines, rich

log = logging.getLogger(__name__)
# A letter more than this is a stream. With at most so much in two pieces that follow each other, no message has more
# blocks than Slack takes.
PIECE: Final = 800
_OVER: Final = frozenset({"message_not_in_streaming_state", *GONE})  # ended by Slack, or by the person's stop


def is_long(text: str) -> bool:
    """Whether an answer is shown as it grows."""
    return len(by_lines(text, PIECE)) > 1


class Stream:
    """One page of a long answer as a stream in the place where it was asked for."""

    def __init__(
        self,
        client: AsyncWebClient,
        asking: Asking,
        page: Page,
        *,
        key: str,
    ) -> None:
        blocks = [rich(each) for each in by_lines(page.words, PIECE)]
        blocks[0]["block_id"] = key
        self._pieces, self._below = blocks, page.below()
        checked_message([*blocks, *self._below])
        self._whole = page.message()
        self._client = client
        self._asking = asking
        self._key = key

    async def shown(self, messenger: SlackMessenger) -> str:
        """The ts of the message that holds all of it; "" where Slack takes no stream. Doing so again changes nothing.

        Raises SlackRefused and SlackUnknown when it takes time.
        """
        try:
            ts, fresh = await messenger.posted_once(
                Place(self._asking.channel, self._asking.thread), self._key, self._begun()
            )
        except SlackRefused as error:
            if error.retry_after_seconds is not None:
                raise
            log.info("no stream team=%s why=%s", self._asking.team, error.code)
            return ""
        if not (fresh and await self._written(ts)):
            await self._mended(ts)
        return ts

    def _begun(self) -> Post:
        first: Json = {"chunks": [{"type": "blocks", "blocks": self._pieces[:1]}], "thread_ts": self._asking.thread}
        if self._asking.way == "thread":  # in the room of two Slack knows for whom it is
            first |= {"recipient_team_id": self._asking.team, "recipient_user_id": self._asking.user}
        return lambda client: client.chat_startStream(channel=self._asking.channel, **first)

    async def _written(self, ts: str) -> bool:
        """Whether all of it came in; not so when the stream was ended meanwhile."""
        place: Json = {"channel": self._asking.channel, "ts": ts}
        try:
            for block in self._pieces[1:]:
                await asked(self._client.chat_appendStream(**place, chunks=[{"type": "blocks", "blocks": [block]}]))
            await asked(
                self._client.chat_stopStream(
                    **place,
                    blocks=self._below or None,
                    metadata={"event_type": CARD_EVENT, "event_payload": {"key": self._key}},
                )
            )
        except SlackRefused as error:
            if error.code not in _OVER:
                raise
            return False
        return True

    async def _mended(self, ts: str) -> None:
        """What an earlier try left half-way becomes a plain message with all of it: the work was done, and is shown."""
        place: Json = {"channel": self._asking.channel, "ts": ts}
        try:
            await asked(self._client.chat_stopStream(**place))
        except SlackRefused as error:
            if error.retry_after_seconds is not None:
                raise
        await asked(self._client.chat_update(**place, **self._whole))
