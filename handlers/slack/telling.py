"""Words for a person in Slack: below what they said, or for their eyes alone."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from bot.chat import Button
from bot.errors import AdMindError
from bot.words import told
from handlers.slack import kit
from handlers.slack.calling import TOO_LONG, Json, SlackRefused, SlackUnknown, asked
from handlers.slack.limits import FALLBACK, MESSAGE_CHARACTERS, SECTION, checked_message, cut, escape, pieces, weight
from handlers.slack.surface import POSTING
from handlers.slack.teams import Teams

log = logging.getLogger(__name__)
ADDRESS: Final = re.compile(r"https?://[^\s<>|\"]{1,1900}?(?=[.,;:!?)\]}’”]*(?:\s|$))")
MARKED: Final = re.compile(rf"{ADDRESS.pattern}|`(?P<code>[^`\n]{{1,200}})`")
MOST_ELEMENTS: Final = 80
MOST_LINKS: Final = 20
MOST_BUTTONS: Final = 10
TRIES, MOST_WAIT_SECONDS = 5, 60.0
T = TypeVar("T")


def words_as_message(text: str, links: tuple[tuple[str, str], ...] = (), buttons: tuple[Button, ...] = ()) -> Json:
    """`text` as it is, with its addresses to press and what is to be typed set off; `links` (words, address) stand
    below, and then the buttons.
    """
    shown = cut(text, MESSAGE_CHARACTERS - 1500)
    blocks: list[Json] = [rich(part) for part in by_lines(shown.text, SECTION)]
    if not shown.whole:
        blocks.append(rest_elsewhere())
    blocks += below(links, buttons)
    return {
        "text": escape(cut(text, FALLBACK // 3).text) or "…",
        "blocks": checked_message(blocks),
        "parse": "none",
    }


async def fitting(given: Json, send: Callable[[Json], Awaitable[T]]) -> T:
    """Send these words, as plain text if Slack does not take their blocks. Raises as `send`."""
    try:
        return await send(given)
    except SlackRefused as error:
        if error.code not in TOO_LONG:
            raise
        log.warning("said in plain text why=%s", error.code)
        return await send(given | {"blocks": []})


def by_lines(text: str, most: int) -> tuple[str, ...]:
    """The text in parts that fit into a block each, whole lines where they do; no two in a row fit into one."""
    found, current = list[str](), ""
    for line in text.split("\n"):
        for part in pieces(line, most) or ("",):
            if current and weight(f"{current}\n{part}") > most:
                found.append(current)
                current = part
            else:
                current = f"{current}\n{part}" if current else part
    return tuple(each for each in (*found, current) if each.strip())


def rest_elsewhere() -> Json:
    return rich(told("The rest is longer than Slack shows. Read it in the studio."))


def below(links: tuple[tuple[str, str], ...], buttons: tuple[Button, ...]) -> list[Json]:
    """What stands under an answer."""
    blocks: list[Json] = []
    for words, address in links[:MOST_LINKS]:
        parts = [{"type": "link", "url": address, "text": cut(words, 200).text or "…"}]
        blocks.append({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]})
    if buttons:
        blocks.append(kit.actions([kit.button(each.label, each.action, each.style) for each in buttons[:MOST_BUTTONS]]))
    return blocks


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
        links: tuple[tuple[str, str], ...] = (),
        buttons: tuple[Button, ...] = (),
        thread: str = "",
        response_url: str = "",
    ) -> None:
        """For one person's eyes: where they are if that goes, else directly. Raises SlackRefused, SlackUnknown."""
        given = words_as_message(text, links, buttons)
        if response_url and await self._answered(response_url, given):
            return
        client = await self._teams.client(team)

        async def whisper(said: Json) -> None:
            await asked(client.chat_postEphemeral(channel=channel, user=user, thread_ts=thread or None, **said))

        if channel and not channel.startswith("D"):
            try:
                await fitting(given, whisper)
                return
            except SlackRefused as error:
                if error.retry_after_seconds is not None:
                    raise
                log.info("not told in the room team=%s why=%s", team, error.code)
        opened = await asked(client.conversations_open(users=user))

        async def say(said: Json) -> None:
            await asked(client.chat_postMessage(channel=opened["channel"]["id"], **said, **POSTING))

        await fitting(given, say)

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
