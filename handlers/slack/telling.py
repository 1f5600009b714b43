"""Words for a person in Slack: below what they said, or for their eyes alone."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.chat import Button
from bot.errors import AdMindError
from bot.words import told
from handlers.slack import kit
from handlers.slack.calling import TOO_LONG, Json, SlackRefused, SlackUnknown, asked
from handlers.slack.limits import (
    FALLBACK,
    MESSAGE_CHARACTERS,
    SECTION,
    characters,
    checked_message,
    cut,
    escape,
    ruler,
    weight,
)
from handlers.slack.surface import POSTING
from handlers.slack.teams import Teams

log = logging.getLogger(__name__)
ADDRESS: Final = re.compile(r"https?://[^\s<>|\"]{1,1900}?(?=[.,;:!?)\]}’”]*(?:\s|$))")
MARKED: Final = re.compile(rf"{ADDRESS.pattern}|`(?P<code>[^`\n]{{1,200}})`")
MOST_ELEMENTS: Final = 80
MOST_LINKS: Final = 20  # below one message
PAGE: Final = MESSAGE_CHARACTERS - 1500  # words of one message
PLAIN: Final = 3000  # of one without blocks: an edit takes 4,000 as they are sent
MOST_BUTTONS: Final = 10
TRIES, MOST_WAIT_SECONDS = 5, 60.0
Links = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What one message says; `links` (words, address) stand below the words, and then the buttons."""

    words: str
    links: Links = ()
    buttons: tuple[Button, ...] = ()
    pictures: tuple[Json, ...] = ()

    def message(self) -> Json:
        """The words as they are, with their addresses to press and what is to be typed set off, below the pictures."""
        blocks = [*self.pictures, *(rich(part) for part in by_lines(self.words, SECTION)), *self.below()]
        first = self.words or next((words for words, _ in self.links), "")
        return {
            "text": escape(cut(first, FALLBACK // 3).text) or "…",
            "blocks": checked_message(blocks),
            "parse": "none",
        }

    def plain(self) -> tuple[Json, ...]:
        """The same without blocks, in as many messages as that takes."""
        lines = [self.words, *(f"{words}: {address}" for words, address in self.links)]
        parts = by_lines("\n".join(lines), PLAIN) or ("…",)
        return tuple({"text": escape(part), "blocks": [], "parse": "none"} for part in parts)

    def below(self) -> list[Json]:
        """What stands under the words."""
        blocks: list[Json] = []
        for words, address in self.links:
            parts = [{"type": "link", "url": address, "text": cut(words, 200).text or "…"}]
            blocks.append({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]})
        if self.buttons:
            buttons = [kit.button(each.label, each.action, each.style) for each in self.buttons[:MOST_BUTTONS]]
            blocks.append(kit.actions(buttons))
        return blocks


def pages_of(
    text: str, links: Links = (), buttons: tuple[Button, ...] = (), pictures: tuple[Json, ...] = ()
) -> tuple[Page, ...]:
    """All of it, in as many messages as Slack needs for it: nobody misses the end of a long answer."""
    parts = by_lines(text, PAGE) or ("…",)
    pages = [*(Page(part) for part in parts[:-1]), Page(parts[-1], links[:MOST_LINKS], buttons)]
    if weight(parts[-1]) + characters(pages[-1].below()) > MESSAGE_CHARACTERS:
        pages[-1:] = [Page(parts[-1]), Page("", links[:MOST_LINKS], buttons)]
    if pictures:
        pages[0] = replace(pages[0], pictures=pictures)
    more = range(MOST_LINKS, len(links), MOST_LINKS)
    return (*pages, *(Page("", links[start : start + MOST_LINKS]) for start in more))


def words_as_message(text: str) -> Json:
    """A sentence or two as a message."""
    return Page(text).message()


def greeting() -> str:
    """What to try first, for who installed AdMind."""
    return told(
        "I am AdMind. Say here what you want posted, such as “Announce our spring sale, tomorrow at 9am”. "
        "Drafts wait in a review room: /admind settings chooses it, and /invite @AdMind lets me in. Nothing goes out "
        "that a person did not approve. More: /admind help"
    )


async def say(pages: Sequence[Page], send: Callable[[str, Json], Awaitable[object]], *, first: int = 0) -> None:
    """Send these in order, as plain text what Slack does not take as blocks. Raises as `send`.

    `send` gets what to know each message by: the number of its page, "" for 0, so that saying it again after a crash
    can leave out what stands.
    """
    for number, page in enumerate(pages, first):
        name = str(number or "")
        try:
            await send(name, page.message())
        except SlackRefused as error:
            if error.code not in TOO_LONG:
                raise
            log.warning("said in plain text why=%s", error.code)
            for part, given in enumerate(page.plain()):
                await send(f"{number}.{part}" if number or part else "", given)


def by_lines(text: str, most: int) -> tuple[str, ...]:
    """The text in parts that fit into a block each, whole lines where they do, and else parted where a reader pauses,
    never within an address; no two in a row fit into one.
    """
    found, current = list[str](), ""
    for line in text.split("\n"):
        for part in ruler.parted(line, most, unbroken=ADDRESS) or ("",):
            if current and weight(f"{current}\n{part}") > most:
                found.append(current)
                current = part
            else:
                current = f"{current}\n{part}" if current else part
    return tuple(each for each in (*found, current) if each.strip())


def rich(text: str) -> Json:
    """The text as it is: nothing in it calls anybody, and no address hides behind other words."""
    parts: list[Json] = []
    end = 0
    for found in MARKED.finditer(text):
        if len(parts) > MOST_ELEMENTS:
            break
        if found.start() > end:
            parts.append({"type": "text", "text": text[end : found.start()]})
        if found["code"]:
            parts.append({"type": "text", "text": found["code"], "style": {"code": True}})
        else:
            parts.append({"type": "link", "url": found[0]})
        end = found.end()
    if text[end:]:
        parts.append({"type": "text", "text": text[end:]})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}


class Telling:
    def __init__(self, teams: Teams) -> None:
        self._teams = teams

    async def privately(
        self,
        team: str,
        channel: str,
        user: str,
        text: str,
        *,
        links: Links = (),
        buttons: tuple[Button, ...] = (),
        pictures: tuple[Json, ...] = (),
        thread: str = "",
        response_url: str = "",
    ) -> None:
        """For one person's eyes: where they are if that goes, else directly. Raises SlackRefused, SlackUnknown."""

        async def send(_: str, given: Json) -> None:
            if not response_url or not await self._answered(response_url, given):
                await self._whispered(team, channel, user, thread, given)

        await say(pages_of(text, links, buttons, pictures), send)

    async def _whispered(self, team: str, channel: str, user: str, thread: str, given: Json) -> None:
        client = await self._teams.client(team)
        if channel and not channel.startswith("D"):
            try:
                await asked(client.chat_postEphemeral(channel=channel, user=user, thread_ts=thread or None, **given))
                return
            except SlackRefused as error:
                if error.retry_after_seconds is not None or error.code in TOO_LONG:
                    raise
                log.info("not told in the room team=%s why=%s", team, error.code)
        opened = await asked(client.conversations_open(users=user))
        await asked(client.chat_postMessage(channel=opened["channel"]["id"], **given, **POSTING))

    async def soon(self, team: str, channel: str, user: str, text: str, **more: Any) -> None:
        """As `privately`, again after what Slack asks to wait; what cannot be said at all is logged."""
        for tried in range(TRIES):
            try:
                await self.privately(team, channel, user, text, **more)
                return
            except AdMindError as error:
                wait = error.retry_after_seconds
                if wait is None or wait > MOST_WAIT_SECONDS or tried == TRIES - 1:
                    log.warning("could not tell team=%s why=%s", team, error.what)
                    return
            await asyncio.sleep(wait)

    async def kindly(self, team: str, channel: str, user: str, error: AdMindError, *, thread: str = "") -> None:
        """What went wrong, to who did it."""
        await self.soon(team, channel, user, error.sentence(), thread=thread)

    async def _answered(self, response_url: str, given: Json) -> bool:
        """Whether the answer went where a command was given: possible for half an hour."""
        body = {"text": given["text"], "blocks": given["blocks"], "response_type": "ephemeral"}
        try:
            async with self._teams.session.post(response_url, json=body | {"replace_original": False}) as answer:
                return answer.status == 200
        except (OSError, TimeoutError) as error:
            raise SlackUnknown(told("Slack does not answer."), retry_after_seconds=30) from error
